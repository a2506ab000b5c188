"""Standard output and standard error, to which nothing ever ends for having written.

Whoever reads there may be gone (a pipe's reader, a closed terminal), may have a full disk, or may
have stopped reading. Prints, logs, tracebacks and what a user's model writes all go through the two
streams that `last` puts in place; what cannot be written is dropped. Standard library only.
"""

from __future__ import annotations

import io
import os
import select
import signal
import sys
from contextlib import suppress
from typing import Any

PATIENCE_S = 0.5
"""A reader that takes nothing for so long is no more waited for, until it reads again."""
PIECE_BYTES: int = getattr(select, "PIPE_BUF", 32 * 1024)
"""As much as a pipe takes at once, and whole, where it is ready to be written."""


def last() -> None:
    """Let nothing end this process for its output, nor for its terminal's end."""
    for name in ("SIGPIPE", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.stdout, sys.stderr = _lasting(sys.stdout, False), _lasting(sys.stderr, True)


def encode_whatever() -> None:
    """Let no character of an output be an error, for roles that otherwise print as usual."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=_encoding(stream), errors="backslashreplace")


def _encoding(stream: Any) -> str:
    """UTF-8, but for a console that is not: no console's encoding makes a message an error."""
    at_console = stream.isatty() and not sys.flags.utf8_mode
    return str(stream.encoding) if at_console else "utf-8"


def _lasting(stream: Any, by_lines: bool) -> io.TextIOWrapper:
    """A stream to where `stream` goes."""
    raw = getattr(stream.buffer, "raw", stream.buffer)  # which `python -u` does not buffer
    return io.TextIOWrapper(
        io.BufferedWriter(_Raw(raw)), encoding=_encoding(stream), errors="backslashreplace",
        line_buffering=by_lines or stream.isatty(),
    )  # fmt: skip


class _Raw(io.RawIOBase):
    """Takes whatever is written, and passes on what can be."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._outlet = Outlet(raw.fileno(), raw.write)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        number: int = self._raw.fileno()
        return number

    def isatty(self) -> bool:
        return bool(self._raw.isatty())

    def write(self, data: Any) -> int:
        whole = memoryview(data).cast("B")
        self._outlet.write(whole)
        return len(whole)


class Outlet:
    """Writes bytes to a descriptor, as long as somebody takes them."""

    def __init__(self, descriptor: int, put: Any = None) -> None:
        """`put(data)` writes and returns how much of it; by itself, `os.write`."""
        self._descriptor = descriptor
        self._put = put or (lambda data: os.write(descriptor, data))
        self._patience_s = PATIENCE_S

    def write(self, data: bytes | memoryview) -> None:
        """All of `data`, or what is taken of it. Raises nothing."""
        rest = memoryview(data)
        with suppress(OSError, ValueError):  # ValueError: it is closed
            while rest and self._is_ready():
                rest = rest[self._put(rest[:PIECE_BYTES]) or 0 :]

    def _is_ready(self) -> bool:
        """Is there room? Windows cannot tell, and consoles there do not fill."""
        if os.name != "posix":
            return True
        ready = bool(select.select([], [self._descriptor], [], self._patience_s)[1])
        self._patience_s = PATIENCE_S if ready else 0.0
        return ready
