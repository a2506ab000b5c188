"""The functions of `flow`, compiled when they are first asked for and then kept on disk."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from models.numerics.arrays import ByteArray, ComplexArray
from models.numerics.cache import rebuilt_if_broken
from models.numerics.compiled_step import FASTMATH
from models.numerics.flow import Flow, components

BLOCK = 32
"""Of lines, for the picture's rows are the field's columns."""


def _current(psi: Any, i: int, j: int, twelfth: Any, eight: Any) -> Any:
    layers, nx, ny = psi.shape
    i1, i2 = i + 1, i + 2
    if i2 >= nx:
        i1, i2 = i1 % nx, i2 % nx
    j1, j2 = j + 1, j + 2
    if j2 >= ny:
        j1, j2 = j1 % ny, j2 % ny
    zero = psi.real.dtype.type(0.0)
    jx, jy, n = zero, zero, zero
    for k in range(layers):
        one = psi[k]
        z = one[i, j]
        # A negative index counts from the end, which is just what a periodic box needs.
        dx = eight * (one[i1, j] - one[i - 1, j]) - (one[i2, j] - one[i - 2, j])
        dy = eight * (one[i, j1] - one[i, j - 1]) - (one[i, j2] - one[i, j - 2])
        jx += twelfth * (z.real * dx.imag - z.imag * dx.real)
        jy += twelfth * (z.real * dy.imag - z.imag * dy.real)
        n += z.real * z.real + z.imag * z.imag
    return jx, jy, n


_current = numba.njit(nogil=True, fastmath=FASTMATH)(_current)


def _grey_speed(psi: Any, scale: float, floor: float, ux: float, uy: float, levels: Any) -> None:
    _, nx, ny = psi.shape
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
    _, nx, ny = psi.shape
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
        field = f"{np.dtype(kind).name}[:,:,::1]"
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
        self._grey(components(psi), scale, floor, *drift, levels)

    def angular_momentum(self, psi: ComplexArray, drift: tuple[float, float]) -> float:
        total: float = self._turn(components(psi), *drift)
        return total


def _compiled(function: Any, signature: str) -> Any:
    options: Any = {"nogil": True, "cache": True, "fastmath": FASTMATH}
    return rebuilt_if_broken(lambda: numba.njit(signature, **options)(function))
