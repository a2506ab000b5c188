"""A field that rests in the fused step's layout, and its steps."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from models.numerics.arrays import ComplexArray
from models.numerics.compiled_step import reach_of
from models.numerics.finger_table import FingerTable, Spring
from models.numerics.fused import obstacles, passes, stages
from models.numerics.fused.codelets import LANES
from models.numerics.fused.layout import Line, aligned, in_lanes, pairs, radices, true_to_length
from models.numerics.fused.rule import RULE, series
from models.numerics.grid import Axis as Values
from models.numerics.moving_wall import MovingWall

NOWHERE = np.zeros(0, np.float32)
NO_WALL = MovingWall(np.zeros(0, np.int64), NOWHERE, NOWHERE, NOWHERE, np.zeros(4, np.complex64))

SMALLEST = 2
"""Lanes along a side of the field that is compiled with."""

Factors = tuple[Any, Any]
"""Along x and along y, in the order of the FFT."""


class Loops(NamedTuple):
    """What is compiled: see `passes` and `stages`."""

    run: Any
    enter: Any
    leave: Any
    stages: tuple[Any, Any]


def fill_blocks(digest: str) -> Loops:
    """The machine code of sources with this `digest`, from numba's cache or compiled."""
    loops = Loops(*passes.pass_functions(digest), stages.stage_functions(digest))
    # Numba compiles what is called, with the types that come.
    n = SMALLEST * LANES
    line = Line(n, radices(n) or ())
    field = FusedField((line, line), loops)
    ones = np.ones(n)
    psi = np.ones((n, n), np.complex64)
    field.use(-0.1j, (ones / n**2, ones), (ones / n**2, ones), psi, (ones, ones), (ones, ones))
    field.enter(psi)
    field.step(1, FingerTable((n, n), np.float32), Spring(1, 1, 1, 1, 1), 0.1, 1.0, 1.0, n**2)
    field.leave(psi)
    return loops


class FusedField:
    """psi (Nx, Ny) between steps: x in space, y in Fourier space, as `layout` draws it."""

    def __init__(self, lines: tuple[Line, Line], loops: Loops) -> None:
        self._x, self._y = lines
        self._loops = loops
        nx, ny = self._x.n, self._y.n
        self._rule = aligned(RULE)
        self._work = aligned(passes.work_size(ny))
        self._now = aligned(ny // LANES * (nx + 1) * 2 * LANES)
        self._tables = passes.Tables(
            field=aligned(self._now.size),
            static=aligned(2 * nx * ny),
            ex=aligned(2 * 2 * nx),
            ey=aligned(2 * 2 * ny),
            x_stages=self._x.addressed,
            y_stages=self._y.addressed,
            norms=np.zeros(ny // LANES),
            code=np.array([stage.address for stage in loops.stages], np.int64),
        )
        self._weights = np.zeros((nx, 2), np.float32)
        self._ys = np.zeros((ny, 2), np.float32)
        self._begins = True
        self._given: MovingWall | None = None
        self.turn(None, 0.0, 0.0)

    def use(
        self,
        rate: complex,
        full: Factors,
        half: Factors,
        static: ComplexArray,
        energies: tuple[Values, Values],
        tails: tuple[Values, Values],
    ) -> None:
        """Take up the factors of steps, full ones and halves, at time's direction `rate`.

        The x factors contain the 1 / (Nx Ny) of the transforms. `energies` and `tails` are what
        `leave` weighs the spectrum with.
        """
        tables = self._tables
        self._rate = rate
        self._series = series(rate)
        ex = [true_to_length(factors[0])[self._x.order] for factors in (full, half)]
        ey = [true_to_length(factors[1])[self._y.order] for factors in (full, half)]
        tables.ex[:] = pairs(np.concatenate(ex))
        tables.ey[:] = np.concatenate([in_lanes(factor[None], LANES) for factor in ey])
        tables.static[:] = in_lanes(static.T, LANES)
        for values, (x, y) in enumerate((energies, tails)):
            self._weights[:, values] = x[self._x.order]
            self._ys[:, values] = y[self._y.order]

    def turn(self, wall: MovingWall | None, first: float, second: float) -> None:
        """Have `wall` at the angle `first` in the next step and at `second` in the one after it."""
        self._angle, self._turn = first, second - first
        if wall is None:
            wall = NO_WALL
        if wall is not self._given:
            self._given = wall
            x, y = np.divmod(wall.points, self._y.n)
            places = (x // LANES * self._y.n + y) * 2 * LANES + x % LANES
            self._wall = obstacles.Wall(places, wall.a, wall.b, wall.c, wall.table)

    def enter(self, psi: ComplexArray) -> None:
        """Take up `psi` (Nx, Ny) in space."""
        self._loops.enter(psi, self._tables, self._work)
        self._begins = True

    def step(
        self,
        n: int,
        fingers: FingerTable,
        spring: Spring,
        dt: float,
        g: float,
        g_m: float,
        total: float,
        makes_up: bool = False,
    ) -> None:
        """Go on by `n` steps but for the last half of a kinetic one. Gives up the lock once.

        `total` is what the sum of |psi|^2 is brought to in each step, before its interaction is
        taken if the step `makes_up` for what the one before took. `g_m`, which is g / m, gives the
        fingers' speed limit.
        """
        motion = obstacles.Motion(
            fingers.state,
            fingers.gx,
            fingers.gy,
            fingers.spans,
            float(spring.spring),
            float(spring.damping),
            float(spring.height),
            float(spring.r0),
            float(spring.dx),
            reach_of(np.float32),
            float(g_m),
        )
        self._loops.run(
            n,
            self._begins,
            self._tables,
            motion,
            self._wall,
            float(self._angle),
            float(self._turn),
            self._rule,
            self._work,
            fingers.top,
            fingers.posts,
            complex(self._rate),
            self._series,
            float(dt),
            float(g),
            float(total),
            bool(makes_up),
        )
        self._begins = False

    def leave(self, psi: ComplexArray, total: float = 0.0) -> tuple[float, float, float]:
        """Write the finished field to `psi` (Nx, Ny); what rests here stays.

        The sum of |psi|^2 is brought to `total`, if that is not 0. Returns norm, kinetic energy
        and norm in the tail, of its spectrum before that.
        """
        self._now[:] = self._tables.field
        tables = self._tables._replace(field=self._now)
        norm, energy, tail = self._loops.leave(
            psi, tables, self._weights, self._ys, self._work, self._rule, float(total)
        )
        return float(norm), float(energy), float(tail)
