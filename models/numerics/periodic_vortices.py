"""Vortices in a periodic box, where they fit only if as many turn one way as the other.

Source: T. P. Billam, M. T. Reeves, B. P. Anderson, A. S. Bradley, PRL 112, 145301 (2014) for the
need of it; the phase is that of Jacobi's theta functions (DLMF 20.2).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.numerics.arrays import FloatArray
from models.numerics.grid import Axis, Grid
from models.numerics.profiles import Complex

THETA_TERMS = 3
"""What the next term adds is below 2e-7 in a box that is no longer in x than in y."""


def periodic_vortices(grid: Grid, centres: Complex, signs: Any, healing_length: float) -> Complex:
    """A periodic factor (Nx, Ny) with a vortex of sign `signs` at each of `centres` (x + i y).

    Of unit size far from them; the flow it adds to the whole box is as small as can be. Raises
    ValueError if the signs do not add up to 0.
    """
    if sum(signs) != 0:
        raise ValueError("a periodic box holds as many vortices of one sign as of the other")
    if grid.size[0] > grid.size[1]:
        turned = Grid(grid.Ny, grid.Nx, grid.dx)
        # Swapping x and y turns every vortex the other way.
        mirrored = centres.imag + 1j * centres.real
        return periodic_vortices(turned, mirrored, [-s for s in signs], healing_length).T
    Lx, Ly = grid.size
    field = np.ones(grid.shape, complex)
    density = np.ones(grid.shape)
    for centre, sign in zip(centres, signs, strict=True):
        x, y = grid.x - centre.real, grid.y - centre.imag
        theta = _theta(np.pi * x / Lx, np.pi * y / Lx, Ly / Lx)
        field *= theta if sign > 0 else theta.conj()
        size = np.abs(field)
        size[size == 0] = 1
        field /= size
        distance2 = _periodic(x, Lx) ** 2 + _periodic(y, Ly) ** 2
        density *= distance2 / (distance2 + 2 * healing_length**2)
    dipole = float(np.dot(np.asarray(signs, float), centres.real))
    field *= np.exp(-2j * np.pi * dipole / Lx * grid.y / Ly)
    for axis, at in enumerate((grid.x / Lx, grid.y / Ly)):
        steps = np.angle(np.roll(field, -1, axis) * field.conj())
        turns = round(float(steps.sum(axis=axis).mean()) / (2 * math.pi))
        field *= np.exp(-2j * np.pi * turns * at)
    return field * np.sqrt(density)


def _theta(x: Axis, y: Axis, aspect: float) -> Complex:
    """Jacobi's theta_1(x + i y) but for a constant, x (Nx, 1), y (1, Ny), nome exp(-pi aspect)."""
    n = np.arange(THETA_TERMS)
    odd = 2 * n + 1
    waves = (-1.0) ** n * np.exp(1j * odd * x) / 2j
    # Decay and growth in one exponent: each alone would overflow in a long box.
    decay = -np.pi * aspect * (n * (n + 1))[:, None]
    down, up = (np.exp(decay + sign * odd[:, None] * y) for sign in (-1, 1))
    # Not a matrix product: BLAS would wake threads that the other rooms need.
    theta: Complex = np.einsum("in,nj->ij", waves, down) + np.einsum("in,nj->ij", waves.conj(), up)
    return theta


def _periodic(distance: Axis, size: float) -> FloatArray:
    shortest: FloatArray = (distance + size / 2) % size - size / 2
    return shortest
