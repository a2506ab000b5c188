"""Token buckets: rates, bursts, and guesses at a secret."""

from __future__ import annotations

import time

GUESS_MEMORY_S = 2 * 3600.0
"""Longer than the longest pause after wrong guesses."""


class Bucket:
    """Allows `rate` units a second, and up to `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self._burst = burst
        self._level = burst
        self._at = time.monotonic()

    def wait_s(self, amount: float) -> float:
        """Return the seconds until `amount` may pass; 0 if it may now.

        An amount above the whole burst may pass when the bucket is full, so that it does not wait
        without end; the level is negative afterwards.
        """
        self._fill()
        missing = min(amount, self._burst) - self._level
        return max(0.0, missing / self.rate)

    def spend(self, amount: float) -> None:
        """Subtract `amount`, which has passed."""
        self._fill()
        self._level -= amount

    def _fill(self) -> None:
        now = time.monotonic()
        self._level = min(self._burst, self._level + (now - self._at) * self.rate)
        self._at = now


class Attempts:
    """Guesses at a secret: `allowed` wrong ones per key, then a pause that doubles each time.

    A key that has not guessed wrong for GUESS_MEMORY_S starts from zero, so that occasional
    mistakes never add up to a lock-out.
    """

    def __init__(self, allowed: int = 5, pause_s: float = 30.0, max_keys: int = 1000) -> None:
        self._allowed = allowed
        self._pause_s = pause_s
        self._max_keys = max_keys
        self._wrong: dict[str, int] = {}
        self._last: dict[str, float] = {}
        self._until: dict[str, float] = {}

    def wait_s(self, key: str) -> float:
        """Return the seconds until `key` may guess again; 0 if now."""
        return max(0.0, self._until.get(key, 0.0) - time.monotonic())

    def wrong(self, key: str) -> None:
        """Record a wrong guess of `key`."""
        now = time.monotonic()
        if now - self._last.pop(key, now) > GUESS_MEMORY_S:
            self._wrong.pop(key, None)
        count = self._wrong.pop(key, 0) + 1
        self._wrong[key], self._last[key] = count, now
        if count >= self._allowed:
            pause = self._pause_s * 2 ** min(count - self._allowed, 7)
            self._until[key] = now + pause
        while len(self._wrong) > self._max_keys:
            oldest = next(iter(self._wrong))
            self.right(oldest)

    def right(self, key: str) -> None:
        """Record a right guess of `key`."""
        self._wrong.pop(key, None)
        self._last.pop(key, None)
        self._until.pop(key, None)
