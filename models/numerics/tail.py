"""The shortest waves of a grid fade, for nothing else would ever take them away.

A stirred fluid without cooling hands its energy down to ever shorter waves, and on a grid there
is a shortest one. Collocation folds what is shorter back onto what is longer; after minutes of
stirring the energy has multiplied and the fluid is noise. A little damping of the last waves
stands for what they would hand on.

Source of the idea: spectral vanishing viscosity, E. Tadmor, SIAM J. Numer. Anal. 26, 30 (1989).
"""

from __future__ import annotations

import numpy as np

from models.numerics.grid import Axis

FADES_FROM = 0.6
"""Of the largest wave number of an axis; longer waves are left alone."""

RATE = 0.01
"""How much of the very shortest wave a usual step takes; it grows from 0 with the square."""


def fading(k: Axis, step: float) -> Axis:
    """The exponent by which a step damps each wave number of an axis, shape (n,), 0 or more.

    `step` is its length, in units of hbar / max(K).
    """
    share = (np.abs(k) / np.abs(k).max() - FADES_FROM) / (1 - FADES_FROM)
    exponent: Axis = step * RATE * np.clip(share, 0, 1) ** 2
    return exponent
