"""A trap with bumps that turns, and drags the fluid into a lattice of vortices."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from models.declarations import CYLINDER, EXPERT, FINGER, FLUID, GRID, WINDING, with_defaults
from models.exhibits.bec import BEC
from models.gpe import WALL_MU
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.moving_wall import MovingWall
from models.numerics.profiles import WALL_RADIUS2, WALL_WIDTH, smooth_step
from models.numerics.turning import largest
from models.parameters import Float, Integer, Parameter

TABLE_INTERVALS = 8192
"""Of the wall's profile: a cubic between them is exact to 1e-11 of the phase it turns."""

MAX_KICK = 0.5
"""Part of any wave that a correction may add or take; below 1 it is stable."""

MAX_KICKS = 16
"""Corrections at a time. Only a tiny bowl that outruns sound many times would need more."""


class BECVortices(BEC):
    r"""Spin the bowl, and a superfluid answers with a crystal of whirlpools.

    An ordinary drink in a turning cup turns with it. A superfluid cannot: while the cup is slow it
    stays at rest, and then it lets in one tiny whirlpool after another, all alike, until they turn
    as fast as the cup on average, and these arrange themselves in a pattern of triangles. Here
    the cup is a wall with bumps, and some warm gas that turns with it takes the energy.

    $$V(r, \theta, t) = 100\mu\, S\!\left(r^2\,\frac{1 - h\cos N(\theta - \Omega t)}{1 - h}
    - 0.8\right), \qquad \Omega = N_v\,\frac{\pi\hbar}{m A}$$
    $$i\hbar\,\partial_t\psi = \left[\cos\alpha\,H - i\sin\alpha\,(H - \Omega L_z)\right]\psi,
    \qquad \tan\alpha = \text{cooling}$$

    $S$ is a smooth step of width 0.2 and $r = 1$ on the ellipse that fits the box. $A =
    0.2\pi L_x L_y\sqrt{(1 - h)/(1 + h)}$ is the area within the wall's foot: a fluid that turned
    like a solid would hold $N_v$ vortices. $H$ is that of BEC, less $\mu$; as published, $L_z$,
    $1 - h$ and the last root are left out and 0.64 stands for $0.2\pi$.

    **Checked:** the fields of super_hydro after 50 steps, as published, to $10^{-9}$; a lattice of
    vortices turns as Kirchhoff's point vortices in a round bowl do, within 5 %, for the wall is
    soft; from rest the angular momentum comes within 15 % of that of a solid, in ten seconds and
    for good, and its vortices stay; a bowl that turns slowly lets none in.

    Source: R. P. Feynman, *Prog. Low Temp. Phys.* 1, 17 (1955); M. Tsubota, K. Kasamatsu,
    M. Ueda, *Phys. Rev. A* 65, 023603 (2002), from whom the cooling of 0.03 is; the model of that
    name in super_hydro.
    """

    title: ClassVar = "Spinning bowl"
    pictures: ClassVar = ()  # its walls turn
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *with_defaults(FLUID, cooling=0.03),
        Float(
            name="N_vortex",
            default=50.0,
            low=-100.0,
            high=100.0,
            step=1.0,
            label="Turning speed",
            unit="vortices",
            help="How fast the wall turns: the number of vortices that would turn as fast.",
        ),
        Integer(
            name="bump_N",
            default=6,
            low=0,
            high=12,
            label="Bumps",
            help="How many bumps the wall has.",
        ),
        Float(
            name="bump_h",
            default=0.25,
            low=0.0,
            high=0.4,
            label="Height of the bumps",
            help="How far the bumps stand into the bowl.",
        ),
        *with_defaults((WINDING,), winding=0),
        CYLINDER,
        *FINGER,
        *GRID,
        *EXPERT,
    )
    presets: ClassVar = {
        "A square cup": {"bump_N": 4, "bump_h": 0.3, "N_vortex": 60.0},
        "Two paddles": {"bump_N": 2, "bump_h": 0.4, "N_vortex": 60.0},
        "Against the tide": {"N_vortex": -50.0, "winding": 20},
        "Too slow to be felt": {"N_vortex": 10.0},
    }

    @property
    def omega(self) -> float:
        """Angular velocity of the wall, radians per unit of time."""
        Lx, Ly = self.grid.size
        h = self._number("bump_h")
        if self.params["as_published"]:
            area = WALL_RADIUS2**2 * Lx * Ly
        else:
            area = math.pi / 4 * WALL_RADIUS2 * math.sqrt((1 - h) / (1 + h)) * Lx * Ly
        hbar_m = self._number("hbar") / self._number("m")
        return self._number("N_vortex") * math.pi * hbar_m / area

    def _external(self) -> FloatArray:
        return self._wall(0.0)

    def _present_potential(self) -> FloatArray:
        return self._wall(self._angle(self.t))

    def _wall(self, angle: float) -> FloatArray:
        a, b, c = self._shape_of_wall()
        N = self._number("bump_N")
        t = a - b * math.cos(N * angle) - c * math.sin(N * angle)
        return WALL_MU * self.mu * smooth_step(t, 1.0) * bool(self.params["cylinder"])

    def _shape_of_wall(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """a, b, c: the step is 0 to 1 where a - b cos(N angle) - c sin(N angle) is."""
        r2 = self.grid.radius2 / WALL_WIDTH
        theta = np.arctan2(self.grid.y, self.grid.x)
        h, N = self._number("bump_h"), self._number("bump_N")
        if not self.params["as_published"]:
            # All bumps stand inwards: outwards they would leave the box, and let fluid out.
            r2 = r2 / (1 - h)
        start = WALL_RADIUS2 / WALL_WIDTH
        return r2 - start, h * r2 * np.cos(N * theta), h * r2 * np.sin(N * theta)

    def _angle(self, t: float) -> float:
        return self._angle_then + self._omega_then * (t - self._then)

    def _start(self, psi: ComplexArray, t: float, norm: float | None = None) -> None:
        self._angle_then, self._omega_then, self._then = 0.0, self.omega, 0.0
        super()._start(psi, t, norm)

    def _refresh(self) -> None:
        # A changed speed turns the wall on from where it is.
        self._angle_then, self._omega_then, self._then = self._angle(self.t), self.omega, self.t
        self._potential = self._external()
        a, b, c = self._shape_of_wall()
        reach = np.hypot(b, c)
        # Only here does the factor ever change as the wall turns.
        self._points = np.flatnonzero((a + reach > 0) & (a - reach < 1))
        self._a, self._b, self._c = (
            part.ravel()[self._points].astype(self._backend.real) for part in (a, b, c)
        )
        super()._refresh()

    def _allocate(self) -> None:
        super()._allocate()
        self._turned = np.empty_like(self._field)
        self._turning = self._backend.turning  # compiled now, and not in the midst of a step

    def _follow_bath(self, decay: float) -> None:
        """The thermal atoms turn with the bowl; without a wall nothing turns."""
        share = decay * self._number("hbar") * self.omega * bool(self.params["cylinder"])
        if not share:
            return
        most = MAX_KICK / largest(self.shape)
        kicks = min(MAX_KICKS, math.ceil(abs(share) / most))
        share = max(-most, min(most, share / kicks))
        for _ in range(kicks):
            self._turning.turned(self._turned, self._field, share)
            self._field[...] = self._turned

    def _use_phase(self, phase: complex, prepares: bool = False) -> None:
        super()._use_phase(phase, prepares)
        step = smooth_step(np.arange(-1, TABLE_INTERVALS + 3) / TABLE_INTERVALS, 1.0)
        height = WALL_MU * step * bool(self.params["cylinder"]) - 1
        table = np.exp(self._rate * self.mu * height).astype(self._backend.complex)
        self._moving_wall = MovingWall(self._points, self._a, self._b, self._c, table)

    def _turn_of_wall(self, t: float) -> float:
        return self._number("bump_N") * self._angle(t)
