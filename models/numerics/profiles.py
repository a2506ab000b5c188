"""Shapes that potentials and initial states are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.numerics.arrays import FloatArray

Complex = npt.NDArray[np.complex128]


WALL_RADIUS2 = 0.8
"""Where the round wall begins, as r^2 with r = 1 on the ellipse that fits the box."""

WALL_WIDTH = 0.2
"""In r^2, from the foot of the wall to its top."""


def smooth_step(t: Any, width: float = WALL_WIDTH) -> FloatArray:
    """0 for t <= 0, 1 for t >= width, and all derivatives continuous between them."""
    inside = np.clip(np.asarray(t, float) / width, 1e-9, 1 - 1e-9)
    step: FloatArray = (1 + np.tanh(3 * np.tan(np.pi * (inside - 0.5)))) / 2
    return np.where(t <= 0, 0.0, np.where(t >= width, 1.0, step))


def vortex_cores(
    x: FloatArray, y: FloatArray, centres: Complex, signs: Any, healing_length: float
) -> Complex:
    """A factor with a vortex at each of `centres` (x + i y), of unit size far from them.

    The core is the Pade-like profile r / sqrt(r^2 + 2 xi^2) that lies close to the exact one.
    """
    field = np.ones(np.broadcast_shapes(x.shape, y.shape), complex)
    for centre, sign in zip(centres, signs, strict=True):
        z = (x - centre.real) + 1j * sign * (y - centre.imag)
        field *= z / np.sqrt(np.abs(z) ** 2 + 2 * healing_length**2)
    return field
