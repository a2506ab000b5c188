"""A gas of vortices of both signs, which slowly destroys itself."""

from __future__ import annotations

import cmath
import math
from typing import ClassVar

import numpy as np

from models.declarations import EXPERT, FINGER, FLUID, GRID, with_defaults
from models.gpe import GrossPitaevskii
from models.numerics.arrays import ComplexArray
from models.numerics.periodic_vortices import periodic_vortices
from models.numerics.profiles import Complex
from models.parameters import Choice, Integer, Parameter

CLUSTER = 0.2
"""Width of a cluster of vortices of one sign, as a part of the box."""

TRIES = 200
"""To place a vortex away from the others, before it is put where it may."""

LEAST_CORE = 0.01
"""Of the field far from all vortices."""


class Turbulence(GrossPitaevskii):
    r"""A storm of tiny whirlpools: opposite ones meet and vanish, equal ones dance together.

    Half of the whirlpools turn one way, half the other. Where two opposite ones meet they
    destroy each other in a puff of sound, and the storm dies down, while those that are left
    can gather with their own kind: big eddies made of many small ones, as Onsager foretold.

    $$\psi = \sqrt{\mu/g}\,\prod_k f(|z - z_k|)\,e^{\pm i\,\arg\vartheta_1(\pi (z - z_k)/L_x)}$$

    with as many of either sign in an endless box, the theta function $\vartheta_1$ and a core
    $f$. Then all goes as in BEC.

    **Checked:** the first state has exactly the vortices asked for; their sum stays 0 and their
    number falls; the norm is kept to $10^{-5}$ and without cooling the energy to 0.2 %; clusters
    of one sign hold more kinetic energy than a mixture, as in Onsager's theory; short waves hold
    the energy of the cores, $E(k) = N\pi\hbar^2 n\Lambda^2/2m\xi^2k^3$ with $\Lambda = 0.825$,
    within 10 %; cooling never raises the energy.

    Source: L. Onsager, *Nuovo Cimento Suppl.* 6, 279 (1949); T. P. Billam et al., *Phys. Rev.
    Lett.* 112, 145301 (2014); A. S. Bradley and B. P. Anderson, *Phys. Rev. X* 2, 041001 (2012).
    """

    title: ClassVar = "Turbulence"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Integer(
            name="pairs",
            default=24,
            low=1,
            high=60,
            rebuild=True,
            label="Pairs of vortices",
            help="How many vortices of either sign there are at the start.",
        ),
        Choice(
            name="order",
            default="mixed",
            options=("mixed", "clusters", "dipoles"),
            rebuild=True,
            label="Arrangement",
            help="Everywhere at random, in two big eddies, or in close pairs.",
        ),
        *with_defaults(FLUID, cooling=1e-3),
        *FINGER,
        *GRID,
        *with_defaults(EXPERT, cooling_steps=20, seed=0),
    )
    presets: ClassVar = {
        "Two big eddies": {"order": "clusters", "cooling": 1e-4},
        "A swarm of dipoles": {"order": "dipoles", "pairs": 20},
        "A crowd": {"pairs": 60, "cooling": 5e-3},
    }

    def _initial(self) -> ComplexArray:
        xi = self._number("healing_length")
        n = math.sqrt(self.mu / self._number("g"))
        if self.params["random_phase"]:
            rng = self._random()
            psi = n * np.exp(2j * np.pi * rng.random(self.shape))
        else:
            pairs = int(self.params["pairs"])
            signs = [1] * pairs + [-1] * pairs
            factor = periodic_vortices(self.grid, self._places(pairs, xi), signs, xi)
            # Cores that overlap everywhere would leave no fluid at all.
            psi = n * np.exp(1j * np.angle(factor)) * np.maximum(np.abs(factor), LEAST_CORE)
        return self._relax(psi, int(self.params["cooling_steps"]))

    def _places(self, pairs: int, xi: float) -> Complex:
        """Where the vortices are, the positive ones first, none too close to another."""
        rng = self._random()
        Lx, Ly = self.grid.size
        least = min(8 * xi, math.sqrt(Lx * Ly / (2 * pairs)) / 2)
        places: list[complex] = []
        for k in range(2 * pairs):
            partner = places[k - pairs] if k >= pairs else None
            for _ in range(TRIES):
                z = self._wrapped(self._guess(rng, k < pairs, partner, least))
                if all(abs(self._wrapped(z - other)) > 0.99 * least for other in places):
                    break
            places.append(z)
        return np.array(places)

    def _guess(
        self, rng: np.random.Generator, positive: bool, partner: complex | None, least: float
    ) -> complex:
        Lx, Ly = self.grid.size
        order = self.params["order"]
        if order == "dipoles" and partner is not None:
            return partner + least * cmath.exp(2j * math.pi * rng.random())
        if order == "clusters":
            x, y = rng.normal((0.25 if positive else -0.25, 0.0), CLUSTER / 2)
        else:
            x, y = rng.uniform(-0.5, 0.5, 2)
        return complex(x * Lx, y * Ly)

    def _wrapped(self, z: complex) -> complex:
        """The same place, or the shortest way, in the endless box."""
        Lx, Ly = self.grid.size
        return complex((z.real + Lx / 2) % Lx - Lx / 2, (z.imag + Ly / 2) % Ly - Ly / 2)
