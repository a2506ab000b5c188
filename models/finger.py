"""Visitors' fingers: each drags a bump of potential on a damped spring.

A potential appears where its finger touches, grows for `RAMP_STEPS` steps, follows the pointer
straight as the visitor sees it (never out of the box at one side and in at the other), and
fades as long when the finger is lifted. It never outruns the mean speed of sound.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from models.contract import FingerLimitError, FingerState
from models.numerics.finger_table import (
    AIM_X,
    AIM_Y,
    MAX_FINGERS,
    RATE,
    STRENGTH,
    USED,
    FingerTable,
    X,
    Y,
)
from models.numerics.grid import Grid

RAMP_STEPS = 60
LOADED = "loaded"
"""The key of a finger that came with a loaded state."""


class Fingers:
    """Who holds which row of the table."""

    def __init__(self, grid: Grid, real: type[np.floating[Any]]) -> None:
        self.table = FingerTable(grid.shape, real)
        self._size = np.array(grid.size)
        self._held: dict[Hashable, int] = {}
        self._fading: list[tuple[Hashable, int]] = []

    def touch(self, key: Hashable, x: float, y: float) -> None:
        """A new potential at fractions (x, y), or a new aim for the one that `key` holds.

        Raises ValueError outside [0, 1] and FingerLimitError when all rows are in use.
        """
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise ValueError(f"a finger is at fractions 0 to 1 of the box, not at ({x}, {y})")
        if key not in self._held:
            self._held[key] = self._new_row((x, y), strength=0.0)
        self.table.state[self._held[key], AIM_X : AIM_Y + 1] = self._length((x, y))

    def lift(self, key: Hashable) -> None:
        """Let the potential of `key` fade; unknown keys are ignored."""
        if key in self._held:
            row = self._held.pop(key)
            self.table.state[row, RATE] = -1 / RAMP_STEPS
            self._fading.append((key, row))

    def load(self, pointer: tuple[float, float], potential: tuple[float, float]) -> None:
        """One more finger, at rest and at full strength, that nobody holds."""
        if LOADED in self._held:
            self._free(self._held.pop(LOADED))
        row = self._held[LOADED] = self._new_row(potential, strength=1.0)
        self.table.state[row, AIM_X : AIM_Y + 1] = self._length(pointer)

    def forget_faded(self) -> None:
        """Free the rows of potentials that are gone; once a block of steps is enough."""
        if self._fading:
            gone = [row for _, row in self._fading if self.table.state[row, STRENGTH] == 0]
            self._fading = [(key, row) for key, row in self._fading if row not in gone]
            for row in gone:
                self._free(row)

    def adopt(self, other: Fingers | None = None) -> None:
        """Take the pointers that are down (in `other`, if given) as if they just touched."""
        held = {state.key: state.pointer for state in (other or self).states() if state.down}
        held.pop(LOADED, None)
        self.table.state[:] = 0
        self.table.top = 0
        self._held, self._fading = {}, []
        for key, (x, y) in held.items():
            self.touch(key, x, y)

    def states(self) -> list[FingerState]:
        """Every finger that is down, then those that fade."""
        return [self._state(key, row, True) for key, row in self._held.items()] + [
            self._state(key, row, False) for key, row in self._fading
        ]

    def _state(self, key: Hashable, row: int, down: bool) -> FingerState:
        potential, pointer = (
            (float(fraction[0]), float(fraction[1]))
            for fraction in (
                np.clip(self.table.state[row, first : first + 2] / self._size + 0.5, 0, 1)
                for first in (X, AIM_X)
            )
        )
        return FingerState(key, down, pointer, potential)

    def _new_row(self, at: tuple[float, float], strength: float) -> int:
        free = np.flatnonzero(self.table.state[:, USED] == 0)
        if not free.size:
            raise FingerLimitError(f"at most {MAX_FINGERS} fingers at a time are allowed")
        row = int(free[0])
        state = self.table.state[row]
        state[:] = 0
        state[USED] = 1
        state[X : Y + 1] = self._length(at)
        state[STRENGTH] = strength
        state[RATE] = 1 / RAMP_STEPS
        self.table.top = max(self.table.top, row + 1)
        return row

    def _free(self, row: int) -> None:
        self.table.state[row] = 0
        self.table.spans[row] = 0
        self.table.gx[row] = 0
        used = np.flatnonzero(self.table.state[:, USED])
        self.table.top = int(used[-1]) + 1 if used.size else 0

    def _length(self, fractions: tuple[float, float]) -> Any:
        return (np.array(fractions) - 0.5) * self._size
