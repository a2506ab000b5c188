"""The potential step of two components that turn into each other.

Compiled by `kernels_numba` and described in `kernels_numpy`.
"""

from __future__ import annotations

import math
from typing import Any

import numba

from models.numerics.compiled_step import FASTMATH, SERIES_LIMIT, add_fingers

TERMS_SINGLE = 8
TERMS_DOUBLE = 12
"""Even: what is left of the series at SERIES_LIMIT is below the rounding."""


def _series(rate: complex, u: Any, q: Any, terms: int, power: Any, out: Any) -> None:
    """Rows of `out`: real and imaginary part of exp(r u), cosh(r s), sinh(r s) / s, q = s^2.

    Each is a power series in a real number, u or q, whose coefficients are the same for a row.
    """
    ny = u.shape[0]
    real = u.dtype.type
    for j in range(ny):
        power[j] = real(1.0)
        out[0, j] = out[2, j] = real(1.0)
        out[1, j] = out[3, j] = real(0.0)
        out[4, j] = real(rate.real)
        out[5, j] = real(rate.imag)
    c = 1.0 + 0.0j
    for k in range(1, terms):
        c *= rate / k
        a, b = real(c.real), real(c.imag)
        for j in range(ny):
            power[j] *= u[j]
            out[0, j] += a * power[j]
            out[1, j] += b * power[j]
    for j in range(ny):
        power[j] = real(1.0)
    c = 1.0 + 0.0j
    for k in range(2, terms, 2):
        c *= rate * rate / ((k - 1) * k)
        s = c * rate / (k + 1)
        a, b = real(c.real), real(c.imag)
        d, e = real(s.real), real(s.imag)
        for j in range(ny):
            power[j] *= q[j]
            out[2, j] += a * power[j]
            out[3, j] += b * power[j]
            out[4, j] += d * power[j]
            out[5, j] += e * power[j]


def _library(rate: complex, u: Any, q: Any, out: Any) -> None:
    """The same for arguments of any size."""
    for j in range(u.shape[0]):
        size = math.exp(rate.real * u[j])
        out[0, j] = size * math.cos(rate.imag * u[j])
        out[1, j] = size * math.sin(rate.imag * u[j])
        s = math.sqrt(q[j])
        a, b = rate.real * s, rate.imag * s
        out[2, j] = math.cosh(a) * math.cos(b)
        out[3, j] = math.sinh(a) * math.sin(b)
        out[4, j] = math.sinh(a) * math.cos(b) / s if s > 0 else rate.real
        out[5, j] = math.cosh(a) * math.sin(b) / s if s > 0 else rate.imag


_series = numba.njit(nogil=True, fastmath=FASTMATH)(_series)
_library = numba.njit(nogil=True, fastmath=FASTMATH)(_library)


def spinor_step(
    psi: Any,
    static: Any,
    mixing: Any,
    scratch: Any,
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
    real = scratch.dtype.type
    mean_a, mean_b = real(0.5 * (g_aa + g_ab)), real(0.5 * (g_bb + g_ab))
    half_a, half_b = real(0.5 * (g_aa - g_ab)), real(0.5 * (g_ab - g_bb))
    offset, scale_ = real(-half_detuning), real(scale)
    limit = real(SERIES_LIMIT / abs(rate))
    limit2 = limit * limit
    terms = TERMS_SINGLE if scratch.itemsize == 4 else TERMS_DOUBLE
    u, h, q, power, out = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4:]
    for i in range(nx):
        for j in range(ny):
            u[j] = real(0.0)
        add_fingers(i, nx, top, gx, gy, spans, u)
        c = mixing[i]
        c2 = c.real * c.real + c.imag * c.imag
        wide = 0
        for j in range(ny):
            za, zb = psi[0, i, j], psi[1, i, j]
            na = za.real * za.real + za.imag * za.imag
            nb = zb.real * zb.real + zb.imag * zb.imag
            u[j] += mean_a * na + mean_b * nb
            h[j] = offset + half_a * na + half_b * nb
            q[j] = h[j] * h[j] + c2
            wide |= not (abs(u[j]) < limit and q[j] < limit2)
        if wide:
            _library(rate, u, q, out)
        else:
            _series(rate, u, q, terms, power, out)
        for j in range(ny):
            za, zb = psi[0, i, j], psi[1, i, j]
            common = static[i, j] * complex(scale_ * out[0, j], scale_ * out[1, j])
            alike, unlike = complex(out[2, j], out[3, j]), complex(out[4, j], out[5, j])
            psi[0, i, j] = common * (alike * za + unlike * (h[j] * za + c * zb))
            psi[1, i, j] = common * (alike * zb + unlike * (c.conjugate() * za - h[j] * zb))
