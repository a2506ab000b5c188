"""The numbers that a potential step needs, as a row of float32 that codelets read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

TERMS = 7
"""Of the polynomial for exp(rate u)."""

SERIES_LIMIT = 0.35
"""Of |rate u|, a radian without cooling: up to here the polynomial's error is below 3e-9."""

G, SCALE, DECAY, TURN = range(4)
"""Interaction, factor of the norm, and the rate's real and imaginary part."""

REAL, IMAGINARY = 8, 16
"""Where the polynomial's coefficients begin, scale included."""

RULE = 24
"""Numbers in all."""


def series(rate: complex) -> npt.NDArray[np.complex128]:
    """Coefficients of exp(rate u) as a polynomial in u, for |rate u| up to SERIES_LIMIT.

    It meets the exponential at the Chebyshev points, which needs a term less than Taylor's.
    """
    from numpy.polynomial import chebyshev

    reach = SERIES_LIMIT / abs(rate)

    def part(take: Any) -> Any:
        return chebyshev.chebinterpolate(lambda t: take(np.exp(rate * reach * t)), TERMS - 1)

    result: npt.NDArray[np.complex128] = chebyshev.cheb2poly(part(np.real) + 1j * part(np.imag))
    return result / reach ** np.arange(TERMS)
