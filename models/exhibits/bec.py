"""The first exhibit: a round pool of superfluid."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from models.declarations import CYLINDER, EXPERT, FINGER, FLUID, GRID, WINDING
from models.gpe import WALL_MU, GrossPitaevskii
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.profiles import WALL_RADIUS2, Complex, smooth_step, vortex_cores
from models.parameters import Parameter

GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))
LATTICE_RADIUS = 0.45
"""Of the vortices in the first state, where the wall is at about 0.92 of half the box."""


class BEC(GrossPitaevskii):
    r"""Stir a cloud of atoms so cold that they move as one, and watch tiny whirlpools peel off.

    A Bose-Einstein condensate flows without friction: pull your finger through it slowly and
    nothing happens. Pull faster, and it sheds whirlpools in pairs that turn opposite ways. They
    are all alike, for the fluid can only turn in whole quanta. Some warm gas around it, at rest,
    takes the energy away ("cooling"): so of the seven at the start, which would rather be at the
    wall and gone, six leave within three minutes.

    $$i\hbar\,\partial_t\psi = e^{-i\theta}\left(-\frac{\hbar^2\nabla^2}{2m} + V + g|\psi|^2
    - \mu\right)\psi, \qquad \tan\theta = \text{cooling}$$

    with $\mu = \hbar^2/2m\xi^2$ and the healing length $\xi$. Lengths are in units of the
    distance $dx$ of two points, $\hbar = m = g = 1$: time is in units of $m\,dx^2/\hbar$.
    The trap is flat with a hard round wall of $100\mu$, and within it the density is $\mu/g$; as
    published, the mean density of the whole box is.

    **Checked:** the fields of super_hydro after 50 steps, to $10^{-9}$ (single precision: to
    $10^{-4}$); the frequency of sound, with Bogoliubov's to 2 %; the healed density, with Thomas
    and Fermi's to 3 %; norm to $10^{-5}$ and energy without cooling; and the error, which falls
    with the square of the step.

    Source: the model of that name in super_hydro (M. M. Forbes and others); L. Pitaevskii and
    S. Stringari, *Bose-Einstein Condensation and Superfluidity*, Oxford 2016.
    """

    title: ClassVar = "Superfluid"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *FLUID,
        WINDING,
        CYLINDER,
        *FINGER,
        *GRID,
        *EXPERT,
    )

    presets: ClassVar = {
        "Still water": {"winding": 0, "cooling": 1e-10},
        "A tangle that cools": {"random_phase": True, "cooling_steps": 200, "cooling": 0.02},
        "Many whirlpools": {"winding": 30},
    }

    def _external(self) -> FloatArray:
        if not self.params["cylinder"]:
            return np.zeros(self.shape)
        return WALL_MU * self.mu * smooth_step(self.grid.radius2 - WALL_RADIUS2)

    def _initial(self) -> ComplexArray:
        """Thomas-Fermi density with the vortices of `winding`, cooled in imaginary time.

        The fluid's density is mu / g, so its healing length and its speed of sound are those that
        are shown; as published, the mean density over the box is. A periodic box holds no net
        circulation, so without the wall there is none.
        """
        n = np.maximum(self.mu - self._potential, 0) / self._number("g")
        psi = np.sqrt(n).astype(complex)
        if self.params["random_phase"]:
            rng = self._random()
            psi *= np.exp(2j * np.pi * rng.random(self.shape))
        elif self.params["cylinder"]:
            psi *= self._lattice(int(self.params["winding"]))
        psi *= np.sqrt(self._filling(n) / (np.abs(psi) ** 2).sum())
        return self._relax(psi, int(self.params["cooling_steps"]))

    def _filling(self, n: FloatArray) -> float:
        """Norm of the first state, `n` being the density of Thomas and Fermi."""
        if self.params["as_published"]:
            return n.size * self.mu / self._number("g")
        return float(n.sum())

    def _lattice(self, winding: int) -> Complex:
        """Vortices on rings or on a spiral, with images that let the flow follow the wall."""
        count, sign = abs(winding), 1 if winding > 0 else -1
        Lx, Ly = self.grid.size
        if count <= 7:
            ring = count if count < 6 else count - 1
            fractions = LATTICE_RADIUS * np.exp(2j * np.pi * np.arange(ring) / max(ring, 1) + 0.2j)
            if count in (1, 6, 7):
                fractions = np.append(fractions[: count - 1], 0)
        else:
            k = np.arange(count)
            fractions = 0.75 * np.sqrt((k + 0.5) / count) * np.exp(1j * GOLDEN_ANGLE * k)
        centres = fractions.real * Lx / 2 + 1j * fractions.imag * Ly / 2
        cores = vortex_cores(
            self.grid.x, self.grid.y, centres, [sign] * count, self._number("healing_length")
        )
        images = fractions[np.abs(fractions) > 0]
        images = 0.85 / images.conj()
        z = 2 * self.grid.x / Lx + 2j * self.grid.y / Ly
        for image in images:
            cores *= np.exp(-1j * sign * np.angle((z - image) / -image))
        return cores
