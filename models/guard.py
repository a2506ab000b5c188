"""Blow-ups: noticing them within a frame, and going back to before them.

A split step keeps the norm however wrong it is, so the norm says nothing. What tells is a value
that is not finite, kinetic energy that multiplies between two looks, and a spectrum that is as
full at the grid's shortest waves as at its longest.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from models.contract import ComplexArray
from models.parameters import Value

TAIL_START = 0.8
"""The tail of the spectrum is beyond this part of the largest wave number, in x or in y."""

MAX_TAIL = 0.3
"""Share of the norm in the tail. White noise, where nothing is resolved, has 0.36."""

MAX_GROWTH = 3.0
"""Of the kinetic energy from one look to the next, beyond ..."""

FREE_GROWTH_MU = 2.0
"""... this much for each atom, in units of mu: strong fingers on a calm fluid."""

STATES_KEPT = 3
STEPS_BETWEEN_STATES = 600

NOT_FINITE = "a value that is not finite"
TOO_FINE = "a ripple too fine for the grid"
ENERGY_JUMP = "a jump of the energy"


@dataclass(frozen=True)
class GoodState:
    """All that is needed to go on from a healthy moment."""

    psi: ComplexArray
    t: float
    norm: float
    params: dict[str, Value]


class Guard:
    """Judges spectra and keeps the last few good states of one grid."""

    def __init__(self) -> None:
        self._states: deque[GoodState] = deque(maxlen=STATES_KEPT)
        self._kinetic = math.inf
        self._kept_at = 0

    def trouble(self, norm: float, kinetic: float, tail: float, mu: float) -> str | None:
        """What is wrong with a field of these sums over its spectrum, or None."""
        if not (math.isfinite(norm) and math.isfinite(kinetic) and norm > 0):
            return NOT_FINITE
        if tail > MAX_TAIL * norm:
            return TOO_FINE
        each = kinetic / norm
        if each > MAX_GROWTH * self._kinetic + FREE_GROWTH_MU * mu:
            return ENERGY_JUMP
        self._kinetic = each
        return None

    def is_due(self, steps: int) -> bool:
        """Is it time to keep another state?"""
        return not self._states or not 0 <= steps - self._kept_at < STEPS_BETWEEN_STATES

    def keep(self, state: GoodState, steps: int) -> None:
        """Remember `state`, and forget the oldest one if need be."""
        self._states.append(state)
        self._kept_at = steps

    def back(self) -> GoodState | None:
        """The newest good state, which is then forgotten: a second call goes further back."""
        self._kinetic = math.inf
        self._kept_at = 0
        return self._states.pop() if self._states else None
