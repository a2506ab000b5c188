"""The log file: what this process and all that it starts write to standard error. Stdlib only.

One process writes, so that no line is torn and no turn of files is lost: standard error becomes a
pipe, which children inherit, and a thread passes each of its lines on, to the former standard error
and to the file, if there is one. That holds what a crashing library or a window's toolkit says as
well, and none of them waits for whoever reads the former standard error. The file is turned at
`MAX_BYTES`; `KEPT` older ones stay beside it as .1, .2 and so on.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path

from app.process.streams import Outlet

MAX_BYTES = 2_000_000
KEPT = 5
MAX_LINE_BYTES = 8192
"""Longer ones are broken."""
LAST_LINES_S = 1.0
"""A process that was started here and lives on keeps the pipe open; then this is enough."""
LINE_FORMAT = "%(asctime)s %(levelname)s %(message)s"
HIDDEN = "[hidden]"

_STANDARD_ERROR = 2
_DATED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def begin_logging(level: str) -> None:
    """What our modules have to say, from that level on, goes to standard error."""
    logging.basicConfig(format=LINE_FORMAT)
    for ours in ("app", "models"):
        logging.getLogger(ours).setLevel(level.upper())


@contextmanager
def kept(path: str | None, secrets: Sequence[str] = ()) -> Iterator[None]:
    """Pass standard error on, and keep it in the file at `path`, if any; there without `secrets`.

    A file that cannot be written is told once on standard error, and tried again with each line.
    """
    try:
        real = os.dup(_STANDARD_ERROR)
    except OSError:  # a program that Windows starts without a console has none
        real = os.open(os.devnull, os.O_WRONLY)
    out, into = os.pipe()
    os.dup2(into, _STANDARD_ERROR)
    os.close(into)
    console = Outlet(real)
    file = None if path is None else _LogFile(path, secrets, console)
    copier = threading.Thread(
        target=_copy, args=(out, console, file), name="log file", daemon=True
    )  # fmt: skip
    copier.start()
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(real, _STANDARD_ERROR)
        copier.join(LAST_LINES_S)


def _copy(out: int, console: Outlet, file: _LogFile | None) -> None:
    with open(out, "rb") as lines:
        for line in iter(partial(lines.readline, MAX_LINE_BYTES), b""):
            console.write(line)
            if file is not None:
                file.add(line)
    if file is not None:
        file.close()


class _LogFile(RotatingFileHandler):
    """The file and its turns."""

    def __init__(self, path: str, secrets: Sequence[str], console: Outlet) -> None:
        with suppress(OSError):  # told with the first line
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(
            path, maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", delay=True
        )  # fmt: skip
        self._secrets = tuple(secrets)
        self._console = console
        self._faults: list[BaseException | None] = []
        self._failing = False

    def add(self, line: bytes) -> None:
        """One line, with the time if it has none."""
        text = _CONTROL.sub("?", line.decode("utf-8", "replace").rstrip("\r\n"))
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        self.handle(logging.makeLogRecord({"msg": text}))

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if _DATED.match(text):
            return text
        return f"{logging.Formatter().formatTime(record)} {text}"

    def emit(self, record: logging.LogRecord) -> None:
        self._faults.clear()
        super().emit(record)
        if self._faults and not self._failing:
            told = f"vortarium: no log is kept in {self.baseFilename}: {self._faults[0]}\n"
            self._console.write(told.encode("utf-8", "backslashreplace"))
        self._failing = bool(self._faults)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Called where `emit` failed: drop what could not be written, and open the file again."""
        self._faults.append(sys.exc_info()[1])
        if self.stream is not None:
            with suppress(OSError):
                self.stream.close()
            self.stream = None
