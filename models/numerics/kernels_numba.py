"""The inner loops of `kernels_numpy`, compiled: one pass over memory for each.

Everything is compiled for one precision when `Kernels` is built (or read from the cache on
disk), so that no step ever waits for a compiler, and every function gives up the interpreter's
lock while it runs. What the functions do is described in `kernels_numpy`.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from models.contract import ByteArray, ComplexArray, FloatArray
from models.numerics import kernels_numpy
from models.numerics.finger_table import (
    AIM_X,
    AIM_Y,
    RATE,
    STRENGTH,
    USED,
    VX,
    VY,
    FingerTable,
    X,
    Y,
)

FASTMATH = {"nsz", "arcp", "contract", "reassoc", "afn"}
"""All but the promise that no value is infinite or NaN: the guard has to see those."""

SERIES_LIMIT = 0.35
"""Angles up to here (radians) take the power series, others the library's functions."""

MAX_SUBSTEPS = kernels_numpy.MAX_SUBSTEPS


def _gaussian(at: float, r0: float, height: float, dx: float, reach: float, out: Any) -> Any:
    """Height * exp(-d^2 / (2 r0^2)) where it counts; the first index and how many."""
    n = out.shape[0]
    centre = at / dx + n / 2
    first = math.ceil(centre - reach * r0 / dx)
    count = min(n, math.floor(centre + reach * r0 / dx) - first + 1)
    if count == n:
        first = math.ceil(centre - n / 2)
    for k in range(count):
        d = (first + k - centre) * dx / r0
        out[(first + k) % n] = height * math.exp(-0.5 * d * d)
    return first % n, count


def _add_fingers(i: int, nx: int, top: int, gx: Any, gy: Any, spans: Any, row: Any) -> None:
    ny = row.shape[0]
    for f in range(top):
        if (i - spans[f, 0]) % nx < spans[f, 1]:
            a = gx[f, i]
            start = spans[f, 2]
            end = start + spans[f, 3]
            for j in range(start, min(end, ny)):
                row[j] += a * gy[f, j]
            for j in range(end - ny):
                row[j] += a * gy[f, j]


_gaussian = numba.njit(nogil=True)(_gaussian)
_add_fingers = numba.njit(nogil=True, fastmath=FASTMATH)(_add_fingers)


def _move_fingers(
    table: Any,
    top: int,
    dt: float,
    spring: float,
    damping: float,
    v_max: float,
    height: float,
    r0: float,
    dx: float,
    reach: float,
    gx: Any,
    gy: Any,
    spans: Any,
) -> None:
    for f in range(top):
        if table[f, USED] == 0.0:
            spans[f, 1] = 0
            continue
        vx = table[f, VX]
        vy = table[f, VY]
        table[f, X] += dt * vx
        table[f, Y] += dt * vy
        vx += dt * (spring * (table[f, AIM_X] - table[f, X]) - damping * vx)
        vy += dt * (spring * (table[f, AIM_Y] - table[f, Y]) - damping * vy)
        speed = math.sqrt(vx * vx + vy * vy)
        if speed > v_max:
            vx *= v_max / speed
            vy *= v_max / speed
        table[f, VX] = vx
        table[f, VY] = vy
        s = min(1.0, max(0.0, table[f, STRENGTH] + table[f, RATE]))
        table[f, STRENGTH] = s
        smooth = s * s * (3.0 - 2.0 * s)
        spans[f, 0], spans[f, 1] = _gaussian(table[f, X], r0, height * smooth, dx, reach, gx[f])
        spans[f, 2], spans[f, 3] = _gaussian(table[f, Y], r0, 1.0, dx, reach, gy[f])


