"""Places in a periodic box: how far they are, and where nothing is."""

from __future__ import annotations

import math

import numpy as np

from models.numerics.arrays import FloatArray
from models.numerics.grid import Grid

BLUR = 1 / 12
"""Of the shorter side: an empty place is one with nothing in this distance."""

EMPTY = 0.05
"""Of the mean density, after blurring."""

NEARER = 1e-3
"""Of the mean density: so little counts the distance where two places are as empty."""

Point = tuple[float, float]
"""Lengths from the middle of the box."""


def distance(grid: Grid, place: Point) -> FloatArray:
    """To `place`, shape (Nx, Ny): exact close to it, and smooth all over the periodic box."""
    x, y = (
        length / math.pi * np.sin(math.pi * (line - at) / length)
        for line, at, length in zip((grid.x, grid.y), place, grid.size, strict=True)
    )
    far: FloatArray = np.hypot(x, y)
    return far


def emptiest_place(grid: Grid, density: FloatArray, near: Point) -> Point:
    """Where nothing is, close to `near`; or half a box away if there is fluid everywhere."""
    kx, ky = grid.kx[:, None], grid.ky[None, :]
    width = BLUR * min(grid.size)
    blur = np.exp(-0.5 * width**2 * (kx**2 + ky**2))
    n = np.fft.ifft2(np.fft.fft2(density) * blur).real / density.mean(dtype=float)
    if n.min() > EMPTY:
        return near[0] + grid.size[0] / 2, near[1] + grid.size[1] / 2
    cost = n + NEARER * distance(grid, near) / max(grid.size)
    i, j = np.unravel_index(cost.argmin(), cost.shape)
    # Between the points of the grid, where the field does not vanish.
    return float(grid.x[i, 0]) + grid.dx / 2, float(grid.y[0, j]) + grid.dx / 2
