"""What is read from a field between steps: sums, spectra and grey levels.

Compiled by `kernels_numba` and described in `kernels_numpy`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

BAND = 16
"""Columns of a picture that are made together."""


def spectrum(psi: Any, ex: Any, ey: Any, tail_x: Any, tail_y: Any) -> Any:
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


def moments(psi: Any) -> Any:
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


def grey_density(psi: Any, scale: float, levels: Any) -> None:
    nx, ny = psi.shape
    factor = psi.real.dtype.type(scale)
    half = psi.real.dtype.type(0.5)
    white = psi.real.dtype.type(255.0)
    # Bands of few rows: grey along memory, and then turned while they are at hand.
    band = np.empty((BAND, ny), np.uint8)
    for i0 in range(0, nx, BAND):
        rows = min(BAND, nx - i0)
        for i in range(rows):
            for j in range(ny):
                z = psi[i0 + i, j]
                grey = factor * (z.real * z.real + z.imag * z.imag) + half
                band[i, j] = np.uint8(min(grey, white))
        if rows == BAND:
            # A number of turns that the compiler knows makes this three times as fast.
            for j in range(ny):
                for i in range(BAND):
                    levels[ny - 1 - j, i0 + i] = band[i, j]
        else:
            for j in range(ny):
                for i in range(rows):
                    levels[ny - 1 - j, i0 + i] = band[i, j]
