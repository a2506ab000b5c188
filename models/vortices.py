"""Vortices in a complex field, found by how its phase winds round each cell of the grid."""

from __future__ import annotations

import numpy as np

from models.contract import Vortex
from models.numerics.arrays import ComplexArray, FloatArray

MIN_DENSITY = 0.25
"""Of the bulk density, on the ring round a vortex: less is the noise outside the fluid."""

MIN_CORNER_DENSITY = 1e-5
"""Of the bulk density, in a cell: a quick first sieve."""

RING_HOLES = 2
"""How many of the ring's eight points may be empty, for other vortices pass by; at the edge of
the fluid about half of them are."""

NEWTON_STEPS = 4


def find_vortices(psi: ComplexArray, ring: float, bulk: float) -> list[Vortex]:
    """All phase singularities of `psi` (Nx, Ny) inside the fluid.

    `ring`: radius in grid cells, a few core sizes, at which the fluid's density is looked at;
    `bulk`: density of the undisturbed fluid. The winding of a cell is exact: the sum of the
    phase steps, each within half a turn, along its four edges. Where in the cell the field
    vanishes comes from the bilinear interpolation of its corners.
    """
    if not bulk > 0:
        return []
    winding = _winding(psi)
    i, j = np.nonzero(winding)
    Nx, Ny = psi.shape
    right, up = (i + 1) % Nx, (j + 1) % Ny
    corners = np.stack([psi[i, j], psi[right, j], psi[i, up], psi[right, up]]).astype(complex)
    kept = (np.abs(corners) ** 2).max(axis=0) > MIN_CORNER_DENSITY * bulk
    i, j, corners = i[kept], j[kept], corners[:, kept]
    kept = ring_density(psi, i, j, ring) > MIN_DENSITY * bulk
    i, j, corners = i[kept], j[kept], corners[:, kept]
    s, t = _zero(corners)
    signs = winding[i, j]
    x, y = (i + s) / Nx % 1, (j + t) / Ny % 1
    return [Vortex(float(a), float(b), int(sign)) for a, b, sign in zip(x, y, signs, strict=True)]


def _winding(psi: ComplexArray) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    """Turns of the phase round the cell above and right of each point, shape (Nx, Ny).

    A step between neighbours takes the short way, so it crosses the negative real axis exactly
    if the imaginary part changes sign and the straight line passes left of the origin.
    """
    along_x = _crossings(psi, np.roll(psi, -1, axis=0))
    along_y = _crossings(psi, np.roll(psi, -1, axis=1))
    # Anticlockwise: right along the bottom, up the right side, back along the top, down the left.
    return along_x + np.roll(along_y, -1, axis=0) - np.roll(along_x, -1, axis=1) - along_y


def _crossings(a: ComplexArray, b: ComplexArray) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    """+1 where the way from a to b crosses the negative real axis downwards, -1 upwards."""
    above_a, above_b = a.imag >= 0, b.imag >= 0
    turn = a.real * b.imag - a.imag * b.real
    down = above_a & ~above_b & (turn > 0)
    up = ~above_a & above_b & (turn < 0)
    return down.view(np.int8) - up.view(np.int8)


def ring_density(
    psi: ComplexArray,
    i: np.ndarray[tuple[int], np.dtype[np.intp]],
    j: np.ndarray[tuple[int], np.dtype[np.intp]],
    ring: float,
) -> FloatArray:
    """What is left of the density round the cells (i, j), at `ring` cells from each."""
    angles = np.arange(8) * np.pi / 4
    di = np.rint(0.5 + ring * np.cos(angles)).astype(int)
    dj = np.rint(0.5 + ring * np.sin(angles)).astype(int)
    around = psi[(i[:, None] + di) % psi.shape[0], (j[:, None] + dj) % psi.shape[1]]
    densities: FloatArray = np.partition(np.abs(around) ** 2, RING_HOLES, axis=1)[:, RING_HOLES]
    return densities


def _zero(corners: ComplexArray) -> tuple[FloatArray, FloatArray]:
    """Where in its cell the bilinear field with these corners (4, count) vanishes."""
    a, b, c, d = corners
    s = np.full(a.shape, 0.5)
    t = np.full(a.shape, 0.5)
    for _ in range(NEWTON_STEPS):
        f = a * (1 - s) * (1 - t) + b * s * (1 - t) + c * (1 - s) * t + d * s * t
        fs = (b - a) * (1 - t) + (d - c) * t
        ft = (c - a) * (1 - s) + (d - b) * s
        det = fs.real * ft.imag - fs.imag * ft.real
        det = np.where(np.abs(det) > 0, det, np.inf)
        s = np.clip(s - (f.real * ft.imag - f.imag * ft.real) / det, 0, 1)
        t = np.clip(t - (fs.real * f.imag - fs.imag * f.real) / det, 0, 1)
    return s, t