def _potential_step(
    psi: Any,
    static: Any,
    extra: Any,
    row: Any,
    series: Any,
    g: float,
    turn: float,
    decay: float,
    scale: float,
    top: int,
    gx: Any,
    gy: Any,
    spans: Any,
) -> None:
    nx, ny = psi.shape
    # Constants in the fields' own precision: a wider one would widen every loop it is in.
    real = row.dtype.type
    zero, one = real(0.0), real(1.0)
    limit = real(SERIES_LIMIT)
    g_, turn_, decay_, scale_ = real(g), real(turn), real(decay), real(scale)
    s1, s2, s3, s4 = series[0, 0], series[0, 1], series[0, 2], series[0, 3]
    c1, c2, c3, c4 = series[1, 0], series[1, 1], series[1, 2], series[1, 3]
    e2, e3, e4, e5, e6 = series[2, 0], series[2, 1], series[2, 2], series[2, 3], series[2, 4]
    s5, s6, c5, c6 = series[0, 4], series[0, 5], series[1, 4], series[1, 5]
    e7, e8, e9, e10 = series[2, 5], series[2, 6], series[2, 7], series[2, 8]
    double = series.itemsize == 8
    lossless = decay == 0.0
    for i in range(nx):
        if extra.shape[0]:
            for j in range(ny):
                row[j] = extra[i, j]
        else:
            for j in range(ny):
                row[j] = zero
        _add_fingers(i, nx, top, gx, gy, spans, row)
        wide = 0
        for j in range(ny):
            z = psi[i, j]
            u = row[j] + g_ * (z.real * z.real + z.imag * z.imag)
            row[j] = u
            wide |= not (abs(turn_ * u) < limit and abs(decay_ * u) < limit)
        if wide:
            for j in range(ny):
                a = turn_ * row[j]
                size = scale_ * math.exp(-decay_ * row[j])
                factor = complex(size * math.cos(a), -size * math.sin(a))
                psi[i, j] = psi[i, j] * (static[i, j] * factor)
        elif double:
            for j in range(ny):
                a = turn_ * row[j]
                b = -decay_ * row[j]
                q = a * a
                si = one + q * (s1 + q * (s2 + q * (s3 + q * (s4 + q * (s5 + q * s6)))))
                co = one + q * (c1 + q * (c2 + q * (c3 + q * (c4 + q * (c5 + q * c6)))))
                size = e6 + b * (e7 + b * (e8 + b * (e9 + b * e10)))
                size = one + b * (one + b * (e2 + b * (e3 + b * (e4 + b * (e5 + b * size)))))
                size *= scale_
                psi[i, j] = psi[i, j] * (static[i, j] * complex(size * co, -size * a * si))
        elif lossless:
            for j in range(ny):
                a = turn_ * row[j]
                q = a * a
                si = -scale_ * a * (one + q * (s1 + q * (s2 + q * s3)))
                co = scale_ * (one + q * (c1 + q * (c2 + q * c3)))
                psi[i, j] = psi[i, j] * (static[i, j] * complex(co, si))
        else:
            for j in range(ny):
                a = turn_ * row[j]
                b = -decay_ * row[j]
                q = a * a
                si = one + q * (s1 + q * (s2 + q * s3))
                co = one + q * (c1 + q * (c2 + q * (c3 + q * c4)))
                size = one + b * (one + b * (e2 + b * (e3 + b * (e4 + b * (e5 + b * e6)))))
                size *= scale_
                psi[i, j] = psi[i, j] * (static[i, j] * complex(size * co, -size * a * si))


def _kinetic_step(psi: Any, ex: Any, ey: Any) -> float:
    nx, ny = psi.shape
    zero = psi.real.dtype.type(0.0)
    total = 0.0
    for i in range(nx):
        x = ex[i]
        norm = zero
        for j in range(ny):
            z = psi[i, j] * (x * ey[j])
            psi[i, j] = z
            norm += z.real * z.real + z.imag * z.imag
        total += norm
    return float(total * nx * ny)


def _spectrum(psi: Any, ex: Any, ey: Any, tail_x: Any, tail_y: Any) -> Any:
    nx, ny = psi.shape
    zero = psi.real.dtype.type(0.0)
    total = 0.0
    energy = 0.0
    tail = 0.0
    for i in range(nx):
        norm = zero
        energy_y = zero
        high = zero
        for j in range(ny):
            z = psi[i, j]
            n = z.real * z.real + z.imag * z.imag
            norm += n
            energy_y += ey[j] * n
            high += tail_y[j] * n
        total += norm
        energy += energy_y + ex[i] * norm
        tail += high + tail_x[i] * (norm - high)
    return total / (nx * ny), energy / (nx * ny), tail / (nx * ny)


def _moments(psi: Any) -> Any:
    nx, ny = psi.shape
    zero = psi.real.dtype.type(0.0)
    first = 0.0
    second = 0.0
    for i in range(nx):
        n1 = zero
        n2 = zero
        for j in range(ny):
            z = psi[i, j]
            n = z.real * z.real + z.imag * z.imag
            n1 += n
            n2 += n * n
        first += n1
        second += n2
    return first, second


def _grey_density(psi: Any, scale: float, levels: Any) -> None:
    nx, ny = psi.shape
    factor = psi.real.dtype.type(scale)
    half = psi.real.dtype.type(0.5)
    white = psi.real.dtype.type(255.0)
    block = 32
    for j0 in range(0, ny, block):
        for i0 in range(0, nx, block):
            for j in range(j0, min(j0 + block, ny)):
                for i in range(i0, min(i0 + block, nx)):
                    z = psi[i, j]
                    grey = factor * (z.real * z.real + z.imag * z.imag) + half
                    levels[ny - 1 - j, i] = np.uint8(min(grey, white))


def _velocity(psi: Any, x: float, y: float, v_max: float, floor: float) -> Any:
    nx, ny = psi.shape
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
    p = 0j
    px = 0j
    py = 0j
    for a in range(4):
        line = psi[int(i - 1 + a) % nx]
        f0, f1, f2, f3 = line[j0], line[j1], line[j2], line[j3]
        across = wy[0] * f0 + wy[1] * f1 + wy[2] * f2 + wy[3] * f3
        p += wx[a] * across
        px += dx[a] * across
        py += wx[a] * (dy[0] * f0 + dy[1] * f1 + dy[2] * f2 + dy[3] * f3)
    n = p.real * p.real + p.imag * p.imag + floor
    vx = (p.real * px.imag - p.imag * px.real) / n
    vy = (p.real * py.imag - p.imag * py.real) / n
    speed = math.sqrt(vx * vx + vy * vy)
    if speed > v_max:
        vx *= v_max / speed
        vy *= v_max / speed
    elif not speed <= v_max:
        return 0.0, 0.0
    return vx, vy


