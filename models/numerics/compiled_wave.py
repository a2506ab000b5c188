"""Waves on a water surface: what changes their rate, and what changes their height.

Compiled by `kernels_numba` and described in `kernels_numpy`.
"""

from __future__ import annotations

from typing import Any

from models.numerics.compiled_step import add_fingers


def wave_kick(
    height: Any,
    rate: Any,
    links: Any,
    source: Any,
    row: Any,
    stiffness: float,
    drive: float,
    top: int,
    gx: Any,
    gy: Any,
    spans: Any,
) -> None:
    nx, ny = height.shape
    real = row.dtype.type
    near, far = real(stiffness * 4 / 6), real(stiffness / 6)
    own, drive_ = real(stiffness), real(drive)
    for i in range(nx):
        for j in range(ny):
            row[j] = source[i]
        add_fingers(i, nx, top, gx, gy, spans, row)
        left, here, right = height[i - 1], height[i], height[(i + 1) % nx]
        for j in range(1, ny - 1):
            row[j] = (
                drive_ * row[j]
                - own * links[i, j] * here[j]
                + near * (left[j] + right[j] + here[j - 1] + here[j + 1])
                + far * (left[j - 1] + left[j + 1] + right[j - 1] + right[j + 1])
            )
        for j in (0, ny - 1):
            below, above = j - 1, (j + 1) % ny
            row[j] = (
                drive_ * row[j]
                - own * links[i, j] * here[j]
                + near * (left[j] + right[j] + here[below] + here[above])
                + far * (left[below] + left[above] + right[below] + right[above])
            )
        for j in range(ny):
            rate[i, j] += row[j]


def wave_drift(height: Any, rate: Any, kept: Any, strength: Any, dt: float, share: float) -> None:
    nx, ny = height.shape
    real = height.dtype.type
    dt_, share_ = real(dt), real(share)
    for i in range(nx):
        for j in range(ny):
            u = kept[i, j] * (height[i, j] + dt_ * rate[i, j])
            height[i, j] = u
            rate[i, j] *= kept[i, j]
            strength[i, j] += share_ * (u * u - strength[i, j])
