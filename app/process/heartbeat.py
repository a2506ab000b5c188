"""Detects silence of another process or thread, tolerant of pauses. Standard library only."""

from __future__ import annotations

import time

BEAT_S = 0.5
"""How often signs of life are given, and looked for."""
SILENT_S = 4.0
"""Silence for so long: whoever should give signs is hung, stopped or gone."""
MAX_TURN_S = 2 * BEAT_S
"""More than this between two looks does not count as silence: the listener was held up, and as
likely as not the whole machine."""


class Heartbeat:
    """Patience with one who gives signs of life, on the monotonic clock.

    Only time in which its owner looked counts: after a computer slept, stood still or was too busy
    for the owner itself, silence does not count.
    """

    def __init__(self, patience_s: float) -> None:
        """`patience_s`: how long to wait for the first sign."""
        self.beat(patience_s)

    def beat(self, patience_s: float = SILENT_S) -> None:
        """A sign of life; the next one has to come within `patience_s`."""
        self._patience_s = patience_s
        self._silent_s = 0.0
        self._looked = time.monotonic()

    def is_over(self) -> bool:
        """Has the silence lasted too long? To be asked every BEAT_S."""
        now = time.monotonic()
        self._silent_s += min(now - self._looked, MAX_TURN_S)
        self._looked = now
        return self._silent_s > self._patience_s
