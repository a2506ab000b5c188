"""What a room falls back to when its model fails: a good moment, or other parameters.

Parameters that carried SAFE_AFTER_FRAMES frames are safe. A model that blows up goes back to its
last good state (see models.guard), MAX_ROLL_BACKS times in a row; then, and when its code raises,
it is built again, by turns with safe parameters and with those of a first start.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.parameters import Value

MAX_ROLL_BACKS = 3
"""In a row, with fewer than SAFE_AFTER_FRAMES good frames between; then it is built again."""
SAFE_AFTER_FRAMES = 60
"""Parameters that carried this many frames are what a restart goes back to."""


class Recovery:
    """One room's."""

    def __init__(self, first: Mapping[str, Value]) -> None:
        """`first`: the parameters of a first start that differ from the defaults."""
        self.first = dict(first)
        self.safe = dict(first)
        self.restarts = 0
        self._frames = 0
        """Since a change or a failure."""
        self._roll_backs = 0

    def heir(self) -> Recovery:
        """For a fresh room that goes on with what is safe, after this one's thread stopped."""
        heir = Recovery(self.safe)
        heir.first = dict(self.first)
        heir.restarts = self.restarts + 1
        return heir

    def changed(self) -> None:
        """Parameters or the fluid changed: they have to prove themselves again."""
        self._frames = 0

    def carried(self, params: Mapping[str, Value]) -> None:
        """One frame went well with `params`, all of the room's."""
        self._frames += 1
        if self._frames == SAFE_AFTER_FRAMES:
            self.safe = dict(params)
            self._roll_backs = 0

    def may_roll_back(self) -> bool:
        """After a blow-up: is it worth another try from a good state?"""
        self._frames = 0
        self._roll_backs += 1
        if self._roll_backs <= MAX_ROLL_BACKS:
            return True
        self._roll_backs = 0
        return False

    def restart(self) -> Mapping[str, Value]:
        """The parameters with which to build the model again."""
        self.restarts += 1
        return self.safe if self.restarts % 2 else self.first
