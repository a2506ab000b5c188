"""What a process for a user's models says to its parent, where the file's prints cannot get at it.

The process is started with a pipe as its standard output. `claim_stdout` keeps that pipe for
messages and points descriptor 1 to standard error, so that whatever a file, a library or a process
started by it prints, with or without a line end, is text for the log and nothing else.

    READY <endpoint>    rooms are served there
    MODELS <JSON>       the catalogue entries of the file's models
    UNFIT <JSON text>   why the file cannot be used
    FILES <JSON>        what was read of the file's folder (see process_files), before the verdict
    LOG <level> <JSON text>   a record of `logging`
"""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from typing import TextIO

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2
READY, MODELS, UNFIT, FILES, LOG = "READY", "MODELS", "UNFIT", "FILES", "LOG"
MAX_RECORD_CHARS = 20_000
NOISY = ("numba", "PIL", "matplotlib")
"""Libraries whose own debugging is of no use to who writes a model."""


class Channel:
    """The child's end; lines that do not go out any more are dropped."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def send(self, word: str, rest: str = "") -> None:
        """Send one line; `rest` has no line break."""
        with suppress(OSError, ValueError):
            self._out.write(f"{word} {rest}".rstrip() + "\n")
            self._out.flush()


class ChannelHandler(logging.Handler):
    """Passes records on to the parent, tracebacks included."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        try:
            text = self.format(record)[:MAX_RECORD_CHARS]
        except Exception:  # noqa: BLE001 (a record whose arguments do not fit its text)
            text = f"{record.msg!r} {record.args!r}"[:MAX_RECORD_CHARS]
        self._channel.send(LOG, f"{record.levelno} {json.dumps(text)}")


def claim_stdout() -> Channel:
    """Keep standard output for messages; what is printed from now on goes to standard error."""
    sys.stdout.flush()
    out = os.fdopen(os.dup(STANDARD_OUTPUT), "w", encoding="utf-8")
    os.dup2(STANDARD_ERROR, STANDARD_OUTPUT)
    if sys.platform == "win32":
        # What this process starts inherits the handle rather than the descriptor.
        import ctypes
        import msvcrt

        handle = ctypes.c_void_p(msvcrt.get_osfhandle(STANDARD_OUTPUT))
        ctypes.windll.kernel32.SetStdHandle(ctypes.c_ulong(-11), handle)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", write_through=True)
    return Channel(out)


def log_to_parent(channel: Channel, level: str) -> None:
    """Records of every logger, the file's own included, go to the parent from that level on."""
    logging.basicConfig(
        handlers=[ChannelHandler(channel)], level=level.upper(), format="%(message)s"
    )
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
