"""A stream of superfluid past an obstacle."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from models.declarations import EXPERT, FINGER, FLOW, FLUID, GRID, with_defaults
from models.gpe import GrossPitaevskii
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.grid import Axis
from models.parameters import Float, Parameter


class Flowing(GrossPitaevskii):
    """A fluid seen from a frame in which it streams along x at `v_v_c` speeds of sound.

    Its kinetic energy is hbar^2 (kx^2 + 2 kx kv + ky^2) / 2m with kv = m v / hbar: a state
    without phase gradients streams at v. What cools it streams with it: a thermal gas is carried
    along by no stone, so a stream alone stays as it is, at any speed, and every drag is that of
    an obstacle.
    """

    @property
    def sound(self) -> float:
        """Speed of sound of the background, sqrt(mu / m)."""
        return math.sqrt(self.mu / self._number("m"))

    @property
    def stream(self) -> float:
        """Velocity of the frame's fluid along x."""
        return self._number("v_v_c") * self.sound

    def _dispersion(self) -> tuple[Axis, Axis]:
        ex, ey = super()._dispersion()
        return ex + self._number("hbar") * self.grid.kx * self.stream, ey

    def _bath_dispersion(self) -> tuple[Axis, Axis]:
        return super()._dispersion()

    def _drift(self) -> tuple[float, float]:
        return self.stream, 0.0


class BECFlow(Flowing):
    r"""A stone in a stream: slow superfluid slips past without a trace, fast fluid trails eddies.

    Below a critical speed nothing holds the stream back: that is what makes it super. Above it
    the obstacle sheds pairs of whirlpools, and these are its drag. Landau explained why there
    is such a speed: a slow fluid has nowhere to put the energy it would lose. It is the speed of
    sound, and the fluid reaches it first where it squeezes past the stone: there it is faster
    than elsewhere, and sound slower where the stone has thinned it. So eddies begin at a third.

    $$K = \frac{\hbar^2}{2m}\left(k_x^2 + 2 k_x k_v + k_y^2\right), \qquad k_v = m v/\hbar$$

    The speed $v$ is in units of the speed of sound $c = \sqrt{\mu/m}$; the obstacle is a
    Gaussian hill. The box is endless: what leaves at the right comes back at the left.

    What cools the fluid streams with it, as the warm part of such a gas does: a stream without a
    stone is in balance at any speed, and all drag is the stone's. As published it is at rest
    beside the stone, and wears down a stream that is faster than sound.

    **Checked:** at $0.2c$ the obstacle feels less than a twentieth of the drag at $0.8c$ and
    sheds nothing, also with cooling; at $0.8c$ it sheds vortices. A uniform
    stream turns its phase as $k_v$ says, and cooling leaves it as it is.

    Source: L. D. Landau, *J. Phys. USSR* 5, 71 (1941); T. Frisch, Y. Pomeau, S. Rica, *Phys. Rev.
    Lett.* 69, 1644 (1992); the model of that name in super_hydro, whose boost is half of this.
    """

    title: ClassVar = "Stream"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *with_defaults((FLOW,), v_v_c=0.55),
        Float(
            name="obstacle_V0_mu",
            default=2.0,
            low=0.0,
            high=10.0,
            step=0.1,
            unit="mu",
            rebuild=True,
            label="Height of the stone",
            help="How much the stone pushes the fluid away; above 1 it is dry.",
        ),
        Float(
            name="obstacle_r0",
            default=7.0,
            low=1.0,
            high=30.0,
            step=0.5,
            unit="dx",
            rebuild=True,
            label="Width of the stone",
            help="How wide the stone is.",
        ),
        *with_defaults(FLUID, cooling=1e-3),
        *FINGER,
        *GRID,
        *EXPERT,
    )
    presets: ClassVar = {
        "Slow: no drag at all": {"v_v_c": 0.2},
        "Fast: a street of eddies": {"v_v_c": 0.6, "obstacle_r0": 10.0},
        "Faster than sound": {"v_v_c": 1.4, "obstacle_V0_mu": 0.5},
    }

    def _external(self) -> FloatArray:
        x0 = -self.grid.size[0] / 4
        r2 = (self.grid.x - x0) ** 2 + self.grid.y**2
        height = self._number("obstacle_V0_mu") * self.mu
        hill: FloatArray = height * np.exp(-r2 / (2 * self._number("obstacle_r0") ** 2))
        return hill

    def _initial(self) -> ComplexArray:
        """Thomas-Fermi density round the obstacle, cooled while it streams."""
        n = np.maximum(self.mu - self._potential, 1e-4 * self.mu) / self._number("g")
        psi = np.sqrt(n).astype(complex)
        if self.params["random_phase"]:
            rng = self._random()
            psi *= np.exp(2j * np.pi * rng.random(self.shape))
        return self._relax(psi, int(self.params["cooling_steps"]))
