"""Blow-ups: noticing them within a frame, and going back to before them.

A split step keeps the norm however wrong it is, so the norm says nothing. What tells is a value
that is not finite, a spectrum that fills up to the grid's shortest waves, kinetic energy that
multiplies between two looks, and an energy that multiplies more slowly than that.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from models.numerics.arrays import ComplexArray
from models.parameters import Value

TAIL_START = 0.8
"""The tail of the spectrum is beyond this part of the largest wave number, in x or in y."""

MAX_TAIL = 0.12
"""Share of the norm in the tail. White noise, where nothing is resolved, has 0.36; a fluid full of
vortices that is stirred has 0.003, and where its shortest waves are kept it is noise at 0.12."""

CALM_TAIL = 0.06
"""What has begun as noise has calmed down, and must stay so."""

MAX_GROWTH = 3.0
"""Of an energy from one look to the next, beyond ..."""

FREE_GROWTH_MU = 2.0
"""... this much for each atom, in units of mu: strong fingers on a calm fluid."""

STATES_KEPT = 3
LOOKS_BETWEEN_STATES = 20
"""A third of a second where frames are shown at 60 a second."""

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
    """Judges what a model sums up and keeps the last few good states of one grid."""

    def __init__(self) -> None:
        self._states: deque[GoodState] = deque(maxlen=STATES_KEPT)
        self._looks = 0
        self._began_noisy = True
        self.disturb()

    def disturb(self) -> None:
        """The rules have changed, and energies with them: what comes next is the new measure."""
        self._kinetic = math.inf
        self._energy = math.inf

    def trouble(self, norm: float, kinetic: float, tail: float, mu: float) -> str | None:
        """What is wrong with a field of these sums over its spectrum, or None."""
        if not (math.isfinite(norm) and math.isfinite(kinetic) and norm > 0):
            return NOT_FINITE
        noisy = tail > MAX_TAIL * norm
        # Some exhibits start from noise, which then has to calm down first.
        if noisy and not self._began_noisy:
            return TOO_FINE
        if tail < CALM_TAIL * norm:
            self._began_noisy = False
        each = kinetic / norm
        reserve = abs(self._energy) if math.isfinite(self._energy) else 0.0
        if each > _limit(self._kinetic, mu) + reserve:
            return ENERGY_JUMP
        self._kinetic = each
        self._looks += 1
        return None

    def is_due(self) -> bool:
        """Is it time to weigh the fluid and to keep another state?"""
        return not self._states or self._looks >= LOOKS_BETWEEN_STATES

    def weigh(self, energy: float, mu: float, calm: bool) -> str | None:
        """What is wrong with this energy of an atom. While it is `calm`, nobody adds to it."""
        if not math.isfinite(energy):
            return NOT_FINITE
        if energy > _limit(self._energy, mu):
            return ENERGY_JUMP
        self._energy = min(energy, self._energy) if calm else energy
        return None

    def keep(self, state: GoodState) -> None:
        """Remember `state`, and forget the oldest one if need be."""
        self._states.append(state)
        self._looks = 0

    def back(self) -> GoodState | None:
        """The newest good state, which is then forgotten: a second call goes further back."""
        self.disturb()
        self._began_noisy = True
        self._looks = 0
        return self._states.pop() if self._states else None


def _limit(energy: float, mu: float) -> float:
    return energy + (MAX_GROWTH - 1) * abs(energy) + FREE_GROWTH_MU * mu
