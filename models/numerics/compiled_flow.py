"""The functions of `flow`, compiled when they are first asked for and then kept on disk."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from models.numerics.arrays import ByteArray, ComplexArray
from models.numerics.compiled_step import FASTMATH
from models.numerics.flow import Flow

BLOCK = 32
"""Of lines, for the picture's rows are the field's columns."""


def _current(psi: Any, i: int, j: int, twelfth: Any, eight: Any) -> Any:
    nx, ny = psi.shape
    z = psi[i, j]
    i1, i2 = i + 1, i + 2
    if i2 >= nx:
        i1, i2 = i1 % nx, i2 % nx
    j1, j2 = j + 1, j + 2
    if j2 >= ny:
        j1, j2 = j1 % ny, j2 % ny
    # A negative index counts from the end, which is just what a periodic box needs.
    dx = eight * (psi[i1, j] - psi[i - 1, j]) - (psi[i2, j] - psi[i - 2, j])
    dy = eight * (psi[i, j1] - psi[i, j - 1]) - (psi[i, j2] - psi[i, j - 2])
    return (
        twelfth * (z.real * dx.imag - z.imag * dx.real),
        twelfth * (z.real * dy.imag - z.imag * dy.real),
        z.real * z.real + z.imag * z.imag,
    )


_current = numba.njit(nogil=True, fastmath=FASTMATH)(_current)


def _grey_speed(psi: Any, scale: float, floor: float, ux: float, uy: float, levels: Any) -> None:
    nx, ny = psi.shape
    real = psi.real.dtype.type
    scale_, floor_, ux_, uy_ = real(scale), real(floor), real(ux), real(uy)
    twelfth, eight, half, white = real(1 / 12), real(8), real(0.5), real(255)
    for j0 in range(0, ny, BLOCK):
        for i0 in range(0, nx, BLOCK):
            for j in range(j0, min(j0 + BLOCK, ny)):
                for i in range(i0, min(i0 + BLOCK, nx)):
                    jx, jy, n = _current(psi, i, j, twelfth, eight)
                    jx += n * ux_
                    jy += n * uy_
                    grey = scale_ * math.sqrt(jx * jx + jy * jy) / (n + floor_) + half
                    levels[ny - 1 - j, i] = np.uint8(min(grey, white))


def _angular_momentum(psi: Any, ux: float, uy: float) -> float:
    nx, ny = psi.shape
    real = psi.real.dtype.type
    twelfth, eight = real(1 / 12), real(8)
    total = 0.0
    for i in range(nx):
        x = i - nx / 2
        for j in range(ny):
            jx, jy, n = _current(psi, i, j, twelfth, eight)
            total += x * (jy + n * uy) - (j - ny / 2) * (jx + n * ux)
    return total


class CompiledFlow(Flow):
    """For one complex type."""

    def __init__(self, kind: type[np.complexfloating[Any, Any]]) -> None:
        field = f"{np.dtype(kind).name}[:,::1]"
        four = "float64, float64, float64, float64"
        self._grey = _compiled(_grey_speed, f"void({field}, {four}, uint8[:,::1])")
        self._turn = _compiled(_angular_momentum, f"float64({field}, float64, float64)")

    def grey_speed(
        self,
        psi: ComplexArray,
        scale: float,
        floor: float,
        drift: tuple[float, float],
        levels: ByteArray,
    ) -> None:
        self._grey(psi, scale, floor, *drift, levels)

    def angular_momentum(self, psi: ComplexArray, drift: tuple[float, float]) -> float:
        total: float = self._turn(psi, *drift)
        return total


def _compiled(function: Any, signature: str) -> Any:
    return numba.njit(signature, nogil=True, cache=True, fastmath=FASTMATH)(function)
