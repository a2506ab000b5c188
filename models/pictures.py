"""Fields as grey levels, on a scale that does not flicker."""

from __future__ import annotations

import math

import numpy as np

from models.contract import Picture
from models.numerics.arrays import ByteArray, ComplexArray, FloatArray

HEADROOM = 1.6
"""White is this many times the bulk density: waves show, and few points are clipped."""

SCALE_STEPS = 400.0
"""How many steps the scale takes to follow the field most of the way."""

EMPTY = 1e-3
"""Of the mean density: less has no phase worth a colour."""


class SteadyScale:
    """An upper end that follows its target slowly, by simulated steps and not by pictures."""

    def __init__(self) -> None:
        self._value: float | None = None
        self._steps = 0

    def follow(self, target: float, steps: int) -> float:
        """The upper end after `steps` steps in all."""
        if self._value is None or steps < self._steps:
            self._value = target
        elif steps > self._steps:
            self._value += (target - self._value) * -math.expm1(
                -(steps - self._steps) / SCALE_STEPS
            )
        self._steps = steps
        return self._value


def grey(values: FloatArray, lo: float, hi: float) -> ByteArray:
    """Levels (Ny, Nx), row 0 the largest y, of `values` (Nx, Ny), clipped to [lo, hi]."""
    scaled = (np.nan_to_num(values, nan=lo) - lo) * (255 / (hi - lo)) + 0.5
    return np.ascontiguousarray(np.clip(scaled, 0, 255).astype(np.uint8).T[::-1])


def phase_picture(psi: ComplexArray) -> Picture:
    """The phase of `psi`, from -pi to pi; 0 where there is no fluid to have one."""
    n = psi.real**2 + psi.imag**2
    phase = np.where(n > EMPTY * n.mean(), np.angle(psi), 0)
    return Picture(grey(phase, -math.pi, math.pi), -math.pi, math.pi)


def finite(value: float) -> float | None:
    """`value` for a channel: JSON knows no infinity."""
    return value if math.isfinite(value) else None


def blank_picture(shape: tuple[int, int]) -> Picture:
    """Instead of a field (Nx, Ny) with values that are not finite."""
    return Picture(np.zeros(shape[::-1], np.uint8), 0.0, 1.0)
