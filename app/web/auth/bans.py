"""Visitors who were sent away, and for how long: by visitor id and by address."""

from __future__ import annotations

import time

from app.web.http.access import is_loopback

MAX_BANS = 1000


class Bans:
    """Of one server; they end with it. This machine's own address is never kept out."""

    def __init__(self) -> None:
        self._until: dict[int | str, float] = {}

    def add(self, visitor: int, address: str, minutes: float) -> None:
        """Keep both out for so long."""
        until = time.monotonic() + 60 * minutes
        for key in (visitor,) if is_loopback(address) else (visitor, address):
            self._until[key] = max(until, self._until.pop(key, 0.0))
        while len(self._until) > MAX_BANS:
            del self._until[next(iter(self._until))]

    def wait_s(self, visitor: int, address: str) -> float:
        """Return the seconds for which a visitor is still kept out; 0 if they are not."""
        until = max(self._until.get(visitor, 0.0), self._until.get(address, 0.0))
        return max(0.0, until - time.monotonic())

    def clear(self) -> None:
        """Everybody may come."""
        self._until.clear()

    def __len__(self) -> int:
        now = time.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        return len(self._until)
