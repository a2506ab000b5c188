"""What a room falls back to when its model fails: a good state, or other parameters.

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
    """Tracks one room's safe parameters and failures."""

    def __init__(self, first: Mapping[str, Value]) -> None:
        """`first`: the parameters of a first start that differ from the defaults."""
        self.first = dict(first)
        self.safe = dict(first)
        self.restarts = 0
        self._frames = 0
        """Since a change or a failure."""
        self._roll_backs = 0

    def for_successor(self) -> Recovery:
        """Make one for a new room that continues with safe parameters after a thread stopped."""
        successor = Recovery(self.safe)
        successor.first = dict(self.first)
        successor.restarts = self.restarts + 1
        return successor

    def changed(self) -> None:
        """Note that parameters or fluid changed: they count as unproven again."""
        self._frames = 0

    def carried(self, params: Mapping[str, Value]) -> None:
        """Count one good frame with `params`, all of the room's."""
        self._frames += 1
        if self._frames == SAFE_AFTER_FRAMES:
            self.safe = dict(params)
            self._roll_backs = 0

    def may_roll_back(self) -> bool:
        """Whether to try again from a good state after a blow-up; counts the try."""
        self._frames = 0
        self._roll_backs += 1
        if self._roll_backs <= MAX_ROLL_BACKS:
            return True
        self._roll_backs = 0
        return False

    def restart(self) -> Mapping[str, Value]:
        """Return the parameters with which to build the model again."""
        self.restarts += 1
        return self.safe if self.restarts % 2 else self.first
