"""Shapes that breathe in a bowl and come back to what they were."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from models.declarations import EXPERT, FINGER, FLOW, FLUID, GRID, with_defaults
from models.exhibits.bec_flow import Flowing
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.grid import Axis
from models.parameters import Float, Integer, Parameter

EDGE_HEALING_LENGTHS = 1.0
"""Half the width of the smooth edge of a shape: a sharper one rings."""


class BECBreather(Flowing):
    r"""A triangle of superfluid breathes in and out, and becomes the same triangle again.

    Let go of a flat triangle of fluid in a round bowl: it turns inside out, and half a swing
    later it stands there again with sharp corners. A disc does so too, after two swings; other
    shapes never. Nobody expected this when it was first seen, in Paris in 2019.

    $$V = \tfrac12 m\omega^2 r^2, \qquad m\omega^2 = \frac{\hbar^2}{m a^4}, \qquad
    a = a_{HO}\,L_x/2$$

    The shape has $N$ corners (none: a disc), the constant density $\mu/g$ inside and its sides
    $R L_x/2$ from the middle.

    **Checked:** the fields of super_hydro after 50 steps, to $10^{-9}$; the mean square radius
    swings at $2\omega$, whatever the shape, and the middle of mass at $\omega$, within 0.5 %;
    a triangle's density overlaps its first by 95 % at $T/2$, a disc's at $2T$, and less between.

    Source: R. Saint-Jalm et al., *Phys. Rev. X* 9, 021035 (2019); L. P. Pitaevskii and A. Rosch,
    *Phys. Rev. A* 55, R853 (1997); the model of that name in super_hydro.
    """

    title: ClassVar = "Breather"
    pictures: ClassVar = ()  # its bowl is too narrow
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Integer(
            name="Nshape",
            default=3,
            low=0,
            high=12,
            rebuild=True,
            label="Corners",
            help="How many corners the shape has; with fewer than 3 it is a disc.",
        ),
        Float(
            name="R",
            default=0.35,
            low=0.1,
            high=0.7,
            rebuild=True,
            label="Size",
            help="Distance of its sides from the middle, as a part of half the box.",
        ),
        Float(
            name="a_HO",
            default=0.07,
            low=0.03,
            high=0.5,
            step=0.005,
            rebuild=True,
            label="Width of the bowl",
            help="Size of a single atom's cloud in the bowl, as a part of half the box.",
        ),
        FLOW,
        *with_defaults(FLUID, cooling=1e-10),
        *FINGER,
        *GRID,
        *EXPERT,
    )
    presets: ClassVar = {
        "A disc": {"Nshape": 0},
        "A square never comes back": {"Nshape": 4, "R": 0.25},
        "A star's heart": {"Nshape": 5, "R": 0.4},
    }

    @property
    def omega(self) -> float:
        """Angular frequency of the bowl."""
        a = self._number("a_HO") * self.grid.size[0] / 2
        return self._number("hbar") / (self._number("m") * a**2)

    def _bath_dispersion(self) -> tuple[Axis, Axis]:
        """The thermal atoms are in the same bowl, and stay in it."""
        return self._dispersion()

    def _external(self) -> FloatArray:
        bowl: FloatArray = (
            0.5 * self._number("m") * self.omega**2 * (self.grid.x**2 + self.grid.y**2)
        )
        return bowl

    def _initial(self) -> ComplexArray:
        corners = int(self.params["Nshape"])
        x, y = self.grid.x, self.grid.y
        if corners < 3:
            out = np.hypot(x, y)
        else:
            sides = 2 * math.pi * np.arange(corners) / corners
            out = np.max([x * math.cos(side) + y * math.sin(side) for side in sides], axis=0)
        depth = self._number("R") * self.grid.size[0] / 2 - out
        edge = EDGE_HEALING_LENGTHS * self._number("healing_length")
        psi = math.sqrt(self.mu / self._number("g")) * (1 + np.tanh(depth / edge)) / 2
        return psi.astype(complex)
