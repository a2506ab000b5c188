"""The newest lines of the log, for whoever looks after the exhibit."""

from __future__ import annotations

import logging
from collections import deque

LINES = 60
MAX_LINE_CHARS = 300


class LogTail(logging.Handler):
    """Keeps LINES lines of at most MAX_LINE_CHARS; what follows a line break is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
        self._lines: deque[str] = deque(maxlen=LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        self._lines.append(self.format(record).split("\n")[0][:MAX_LINE_CHARS])

    def lines(self) -> list[str]:
        """The oldest first."""
        return list(self._lines)
