"""A dark soliton, which snakes."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from models.declarations import EXPERT, FINGER, FLOW, FLUID, GRID, with_defaults
from models.exhibits.bec_flow import Flowing
from models.numerics.arrays import ComplexArray
from models.parameters import Float, Integer, Parameter

MAX_BETA = 0.99
ITERATIONS = 12


def _phase_step(beta: float, way: int) -> float:
    """Of the phase across a soliton that moves the way of `way`, +1 or -1; black: half a turn."""
    return 2 * math.asin(beta) - way * math.pi


class BECSoliton(Flowing):
    r"""A wave that is a gap: it keeps its shape for ever, until it bends and breaks into eddies.

    A dark soliton is a valley in the fluid that neither spreads nor fades, because the fluid's
    push and its stiffness balance. The deeper it is the slower it goes; the black one stands
    still. Across a wide pool it is not steady: it snakes, and snaps into pairs of whirlpools.

    $$\psi = \sqrt{\mu/g}\left[i\beta + \sqrt{1-\beta^2}\,\tanh\frac{x - x_0(y)}{l}\right]
    e^{i k x}, \qquad l = \frac{\hbar}{m c\sqrt{1-\beta^2}}$$

    It moves at $\beta c + \hbar k/m$, for $k$, which undoes its step of the phase round the box, is
    a flow; $\beta$ is such that this is the speed asked for. One that is hardly wider than the
    distance of two points of the grid and hardly moves sticks to it. A line that is bent by
    $x_0$, a sum of small waves along $y$, snakes sooner.

    **Checked:** the fields of super_hydro after 50 steps, to $10^{-9}$; the speed within 2 %; bent
    lines break into equal numbers of both vortices.

    Source: T. Tsuzuki, *J. Low Temp. Phys.* 4, 441 (1971); E. A. Kuznetsov and S. K. Turitsyn,
    *Sov. Phys. JETP* 67, 1583 (1988); the model of that name in super_hydro.
    """

    title: ClassVar = "Soliton"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Float(
            name="v_c",
            default=0.05,
            low=-0.95,
            high=0.95,
            step=0.05,
            unit="c",
            rebuild=True,
            label="Speed of the soliton",
            help="How fast it moves: 0 is black, near 1 it is a faint ripple.",
        ),
        Float(
            name="wobble",
            default=1.0,
            low=0.0,
            high=10.0,
            step=0.1,
            unit="dx",
            rebuild=True,
            label="Bend",
            help="How much the line is bent at the start.",
        ),
        Integer(
            name="waves",
            default=8,
            low=1,
            high=32,
            rebuild=True,
            label="Bends",
            help="Into how many bends at most the line is bent at the start.",
        ),
        FLOW,
        *with_defaults(FLUID, cooling=1e-10, healing_length=1.5),
        *FINGER,
        *GRID,
        *EXPERT,
    )
    presets: ClassVar = {
        "Straight and steady": {"wobble": 0.0, "v_c": 0.5},
        "Three wide waves": {"wobble": 5.0, "waves": 3},
        "Grey and quick": {"v_c": 0.6, "wobble": 2.0},
    }

    def _way(self) -> int:
        return 1 if self._number("v_c") >= 0 else -1

    def _beta(self) -> float:
        """Speed through the fluid, in units of that of sound, of a soliton of the speed asked."""
        speed = self._number("v_c")
        flow = self._number("hbar") / (self._number("m") * self.sound * self.grid.size[0])
        beta = speed
        for _ in range(ITERATIONS):
            against = flow * _phase_step(beta, self._way())
            beta = max(-MAX_BETA, min(MAX_BETA, speed + against))
        return beta

    def _initial(self) -> ComplexArray:
        beta = self._beta()
        depth = math.sqrt(1 - beta**2)
        Lx, Ly = self.grid.size
        count = int(self.params["waves"])
        turns = self._random().random(count)
        x = self.grid.x + np.zeros(self.shape)
        for k, turn in enumerate(turns, start=1):
            wave = np.cos(2 * math.pi * (k * self.grid.y / Ly + turn))
            x -= self._number("wobble") / math.sqrt(count) * wave
        width = self._number("hbar") / (self._number("m") * self.sound * depth)
        step = _phase_step(beta, self._way())
        psi = 1j * beta + depth * np.tanh(x / width)
        psi = psi * np.exp(-1j * step * self.grid.x / Lx)
        line: ComplexArray = psi * math.sqrt(self.mu / self._number("g"))
        return line
