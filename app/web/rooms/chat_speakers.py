"""What is kept of visitors who write, also across their connections."""

from __future__ import annotations

from app.transport.limits import LINES_BURST, LINES_PER_S, MAX_SPEAKERS
from app.transport.token_bucket import Bucket


class Speaker:
    """One visitor."""

    def __init__(self) -> None:
        self.count = 0
        """How many lines they have written."""
        self.muted = False
        self.pace = Bucket(LINES_PER_S, LINES_BURST)


class Speakers:
    """All visitors who have spoken or asked, by id; of too many, the longest silent is forgotten.

    One who is muted is kept, so that a mute cannot be lost by writing.
    """

    def __init__(self) -> None:
        self._speakers: dict[int, Speaker] = {}

    def __contains__(self, visitor: int) -> bool:
        return visitor in self._speakers

    def get(self, visitor: int) -> Speaker:
        """A visitor, met now if not before."""
        speaker = self._speakers.pop(visitor, None) or Speaker()
        self._speakers[visitor] = speaker
        if len(self._speakers) > MAX_SPEAKERS:
            free = [number for number, one in self._speakers.items() if not one.muted]
            del self._speakers[(free or list(self._speakers))[0]]
        return speaker

    def count(self, visitor: int) -> int:
        """Return how many lines a visitor has written."""
        return self._speakers[visitor].count if visitor in self._speakers else 0

    def is_muted(self, visitor: int) -> bool:
        """Whether a visitor is muted."""
        return visitor in self._speakers and self._speakers[visitor].muted
