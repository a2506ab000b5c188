"""Tracers carried by the flow of a field.

Compiled by `kernels_numba` and described in `kernels_numpy`.
"""

from __future__ import annotations

import math
from typing import Any

import numba

from models.numerics.compiled_step import FASTMATH
from models.numerics.kernels_numpy import DRIFT_STRIDES, MAX_SUBSTEPS


def _velocity(psi: Any, x: float, y: float, v_max: float, floor: float) -> Any:
    layers, nx, ny = psi.shape
    i = math.floor(x)
    j = math.floor(y)
    s = x - i
    t = y - j
    # Lagrange's cubic through four neighbours, and its slope: exact phase winding at a core.
    wx = (
        -s * (s - 1) * (s - 2) / 6,
        (s + 1) * (s - 1) * (s - 2) / 2,
        -(s + 1) * s * (s - 2) / 2,
        (s + 1) * s * (s - 1) / 6,
    )
    dx = (
        -(3 * s * s - 6 * s + 2) / 6,
        (3 * s * s - 4 * s - 1) / 2,
        -(3 * s * s - 2 * s - 2) / 2,
        (3 * s * s - 1) / 6,
    )
    wy = (
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    )
    dy = (
        -(3 * t * t - 6 * t + 2) / 6,
        (3 * t * t - 4 * t - 1) / 2,
        -(3 * t * t - 2 * t - 2) / 2,
        (3 * t * t - 1) / 6,
    )
    j0 = int(j - 1) % ny
    j1 = int(j) % ny
    j2 = int(j + 1) % ny
    j3 = int(j + 2) % ny
    n = floor
    jx = 0.0
    jy = 0.0
    for k in range(layers):
        p = 0j
        px = 0j
        py = 0j
        for a in range(4):
            line = psi[k, int(i - 1 + a) % nx]
            f0, f1, f2, f3 = line[j0], line[j1], line[j2], line[j3]
            across = wy[0] * f0 + wy[1] * f1 + wy[2] * f2 + wy[3] * f3
            p += wx[a] * across
            px += dx[a] * across
            py += wx[a] * (dy[0] * f0 + dy[1] * f1 + dy[2] * f2 + dy[3] * f3)
        n += p.real * p.real + p.imag * p.imag
        jx += p.real * px.imag - p.imag * px.real
        jy += p.real * py.imag - p.imag * py.real
    vx = jx / n
    vy = jy / n
    speed = math.sqrt(vx * vx + vy * vy)
    if speed > v_max:
        vx *= v_max / speed
        vy *= v_max / speed
    elif not speed <= v_max:
        return 0.0, 0.0
    return vx, vy


_velocity = numba.njit(nogil=True, fastmath=FASTMATH, error_model="numpy")(_velocity)


def advect(
    psi: Any, at: Any, time: float, drift_x: float, drift_y: float, floor: float, stride: float
) -> None:
    _, nx, ny = psi.shape
    v_max = math.pi
    drift = math.sqrt(drift_x**2 + drift_y**2)
    for k in range(at.shape[0]):
        x = at[k, 0]
        y = at[k, 1]
        ux, uy = _velocity(psi, x, y, v_max, floor)
        # A drift bends nothing by itself; it only carries into other cells.
        reach = abs(time) * (math.sqrt(ux**2 + uy**2) + drift / DRIFT_STRIDES)
        count = max(1, min(MAX_SUBSTEPS, math.ceil(reach / stride)))
        h = time / count
        for n in range(count):
            if n:
                ux, uy = _velocity(psi, x, y, v_max, floor)
            ax, ay = ux + drift_x, uy + drift_y
            ux, uy = _velocity(psi, x + 0.5 * h * ax, y + 0.5 * h * ay, v_max, floor)
            bx, by = ux + drift_x, uy + drift_y
            ux, uy = _velocity(psi, x + 0.5 * h * bx, y + 0.5 * h * by, v_max, floor)
            cx, cy = ux + drift_x, uy + drift_y
            ux, uy = _velocity(psi, x + h * cx, y + h * cy, v_max, floor)
            dx, dy = ux + drift_x, uy + drift_y
            x += h * (ax + 2 * bx + 2 * cx + dx) / 6
            y += h * (ay + 2 * by + 2 * cy + dy) / 6
        at[k, 0] = x % nx
        at[k, 1] = y % ny
