"""The posts that a boat is made of: round bumps of potential that feel how the fluid pushes."""

from __future__ import annotations

import math

import numpy as np

from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.finger_table import FingerTable


class Posts:
    """The functions in plain NumPy; `compiled_posts` gives the same numbers faster."""

    def place(
        self, table: FingerTable, at: FloatArray, height: float, r0: float, dx: float
    ) -> None:
        """Make posts of width `r0` at lengths `at` (count, 2) the last rows of `table`."""
        rows = slice(table.top, table.top + len(at))
        table.posts = len(at)
        for factors, places, size in ((table.gx, at[:, 0], height), (table.gy, at[:, 1], 1.0)):
            d = _away(places, factors.shape[1], dx)
            factors[rows] = size * np.exp(-0.5 * (d / r0) ** 2)

    def push(
        self,
        psi: ComplexArray,
        table: FingerTable,
        at: FloatArray,
        r0: float,
        dx: float,
        forces: FloatArray,
    ) -> None:
        """Add the sum of |psi|^2 grad V over the grid to `forces` (count, 2), V each post's own."""
        n = (psi.real**2 + psi.imag**2).astype(float)
        for post, row in enumerate(range(table.top, table.top + len(at))):
            slopes = [
                -_away(at[post, axis : axis + 1], factors.shape[1], dx)[0] / r0**2 * factors[row]
                for axis, factors in enumerate((table.gx, table.gy))
            ]
            forces[post, 0] += slopes[0] @ n @ table.gy[row]
            forces[post, 1] += table.gx[row] @ n @ slopes[1]

    def slopes(self, potential: FloatArray, at: FloatArray, dx: float, out: FloatArray) -> None:
        """out (count, 2) = the gradient at `at` of `potential` (Nx, Ny), between the points."""
        Nx, Ny = potential.shape
        for post, (x, y) in enumerate(at):
            i, j = math.floor(x / dx + Nx / 2), math.floor(y / dx + Ny / 2)
            s, t = x / dx + Nx / 2 - i, y / dx + Ny / 2 - j
            a, b = potential[i % Nx, j % Ny], potential[(i + 1) % Nx, j % Ny]
            c, d = potential[i % Nx, (j + 1) % Ny], potential[(i + 1) % Nx, (j + 1) % Ny]
            out[post, 0] = ((b - a) * (1 - t) + (d - c) * t) / dx
            out[post, 1] = ((c - a) * (1 - s) + (d - b) * s) / dx


def _away(places: FloatArray, n: int, dx: float) -> FloatArray:
    """Shortest ways (count, n) from `places` to the points of a line of the periodic grid."""
    d = (np.arange(n) - n / 2) * dx - places[:, None]
    shortest: FloatArray = (d + n * dx / 2) % (n * dx) - n * dx / 2
    return shortest
