"""Gross-Pitaevskii fluids: what visitors see of them, and what they can do to them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from models.contract import Picture, View
from models.declarations import EXPERT, FINGER, FLUID, GRID
from models.parameters import Parameter
from models.pictures import HEADROOM, blank_picture, phase_picture
from models.split_step import SplitStep

WALL_MU = 100.0
"""Height of hard walls, in units of the chemical potential."""


class GrossPitaevskii(SplitStep):
    """Exhibits give `_external` and `_initial`, and override the other hooks where they differ."""

    parameters: ClassVar[tuple[Parameter, ...]] = (*FLUID, *FINGER, *GRID, *EXPERT)
    views: ClassVar[tuple[View, ...]] = (
        View("density", "Density", "1/dx^2"),
        View("phase", "Phase", "rad", smooth=False, cyclic=True),
    )
    channels: ClassVar[Mapping[str, str]] = {
        "energy": "Energy of an atom, in units of mu",
        "energy_parts": "Kinetic, potential and interaction energy of an atom, in units of mu",
        "vortex_number": "How many vortices turn anticlockwise, and how many clockwise",
    }

    def picture(self, view: str) -> Picture:
        psi = self._synchronise()
        first, second = self._kernels.moments(psi)
        if not (first > 0 and math.isfinite(second)):
            return blank_picture(self.shape)
        if view == "phase":
            return phase_picture(self._backend.host(psi))
        hi = self._scale.follow(HEADROOM * second / first, self._steps)
        levels = np.empty(self.shape[::-1], np.uint8)
        self._kernels.grey_density(psi, 255 / hi, levels)
        return Picture(levels, 0.0, hi)

    def channel(self, name: str) -> Any:
        if name in ("energy", "energy_parts"):
            parts = self.energy_parts()
            total = sum(parts.values())
            if not math.isfinite(total):
                return None
            return total if name == "energy" else parts
        if name == "vortex_number":
            signs = [vortex.sign for vortex in self.vortices()]
            return {"anticlockwise": signs.count(1), "clockwise": signs.count(-1)}
        return super().channel(name)

    def energy_parts(self) -> dict[str, float]:
        """Energies of an atom in units of mu; the fingers' potential is part of "potential"."""
        n = self.density().astype(float)
        table = self._fingers.table
        v = (
            self._present_potential()
            + table.gx[: table.top].T.astype(float) @ table.gy[: table.top]
        )
        unit = n.sum() * self.mu
        return {
            "kinetic": self._kinetic_energy() / self.mu,
            "potential": float((v * n).sum() / unit),
            "interaction": float(self._number("g") * (n * n).sum() / (2 * unit)),
        }
