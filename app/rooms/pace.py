"""How many steps a room may take before it hears wishes again."""

from __future__ import annotations

CHUNK_S = 0.010
"""Wishes are heard at least this often, however slow a step is (but never within one)."""


class Pace:
    """Learns how long a step takes."""

    def __init__(self) -> None:
        self._step_s = CHUNK_S

    def chunk(self, left: int) -> int:
        """How many of `left` steps to take at once."""
        return max(1, min(left, int(CHUNK_S / self._step_s)))

    def learn(self, steps: int, taken_s: float) -> None:
        """So many steps took so long."""
        # The slowest of late: a hiccup makes the next chunk small, never large.
        self._step_s = max(taken_s / steps, 0.9 * self._step_s, 1e-6)
