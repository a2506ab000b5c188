"""What a user's file prints and logs, passed to the log with the file's name before each line."""

from __future__ import annotations

import json
import logging
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

log = logging.getLogger(__name__)

CHUNK_BYTES = 4096
MAX_LINE_CHARS = 2000
LINES_PER_S = 100
"""Of what is printed; a file that prints in its innermost loop must not fill the disk."""
_BREAK = re.compile(rb"\r\n|\n|\r")


class FileOutput:
    """The lines of one process."""

    def __init__(self, file: str) -> None:
        """`file`: its path; the name is what stands before each line."""
        self._name = Path(file).name
        self._second = 0
        self._lines = 0
        self._left_out = 0

    def printed(self, pipe: BinaryIO) -> None:
        """Log what comes through `pipe`, line by line, until it ends."""
        rest = b""
        with pipe, suppress(OSError, ValueError):
            while data := pipe.read1(CHUNK_BYTES):  # type: ignore[attr-defined]
                *lines, rest = _BREAK.split(rest + data)
                if len(rest) > MAX_LINE_CHARS:
                    lines, rest = [*lines, rest], b""
                for line in lines:
                    self._line(line)
        self._line(rest)
        self._log_left_out()

    def recorded(self, record: str) -> None:
        """Log a record of `logging`: its level and its text as JSON."""
        level, _, text = record.partition(" ")
        with suppress(ValueError):
            self._log(int(level), str(json.loads(text)))

    def _line(self, line: bytes) -> None:
        text = line.decode("utf-8", "backslashreplace").rstrip()
        if not text:
            return
        second = int(time.monotonic())
        if second != self._second:
            self._log_left_out()
            self._second, self._lines = second, 0
        self._lines += 1
        if self._lines > LINES_PER_S:
            self._left_out += 1
        else:
            self._log(logging.INFO, text[:MAX_LINE_CHARS])

    def _log_left_out(self) -> None:
        if self._left_out:
            log.warning("%s: %d more lines left out", self._name, self._left_out)
            self._left_out = 0

    def _log(self, level: int, text: str) -> None:
        for line in text.splitlines():
            log.log(level, "%s: %s", self._name, line)
