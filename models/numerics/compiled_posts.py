"""The functions of `posts`, compiled when the first boat is launched and then kept on disk."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.cache import rebuilt_if_broken
from models.numerics.compiled_step import FASTMATH, gaussian, reach_of
from models.numerics.finger_table import FingerTable
from models.numerics.posts import Posts


def _place(
    at: Any, first: int, height: float, r0: float, dx: float, reach: float, gx: Any, gy: Any,
    spans: Any,
) -> None:  # fmt: skip
    for k in range(at.shape[0]):
        f = first + k
        spans[f, 0], spans[f, 1] = gaussian(at[k, 0], r0, height, dx, reach, gx[f])
        spans[f, 2], spans[f, 3] = gaussian(at[k, 1], r0, 1.0, dx, reach, gy[f])


def _push(
    psi: Any, at: Any, first: int, r0: float, dx: float, gx: Any, gy: Any, spans: Any, forces: Any
) -> None:
    nx, ny = psi.shape
    real = gx.dtype.type
    for k in range(at.shape[0]):
        f = first + k
        start = spans[f, 2]
        count = spans[f, 3]
        along = _offset(spans[f, 0], at[k, 0] / dx, nx)
        away = real(_offset(start, at[k, 1] / dx, ny))
        beyond = max(0, start + count - ny)
        fx = 0.0
        fy = 0.0
        for a in range(spans[f, 1]):
            i = (spans[f, 0] + a) % nx
            weight = real(0)
            slope = real(0)
            # Two plain loops, up to the edge and from the other one on: these go fast.
            for j in range(start, start + count - beyond):
                n = (psi[i, j].real ** 2 + psi[i, j].imag ** 2) * gy[f, j]
                weight += n
                slope += n * (away + real(j - start))
            for j in range(beyond):
                n = (psi[i, j].real ** 2 + psi[i, j].imag ** 2) * gy[f, j]
                weight += n
                slope += n * (away + real(j + ny - start))
            fx -= gx[f, i] * (along + a) * weight
            fy -= gx[f, i] * slope
        forces[k, 0] += fx * dx / (r0 * r0)
        forces[k, 1] += fy * dx / (r0 * r0)


def _offset(index: int, at: float, n: int) -> float:
    """Shortest way from `at`, in cells from the middle, to the point with this index."""
    away = index - at - n / 2
    return away - n * math.floor(away / n + 0.5)


_offset = numba.njit(nogil=True)(_offset)


class CompiledPosts(Posts):
    """For one real type, float32 or float64."""

    def __init__(self, real: type[np.floating[Any]]) -> None:
        r, f = np.dtype(real).name, "float64"
        bumps = f"{r}[:,::1], {r}[:,::1], int64[:,::1]"
        field = f"complex{16 * np.dtype(real).itemsize}[:,::1]"
        points = f"{f}[:,::1]"
        self._reach = reach_of(real)
        self._place = _compiled(_place, f"void({points}, int64, {f}, {f}, {f}, {f}, {bumps})")
        self._push = _compiled(
            _push, f"void({field}, {points}, int64, {f}, {f}, {bumps}, {points})"
        )

    def place(
        self, table: FingerTable, at: FloatArray, height: float, r0: float, dx: float
    ) -> None:
        table.posts = len(at)
        reach = self._reach
        self._place(at, table.top, height, r0, dx, reach, table.gx, table.gy, table.spans)

    def push(
        self,
        psi: ComplexArray,
        table: FingerTable,
        at: FloatArray,
        r0: float,
        dx: float,
        forces: FloatArray,
    ) -> None:
        self._push(psi, at, table.top, r0, dx, table.gx, table.gy, table.spans, forces)


def _compiled(function: Any, signature: str) -> Any:
    options: Any = {"nogil": True, "cache": True, "fastmath": FASTMATH}
    return rebuilt_if_broken(lambda: numba.njit(signature, **options)(function))
