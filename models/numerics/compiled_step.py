"""The two halves of a split step, one pass over memory for each.

Compiled by `kernels_numba` and described in `kernels_numpy`.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from models.numerics.finger_table import AIM_X, AIM_Y, RATE, STRENGTH, USED, VX, VY, X, Y

FASTMATH = {"nsz", "arcp", "contract", "reassoc", "afn"}
"""All but the promise that no value is infinite or NaN: the guard has to see those."""

SERIES_LIMIT = 0.35
"""Angles up to here (radians) take the power series, others the library's functions."""

WEAK_DECAY = 0.03
"""Of the turning: below, a short series for the exponential is exact in single precision."""


def reach_of(real: type[np.floating[Any]]) -> float:
    """Where a Gaussian is this many widths away it no longer changes a sum."""
    return math.sqrt(-2 * math.log(float(np.finfo(real).eps) / 16))


def gaussian(at: float, r0: float, height: float, dx: float, reach: float, out: Any) -> Any:
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


def add_fingers(i: int, nx: int, top: int, gx: Any, gy: Any, spans: Any, row: Any) -> None:
    """Add the potentials of the fingers along row `i` of the grid."""
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


gaussian = numba.njit(nogil=True)(gaussian)
add_fingers = numba.njit(nogil=True, fastmath=FASTMATH)(add_fingers)


def move_fingers(
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
        spans[f, 0], spans[f, 1] = gaussian(table[f, X], r0, height * smooth, dx, reach, gx[f])
        spans[f, 2], spans[f, 3] = gaussian(table[f, Y], r0, 1.0, dx, reach, gy[f])


def potential_step(
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
    g_, turn_, decay_, scale_ = real(g), real(turn), real(decay), real(scale)
    limit2 = real((SERIES_LIMIT / max(abs(turn), abs(decay))) ** 2)
    s1, s2, s3, s4 = series[0, 0], series[0, 1], series[0, 2], series[0, 3]
    c1, c2, c3, c4 = series[1, 0], series[1, 1], series[1, 2], series[1, 3]
    e2, e3, e4, e5, e6 = series[2, 0], series[2, 1], series[2, 2], series[2, 3], series[2, 4]
    s5, s6, c5, c6 = series[0, 4], series[0, 5], series[1, 4], series[1, 5]
    e7, e8, e9, e10 = series[2, 5], series[2, 6], series[2, 7], series[2, 8]
    double = series.itemsize == 8
    weak = abs(decay) <= WEAK_DECAY * abs(turn)
    for i in range(nx):
        if extra.shape[0]:
            for j in range(ny):
                row[j] = extra[i, j]
        else:
            for j in range(ny):
                row[j] = zero
        add_fingers(i, nx, top, gx, gy, spans, row)
        wide = zero
        for j in range(ny):
            z = psi[i, j]
            u = row[j] + g_ * (z.real * z.real + z.imag * z.imag)
            row[j] = u
            # Counted, and not cut short: a loop with a way out is not vectorised.
            wide += zero if u * u < limit2 else one
        if wide > zero:
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
        elif weak:
            for j in range(ny):
                a = turn_ * row[j]
                b = -decay_ * row[j]
                q = a * a
                si = one + q * (s1 + q * (s2 + q * s3))
                co = one + q * (c1 + q * (c2 + q * c3))
                size = scale_ * (one + b * (one + b * (e2 + b * e3)))
                psi[i, j] = psi[i, j] * (static[i, j] * complex(size * co, -size * a * si))
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


def kinetic_step(psi: Any, ex: Any, ey: Any) -> float:
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


def table_factor(
    out: Any, points: Any, a: Any, b: Any, c: Any, cosine: float, sine: float, table: Any
) -> None:
    flat = out.ravel()
    real = a.dtype.type
    last = table.shape[0] - 4
    first_value, last_value = table[1], table[last + 1]
    cosine_, sine_, scale = real(cosine), real(sine), real(last)
    zero, one, two, half, sixth = real(0), real(1), real(2), real(1 / 2), real(1 / 6)
    for p in range(points.shape[0]):
        at = (a[p] - b[p] * cosine_ - c[p] * sine_) * scale
        if at <= zero:
            flat[points[p]] = first_value
        elif at >= scale:
            flat[points[p]] = last_value
        else:
            k = min(int(at), last - 1)
            s = at - real(k)
            up, down, far = s + one, s - one, s - two
            flat[points[p]] = (
                up * down * far * half * table[k + 1]
                - up * s * far * half * table[k + 2]
                + up * s * down * sixth * table[k + 3]
                - s * down * far * sixth * table[k]
            )


def friction(out: Any, psi: Any, k_psi: Any, strength: float) -> None:
    nx, ny = psi.shape
    factor = out.dtype.type(strength)
    for i in range(nx):
        for j in range(ny):
            a = psi[i, j]
            b = k_psi[i, j]
            out[i, j] = factor * (a.real * b.imag - a.imag * b.real)
