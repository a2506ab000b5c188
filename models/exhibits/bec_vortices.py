"""A trap with bumps that turns, and drags the fluid into a lattice of vortices."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from models.declarations import CYLINDER, EXPERT, FINGER, FLUID, GRID, WINDING, with_defaults
from models.exhibits.bec import BEC
from models.gpe import WALL_MU
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.profiles import WALL_RADIUS2, WALL_WIDTH, smooth_step
from models.parameters import Float, Integer, Parameter

TABLE_INTERVALS = 8192
"""Of the wall's profile: a cubic between them is exact to 1e-11 of the phase it turns."""


class BECVortices(BEC):
    r"""Spin the bowl, and a superfluid answers with a crystal of whirlpools.

    An ordinary drink in a turning cup turns with it. A superfluid cannot: it lets in one tiny
    whirlpool after another, all alike, until they turn as fast as the cup on average, and these
    arrange themselves in a pattern of triangles. Here the cup is a wall with bumps.

    $$V(r, \theta, t) = 100\mu\, S\!\left(r^2\,[1 - h\cos N(\theta - \Omega t)] - 0.8\right),
    \qquad \Omega = N_v\,\frac{\pi\hbar}{0.64\, m L_x L_y}$$

    $S$ is a smooth step of width 0.2 and $r = 1$ on the ellipse that fits the box; with
    $\Omega$ a fluid that turned like a solid would hold $N_v$ vortices. All else is as in BEC.

    **Checked:** the fields of super_hydro after 50 steps, to $10^{-9}$; a lattice
    of vortices turns as Kirchhoff's point vortices in a round bowl do, within 5 %, for the wall
    is soft.

    Source: R. P. Feynman, *Prog. Low Temp. Phys.* 1, 17 (1955); the model of that name in
    super_hydro.
    """

    title: ClassVar = "Spinning bowl"
    pictures: ClassVar = ()  # its walls turn
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *with_defaults(FLUID, cooling=1e-3),
        Float(
            name="N_vortex",
            default=20.0,
            low=-60.0,
            high=60.0,
            step=1.0,
            label="Turning speed",
            unit="vortices",
            help="How fast the wall turns: the number of vortices that would turn as fast.",
        ),
        Integer(
            name="bump_N",
            default=4,
            low=0,
            high=12,
            label="Bumps",
            help="How many bumps the wall has.",
        ),
        Float(
            name="bump_h",
            default=0.15,
            low=0.0,
            high=0.4,
            label="Height of the bumps",
            help="How far the bumps stand out of the wall.",
        ),
        *with_defaults((WINDING,), winding=14),
        CYLINDER,
        *FINGER,
        *GRID,
        *EXPERT,
    )
    presets: ClassVar = {
        "A square cup": {"bump_N": 4, "bump_h": 0.3, "N_vortex": 30.0, "winding": 0},
        "Two paddles": {"bump_N": 2, "bump_h": 0.3, "N_vortex": 40.0, "winding": 0},
        "Against the tide": {"N_vortex": -20.0, "winding": 20},
    }

    @property
    def omega(self) -> float:
        """Angular velocity of the wall, radians per unit of time."""
        Lx, Ly = self.grid.size
        area = WALL_RADIUS2**2 * Lx * Ly
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

    def _use_phase(self, phase: complex) -> None:
        super()._use_phase(phase)
        step = smooth_step(np.arange(-1, TABLE_INTERVALS + 3) / TABLE_INTERVALS, 1.0)
        height = WALL_MU * step * bool(self.params["cylinder"]) - 1
        self._table = np.exp(self._rate * self.mu * height).astype(self._backend.complex)

    def _prepare_step(self, t: float) -> None:
        turn = self._number("bump_N") * self._angle(t)
        self._kernels.table_factor(
            self._static,
            self._points,
            self._a,
            self._b,
            self._c,
            math.cos(turn),
            math.sin(turn),
            self._table,
        )
