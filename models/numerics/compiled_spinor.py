"""The potential step of two components that turn into each other.

Compiled by `kernels_numba` and described in `kernels_numpy`. With C(q) = cosh(r sqrt(q)) and
S(q) = sinh(r sqrt(q)) / sqrt(q), power series in q, also exp(r u) = C(u^2) + u S(u^2).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numba

from models.numerics.compiled_step import FASTMATH, SERIES_LIMIT, add_fingers

SERIES_TERMS = 7
"""What is left of the series where the argument is SERIES_LIMIT is below double rounding."""


@lru_cache(maxsize=16)
def series_of(rate: complex) -> tuple[tuple[float, ...], ...]:
    """Coefficients of C and of S for r = `rate`: their real and their imaginary parts."""
    even = [rate ** (2 * k) / math.factorial(2 * k) for k in range(SERIES_TERMS)]
    odd = [rate ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(SERIES_TERMS)]
    return tuple(
        tuple(part) for c in (even, odd) for part in ([z.real for z in c], [z.imag for z in c])
    )


def _sum(c: Any, q: Any) -> Any:
    return c[0] + q * (c[1] + q * (c[2] + q * (c[3] + q * (c[4] + q * (c[5] + q * c[6])))))


def _exact(rate: complex, q: float) -> Any:
    """C and S for arguments of any size."""
    s = math.sqrt(q)
    a, b = rate.real * s, rate.imag * s
    even = complex(math.cosh(a) * math.cos(b), math.sinh(a) * math.sin(b))
    if s == 0:
        return even, rate
    return even, complex(math.sinh(a) * math.cos(b) / s, math.cosh(a) * math.sin(b) / s)


_sum = numba.njit(nogil=True, fastmath=FASTMATH, inline="always")(_sum)
_exact = numba.njit(nogil=True, fastmath=FASTMATH)(_exact)


def spinor_step(
    first: Any,
    second: Any,
    static: Any,
    mixing: Any,
    row: Any,
    pairs: Any,
    series: Any,
    g_aa: float,
    g_bb: float,
    g_ab: float,
    half_detuning: float,
    rate: complex,
    scale: float,
    top: int,
    gx: Any,
    gy: Any,
    spans: Any,
) -> None:
    nx, ny = static.shape
    real = row.dtype.type
    mean_a, mean_b = real(0.5 * (g_aa + g_ab)), real(0.5 * (g_bb + g_ab))
    half_a, half_b = real(0.5 * (g_aa - g_ab)), real(0.5 * (g_ab - g_bb))
    offset, scale_ = real(-half_detuning), real(scale)
    limit = real(SERIES_LIMIT / abs(rate))
    limit2 = limit * limit
    cr, ci, sr, si = series
    for i in range(nx):
        # One line of pairs, not two lines: with more of them LLVM gives up making it wide.
        for j in range(ny):
            row[j] = real(0.0)
        add_fingers(i, nx, top, gx, gy, spans, row)
        c, c_conjugate = mixing[i], mixing[i].conjugate()
        c2 = c.real * c.real + c.imag * c.imag
        large = 0
        for j in range(ny):
            za, zb = first[i, j], second[i, j]
            na = za.real * za.real + za.imag * za.imag
            nb = zb.real * zb.real + zb.imag * zb.imag
            u = row[j] + mean_a * na + mean_b * nb
            h = offset + half_a * na + half_b * nb
            pairs[j] = complex(u, h)
            large |= not (u * u < limit2 and h * h + c2 < limit2)
        if large:
            for j in range(ny):
                za, zb = first[i, j], second[i, j]
                u, h = pairs[j].real, pairs[j].imag
                size = scale_ * math.exp(rate.real * u)
                angle = rate.imag * u
                common = static[i, j] * complex(size * math.cos(angle), size * math.sin(angle))
                alike, unlike = _exact(rate, h * h + c2)
                ha, hb = complex(h * za.real, h * za.imag), complex(h * zb.real, h * zb.imag)
                first[i, j] = common * (alike * za + unlike * (ha + c * zb))
                second[i, j] = common * (alike * zb + unlike * (c_conjugate * za - hb))
        else:
            for j in range(ny):
                za, zb = first[i, j], second[i, j]
                u, h = pairs[j].real, pairs[j].imag
                v, q = u * u, h * h + c2
                re = scale_ * (_sum(cr, v) + u * _sum(sr, v))
                im = scale_ * (_sum(ci, v) + u * _sum(si, v))
                common = static[i, j] * complex(re, im)
                alike = complex(_sum(cr, q), _sum(ci, q))
                unlike = complex(_sum(sr, q), _sum(si, q))
                ha, hb = complex(h * za.real, h * za.imag), complex(h * zb.real, h * zb.imag)
                first[i, j] = common * (alike * za + unlike * (ha + c * zb))
                second[i, j] = common * (alike * zb + unlike * (c_conjugate * za - hb))
