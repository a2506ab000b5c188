"""The fingers' potentials as arrays that the inner loops can read: one row for each.

Columns of `state`: in use (0 or 1), position, velocity, the point it is drawn to, strength
between 0 and 1, and how much that changes with each step. Lengths are in the unit of dx,
counted from the centre of the box, as in `models.gpe`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from models.numerics.arrays import FloatArray

USED, X, Y, VX, VY, AIM_X, AIM_Y, STRENGTH, RATE = range(9)
COLUMNS = 9
MAX_FINGERS = 64
MAX_POSTS = 8


class FingerTable:
    """Room for `MAX_FINGERS` potentials; `top` is one more than the last row in use.

    The `posts` rows after those are bumps that no finger holds: the boat's. `gx` (rows, Nx) and
    `gy` (rows, Ny) hold each potential's two factors, and `spans` where those differ from zero:
    first index and count in x, then in y (both wrap).
    """

    def __init__(self, shape: tuple[int, int], real: type[np.floating[Any]]) -> None:
        self.state = np.zeros((MAX_FINGERS, COLUMNS))
        self.top = 0
        self.posts = 0
        rows = MAX_FINGERS + MAX_POSTS
        self.gx = np.zeros((rows, shape[0]), real)
        self.gy = np.zeros((rows, shape[1]), real)
        self.spans = np.zeros((rows, 4), np.int64)

    @property
    def bumps(self) -> int:
        """How many rows are potentials."""
        return self.top + self.posts

    def potential(self) -> FloatArray:
        """All of them together, float64 of shape (Nx, Ny)."""
        total: FloatArray = self.gx[: self.bumps].T.astype(float) @ self.gy[: self.bumps]
        return total


class Spring(NamedTuple):
    """What a finger's potential obeys, in the table's units."""

    spring: float
    damping: float
    height: float
    r0: float
    dx: float
