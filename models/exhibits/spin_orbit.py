"""Spin-orbit coupling along x: what two components and their lower band have in common.

Two laser beams turn atoms of one kind into the other and back, and each turn kicks them by
2 hbar k_R. In a frame where the first component is moved by -k_R and the second by +k_R, with
kappa = k / k_R, energies in units of 2 E_R, E_R = (hbar k_R)^2 / 2m:

    E(kappa) = (kappa^2 + 1) / 2 -+ sqrt((kappa - d)^2 + w^2)

Source: Y.-J. Lin, K. Jimenez-Garcia, I. B. Spielman, Nature 471, 83 (2011).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.numerics.arrays import FloatArray
from models.parameters import Float

NEWTON_STEPS = 8

SPIN_ORBIT = (
    Float(name="k_R", default=0.3, low=0.0, high=20.0, step=0.01, unit="1/dx", rebuild=True,
          label="Kick of the light", group="Fluid",
          help="Half the push that an atom gets when light turns it into the other kind."),
    Float(name="soc_d", default=0.0, low=-2.0, high=2.0, step=0.01, unit="4 E_R",
          label="Detuning", group="Fluid",
          help="How far the light is off: one kind of atom has the lower energy."),
    Float(name="soc_w", default=0.6, low=0.0, high=2.0, step=0.01, unit="4 E_R",
          label="Strength of the light", group="Fluid",
          help="How quickly the light turns one kind of atom into the other."),
)  # fmt: skip


@dataclass(frozen=True)
class SpinOrbit:
    """One setting of the light. `k_R` in 1/length; `d`, `w` in units of 4 E_R."""

    hbar: float
    m: float
    k_R: float
    d: float
    w: float

    @property
    def recoil(self) -> float:
        """E_R, an energy."""
        return (self.hbar * self.k_R) ** 2 / (2 * self.m)

    def lower(self, k: Any) -> FloatArray:
        """Energy of the lower band at wave number(s) `k`; that of the moved frame."""
        # Written so that it stays exact without a kick, where energies in units of E_R fail.
        free = self.hbar**2 * (np.asarray(k, float) ** 2 + self.k_R**2) / (2 * self.m)
        half = self.hbar**2 * self.k_R * np.asarray(k, float) / self.m - 2 * self.recoil * self.d
        lower: FloatArray = free - np.hypot(half, 2 * self.recoil * self.w)
        return lower

    def minimum(self) -> float:
        """Wave number of the lowest energy; of two that are as low, the negative one."""
        kappa = np.linspace(-1, 0, 1001) * (1 if self.d >= 0 else -1)
        energy = (kappa**2 + 1) / 2 - np.hypot(kappa - self.d, self.w)
        best = float(kappa[energy.argmin()])
        for _ in range(NEWTON_STEPS):
            root = math.hypot(best - self.d, self.w)
            if not root:
                break
            slope = best - (best - self.d) / root
            curvature = 1 - self.w**2 / root**3
            if curvature <= 0:
                break
            best -= slope / curvature
        return best * self.k_R

    def spinor(self, k: float) -> tuple[float, float]:
        """Amplitudes of both components in the lower band at `k`; their squares add up to 1."""
        half = k / self.k_R - self.d if self.k_R else -self.d
        root = math.hypot(half, self.w)
        z = half / root if root else 0.0
        return -math.sqrt((1 - z) / 2), math.sqrt((1 + z) / 2)
