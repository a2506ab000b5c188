"""The generator of rotations on the grid, with which a fluid follows what turns round it."""

from __future__ import annotations

import numpy as np

from models.numerics.arrays import ComplexArray
from models.numerics.flow import difference

STEEPEST = 1.3722
"""Largest slope, in radians a cell, that the difference of fourth order sees in any wave."""


class Turning:
    """The function in plain NumPy; `compiled_turning` gives the same numbers faster."""

    def turned(self, out: ComplexArray, psi: ComplexArray, share: float) -> None:
        """out = psi + share * l psi, l = -i (x d/dy - y d/dx) about the middle of the box.

        l is Hermitian, for x does not depend on y and the difference is antisymmetric: no
        eigenvalue is further from 0 than `largest`, so with abs(share) < 1 / largest each wave
        keeps its sign, and grows or falls as exp(share * l) has it, to first order.
        """
        Nx, Ny = psi.shape
        x, y = np.arange(Nx)[:, None] - Nx / 2, np.arange(Ny)[None, :] - Ny / 2
        out[...] = psi - 1j * share * (x * difference(psi, 1) - y * difference(psi, 0))


def largest(shape: tuple[int, int]) -> float:
    """Bound of the eigenvalues of l on a grid of `shape`."""
    return STEEPEST * sum(shape) / 2