_velocity = numba.njit(nogil=True, fastmath=FASTMATH)(_velocity)


def _advect(
    psi: Any, at: Any, time: float, drift_x: float, drift_y: float, floor: float, stride: float
) -> None:
    nx, ny = psi.shape
    v_max = math.pi
    for k in range(at.shape[0]):
        x = at[k, 0]
        y = at[k, 1]
        ux, uy = _velocity(psi, x, y, v_max, floor)
        reach = abs(time) * math.sqrt((ux + drift_x) ** 2 + (uy + drift_y) ** 2)
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


class Kernels(kernels_numpy.Kernels):
    """The compiled functions for one real type, float32 or float64."""

    name = "numba"

    def __init__(self, real: type[np.floating[Any]]) -> None:
        info = np.finfo(real)
        # Where a Gaussian is this many widths away it no longer changes a sum.
        self._reach = math.sqrt(-2 * math.log(float(info.eps) / 16))
        self._series = np.array(
            [
                [(-1) ** k / math.factorial(2 * k + 1) for k in range(1, 10)],
                [(-1) ** k / math.factorial(2 * k) for k in range(1, 10)],
                [1 / math.factorial(k) for k in range(2, 11)],
            ],
            real,
        )
        r, f, c = np.dtype(real).name, "float64", f"complex{16 * info.dtype.itemsize}"
        field, wave, line, table = f"{c}[:,::1]", f"{c}[::1]", f"{r}[::1]", f"{f}[:,::1]"
        bumps = f"{r}[:,::1], {r}[:,::1], int64[:,::1]"
        self._move = _compiled(
            _move_fingers, f"void({table}, int64, {', '.join([f] * 8)}, {bumps})"
        )
        self._potential = _compiled(
            _potential_step,
            f"void({field}, {field}, {r}[:,::1], {line}, {r}[:,::1], {f}, {f}, {f}, {f}, int64, "
            f"{bumps})",
        )
        self._kinetic = _compiled(_kinetic_step, f"{f}({field}, {wave}, {wave})")
        self._spectrum = _compiled(
            _spectrum, f"UniTuple({f}, 3)({field}, {line}, {line}, {line}, {line})"
        )
        self._moments = _compiled(_moments, f"UniTuple({f}, 2)({field})")
        self._grey = _compiled(_grey_density, f"void({field}, {f}, uint8[:,::1])")
        self._advect = _compiled(_advect, f"void({field}, {table}, {f}, {f}, {f}, {f}, {f})")

    def move_fingers(
        self,
        fingers: FingerTable,
        dt: float,
        spring: float,
        damping: float,
        v_max: float,
        height: float,
        r0: float,
        dx: float,
    ) -> None:
        self._move(
            fingers.state,
            fingers.top,
            dt,
            spring,
            damping,
            v_max,
            height,
            r0,
            dx,
            self._reach,
            fingers.gx,
            fingers.gy,
            fingers.spans,
        )

    def potential_step(
        self,
        psi: ComplexArray,
        static: ComplexArray,
        extra: FloatArray,
        row: FloatArray,
        g: float,
        turn: float,
        decay: float,
        scale: float,
        fingers: FingerTable,
    ) -> None:
        self._potential(
            psi,
            static,
            extra,
            row,
            self._series,
            g,
            turn,
            decay,
            scale,
            fingers.top,
            fingers.gx,
            fingers.gy,
            fingers.spans,
        )

    def kinetic_step(self, psi: ComplexArray, ex: ComplexArray, ey: ComplexArray) -> float:
        total: float = self._kinetic(psi, ex, ey)
        return total

    def spectrum(
        self,
        psi: ComplexArray,
        ex: FloatArray,
        ey: FloatArray,
        tail_x: FloatArray,
        tail_y: FloatArray,
    ) -> tuple[float, float, float]:
        sums: tuple[float, float, float] = self._spectrum(psi, ex, ey, tail_x, tail_y)
        return sums

    def moments(self, psi: ComplexArray) -> tuple[float, float]:
        sums: tuple[float, float] = self._moments(psi)
        return sums

    def grey_density(self, psi: ComplexArray, scale: float, levels: ByteArray) -> None:
        self._grey(psi, scale, levels)

    def advect(
        self,
        psi: ComplexArray,
        at: FloatArray,
        time: float,
        drift_x: float,
        drift_y: float,
        floor: float,
        stride: float,
    ) -> None:
        self._advect(psi, at, time, drift_x, drift_y, floor, stride)


def _compiled(function: Any, signature: str) -> Any:
    return numba.njit(signature, nogil=True, cache=True, fastmath=FASTMATH)(function)
