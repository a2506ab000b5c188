"""How fast a room runs, measured where it runs."""

from __future__ import annotations

import time
from collections import deque

WINDOW_S = 1.0
HEARTBEAT_S = 10.0


class Rate:
    """Events per second over the last WINDOW_S seconds."""

    def __init__(self) -> None:
        self._events: deque[tuple[float, int]] = deque()
        self._sum = 0

    def add(self, count: int = 1) -> None:
        """Count `count` events now."""
        self._events.append((time.monotonic(), count))
        self._sum += count
        self._forget()

    def per_s(self) -> float:
        """Return the rate now: 0 after a whole window without events."""
        self._forget()
        return self._sum / WINDOW_S

    def _forget(self) -> None:
        horizon = time.monotonic() - WINDOW_S
        while self._events and self._events[0][0] < horizon:
            self._sum -= self._events.popleft()[1]
