"""Dust carried by the flow: seeded where the fluid is, moved once a block of steps."""

from __future__ import annotations

import numpy as np

from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.grid import Grid
from models.numerics.kernels_numpy import Kernels

STRIDE_CELLS = 0.35
"""About how far a tracer goes in one Runge-Kutta step."""

EMPTY = 1e-6
"""Of the mean density: where there is no fluid there is no velocity."""


class Tracers:
    """Positions in grid cells, shape (count, 2), in a fixed box."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._at = np.zeros((0, 2))

    def __len__(self) -> int:
        return len(self._at)

    def seed(self, density: FloatArray, count: int, seed: int) -> None:
        """`count` points in proportion to `density`, the same ones for the same `seed`."""
        if count < 0:
            raise ValueError(f"the number of tracers is 0 or more, not {count}")
        rng = np.random.default_rng(seed)
        cumulative = np.cumsum(density.astype(float).ravel())
        drawn = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
        cells = np.unravel_index(np.minimum(drawn, density.size - 1), density.shape)
        # A point of the grid stands for the square round it.
        self._at = (np.stack(cells, axis=1) + rng.random((count, 2)) - 0.5) % density.shape

    def move(
        self,
        kernels: Kernels,
        psi: ComplexArray,
        time: float,
        hbar_m: float,
        drift: tuple[float, float] = (0.0, 0.0),
        mean_density: float = 1.0,
    ) -> None:
        """Let the flow of `psi` carry them for `time`; `drift` is a velocity on top of it."""
        if len(self._at):
            # In cells, and with time in such units that the velocity is the phase's gradient.
            scale = hbar_m / self._grid.dx**2
            ux, uy = (v / self._grid.dx / scale for v in drift)
            # Nothing moves where there is no fluid at all.
            floor = max(EMPTY * mean_density, float(np.finfo(np.float32).tiny))
            kernels.advect(psi, self._at, time * scale, ux, uy, floor, STRIDE_CELLS)

    def fractions(self) -> FloatArray:
        """Positions as fractions of the box, shape (count, 2), in [0, 1)."""
        fractions = self._at / self._grid.shape
        # The remainder of a tiny negative number rounds up to the whole box.
        fractions[fractions >= 1] = 0
        return fractions
