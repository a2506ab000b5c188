"""A ring that the fluid runs round for ever."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from models.declarations import EXPERT, FINGER, FLUID, GRID, WINDING, with_defaults
from models.gpe import WALL_MU, GrossPitaevskii
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.profiles import smooth_step
from models.parameters import Float, Parameter


class PersistentCurrents(GrossPitaevskii):
    r"""Set a superfluid running round a ring, and it never stops.

    Round the ring the phase has to fit onto itself, so the flow comes in whole steps, and to
    slow down by one step a whirlpool would have to cross the ring. On its own none does. Hold a
    strong finger across the ring and you can let one through: count how the flow steps down.

    $$V = 100\mu\left[1 - S(r^2 - R_1^2, \delta^2) + S(r^2 - R_2^2, \delta^2)\right],
    \qquad v(r) = \frac{\hbar}{m}\,\frac{w}{r}$$

    $S$ is a smooth step of width $\delta^2$: at $R_1$ the inner wall has its full height still, and
    at $R_2$ the outer one begins. $r = 1$ on the ellipse that fits the box, and $w$
    a whole number, the winding.

    **Checked:** the fields of super_hydro after 50 steps, to $10^{-9}$; a current of winding 8
    keeps it through 3000 steps with strong cooling, in either precision.

    Source: A. Ramanathan et al., *Phys. Rev. Lett.* 106, 130401 (2011); the model of that name
    in super_hydro.
    """

    title: ClassVar = "Ring current"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *with_defaults((WINDING,), winding=8),
        Float(
            name="R1",
            default=0.45,
            low=0.1,
            high=0.6,
            rebuild=True,
            label="Inner radius",
            help="Where the ring begins, as a part of half the box.",
        ),
        Float(
            name="R2",
            default=0.9,
            low=0.65,
            high=1.0,
            rebuild=True,
            label="Outer radius",
            help="Where the ring ends, as a part of half the box.",
        ),
        Float(
            name="dR",
            default=0.3,
            low=0.05,
            high=0.5,
            rebuild=True,
            label="Softness of the walls",
            help="How gently the walls of the ring rise.",
        ),
        *FLUID,
        *with_defaults(FINGER, finger_r0=8.0),
        *GRID,
        *EXPERT,
    )
    presets: ClassVar = {
        "A thin ring": {"R1": 0.6, "R2": 0.8, "winding": 12},
        "Too fast to last": {"winding": 45},
        "The other way": {"winding": -8},
    }

    def channel_winding(self) -> int:
        """How often the phase turns, anticlockwise, along the middle of the ring."""
        psi = self._backend.host(self._synchronise())
        middle = (self._number("R1") + self._number("R2")) / 4
        theta = np.linspace(0, 2 * np.pi, 8 * max(self.shape), endpoint=False)
        i = np.rint((0.5 + middle * np.cos(theta)) * self.shape[0]).astype(int) % self.shape[0]
        j = np.rint((0.5 + middle * np.sin(theta)) * self.shape[1]).astype(int) % self.shape[1]
        along = psi[i, j].astype(complex)
        return round(float(np.angle(np.roll(along, -1) * along.conj()).sum() / (2 * np.pi)))

    channels: ClassVar = {
        **GrossPitaevskii.channels,
        "winding": "How often the phase turns round the ring",
    }

    def channel(self, name: str) -> object:
        return self.channel_winding() if name == "winding" else super().channel(name)

    def _external(self) -> FloatArray:
        r2 = self.grid.radius2
        width = self._number("dR") ** 2
        inner = 1 - smooth_step(r2 - self._number("R1") ** 2, width)
        outer = smooth_step(r2 - self._number("R2") ** 2, width)
        return WALL_MU * self.mu * (inner + outer)

    def _initial(self) -> ComplexArray:
        # A ring so thin that its walls meet still has a floor, if a high one.
        floor = float(self._potential.min())
        n = np.maximum(self.mu - (self._potential - floor), 0) / self._number("g")
        psi = np.sqrt(n).astype(complex)
        if self.params["random_phase"]:
            rng = self._random()
            psi *= np.exp(2j * np.pi * rng.random(self.shape))
        else:
            theta = np.arctan2(self.grid.y, self.grid.x)
            psi *= np.exp(1j * int(self.params["winding"]) * theta)
        return self._relax(psi, int(self.params["cooling_steps"]))
