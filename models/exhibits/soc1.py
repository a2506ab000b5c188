"""Atoms in the lower band of spin-orbit coupled light: a mass that depends on the speed."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from models.declarations import EXPERT, FINGER, FLUID, GRID, with_defaults
from models.exhibits.spin_orbit import SPIN_ORBIT, SpinOrbit
from models.gpe import GrossPitaevskii
from models.numerics.arrays import ComplexArray
from models.numerics.grid import Axis
from models.numerics.profiles import smooth_step
from models.parameters import Float, Parameter


class SOC1(GrossPitaevskii):
    r"""Push these atoms forward, and at some speed they begin to move as if pulled back.

    Laser light gives the atoms a new law of motion: to the left and to the right, the faster
    they are the heavier they get, until their mass is negative and a push slows them down. A
    cloud that bursts here runs freely to one side. On the other side it piles up, as if at a
    wall that nobody can see.

    $$i\hbar\,\partial_t\psi = e^{-i\theta}\left(E_-(k_0 - i\partial_x) - E_-(k_0)
    - \frac{\hbar^2\partial_y^2}{2m} + g|\psi|^2 - \mu\right)\psi$$
    $$\frac{E_-(k)}{2E_R} = \frac{\kappa^2 + 1}{2} - \sqrt{(\kappa - d)^2 + w^2},
    \qquad \kappa = \frac{k}{k_R}, \quad E_R = \frac{\hbar^2k_R^2}{2m}$$

    This is the lower band of SOC2 alone, seen from its minimum $k_0$: at rest the phase is even.
    The mass along $x$ is $\hbar^2/E_-''$, which is negative between the two minima.
    $\tan\theta$ is the cooling. Lengths are in units of $dx$, $\hbar = m = g = 1$. Tracers show
    the wave number, which is not the velocity where the mass is negative.

    **Checked:** the minimum of the band, to $10^{-5}$ of $k_R$; phase and group velocity of waves,
    to 1 %; a push against the negative mass moves a packet the wrong way; the speed of sound
    along $x$ and $y$ is that of the two masses, within 2 %.

    Source: M. A. Khamehchi and others, *Phys. Rev. Lett.* 118, 155301 (2017), whose light in figure
    2c is that of the defaults, $4wE_R = 2.5E_R$ and $4dE_R = 0.54E_R$.
    """

    title: ClassVar = "Negative mass"
    pictures: ClassVar = ()  # at rest, its atoms form a wave
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *with_defaults(FLUID, cooling=3e-3, healing_length=2.5),
        *with_defaults(SPIN_ORBIT, k_R=0.25, soc_d=0.135, soc_w=0.625),
        Float(name="cloud", default=3.0, low=0.0, high=20.0, step=0.5, rebuild=True,
              label="Cloud at the start", group="Fluid", unit="mu/g",
              help="How much denser than the fluid around it a round cloud is at the start."),
        Float(name="cloud_R", default=0.25, low=0.05, high=0.9, step=0.01, rebuild=True,
              label="Size of the cloud", group="Fluid",
              help="Radius of the cloud, as a part of half the box."),
        *FINGER,
        *GRID,
        *(parameter for parameter in EXPERT if parameter.name != "random_phase"),
    )  # fmt: skip
    presets: ClassVar = {
        "A calm pool to push": {"cloud": 0.0},
        "Ordinary mass, for comparison": {"k_R": 0.0},
    }

    def light(self) -> SpinOrbit:
        """The light in force."""
        number = self._number
        hbar, m = number("hbar"), number("m")
        return SpinOrbit(hbar, m, number("k_R"), number("soc_d"), number("soc_w"))

    def _dispersion(self) -> tuple[Axis, Axis]:
        light = self.light()
        k0 = light.minimum()
        ky = self.grid.ky
        along_x: Axis = light.lower(self.grid.kx + k0) - light.lower(k0)
        return along_x, (light.hbar * ky) ** 2 / (2 * light.m)

    def _initial(self) -> ComplexArray:
        radius = np.sqrt(self.grid.radius2) / self._number("cloud_R")
        n = self.mu / self._number("g") * (1 + self._number("cloud") * smooth_step(1.5 - radius, 1))
        psi: ComplexArray = np.sqrt(n).astype(complex)
        return psi
