"""A block of steps: the field, where it rests between blocks, and the two ways through a block.

A block is Strang's: half a kinetic step, then potential and kinetic steps in turn, the last one a
half again. That last half is left out until somebody looks, for the next block can take it with
its first: the field rests where the next kinetic step begins, and `_synchronise` makes a finished
copy of it. There are two ways:

plain   pass by pass, with the libraries' transforms; the field rests in Fourier space
fused   the whole block in one call, in the layout of `models.numerics.fused`, where model, grid,
        precision and processor allow it
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from models.grid_model import GridModel
from models.guard import TAIL_START
from models.numerics.arrays import ComplexArray
from models.numerics.fft import Transform
from models.numerics.finger_table import FingerTable, Spring
from models.numerics.fused import ready
from models.numerics.moving_wall import MovingWall

if TYPE_CHECKING:
    from models.numerics.fused.field import FusedField

LOCAL_HOOKS = (
    "_prepare_waves",
    "_prepare_step",
    "_potential_step",
    "_field_shape",
    "_gain",
    "_density_gain",
)
"""Who overrides one of these does something in a step that the fused one knows nothing of."""

SPACE, WAVES, FUSED = "space", "waves", "fused"
"""Where the field rests: in `_field` as it is, there in Fourier space, or in `_fused`."""

BATH_STEPS = 16
"""Between two corrections for cooling that turns, each for so many steps: a wave loses or gains
1e-3 of itself in such a time, so nothing is seen of where in it that happens."""


class Strang(GridModel):
    """What a step consists of, and blocks of steps."""

    _fused: FusedField | None
    _sums: tuple[float, float, float]
    _rests: str
    _rate: complex
    _bath_decay: float
    _full: tuple[ComplexArray, ComplexArray]
    _half: tuple[ComplexArray, ComplexArray]

    def _gain(self, norm: float, t: float) -> float:
        """What a potential step at time `t` multiplies a field of this norm by."""
        return math.sqrt(self._total / norm) if norm > 0 else 1.0

    def _follow_bath(self, decay: float) -> None:
        """Multiply psi (in real space) by exp(decay * Omega * L_z), of cooling that turns.

        Called every BATH_STEPS steps; `decay` is what exp(-decay * H) says of these together.
        """

    def _prepare_waves(self) -> None:
        """Called before `_prepare_step`, with psi in Fourier space: the inverse brings it back."""

    def _prepare_step(self, t: float, scale: float) -> None:
        """Called before each potential step, to change the potential: psi, times `scale`, is the
        field at time `t`."""
        wall = self._moving_wall
        if wall is not None:
            turn = self._turn_of_wall(t)
            self._kernels.table_factor(
                self._static,
                wall.points,
                wall.a,
                wall.b,
                wall.c,
                math.cos(turn),
                math.sin(turn),
                wall.table,
            )

    def _turn_of_wall(self, t: float) -> float:
        """The angle of `_moving_wall`, which grows evenly."""
        return 0.0

    def _has_bodies(self) -> bool:
        """Is there anything for `_move_bodies`?"""
        return False

    def _move_bodies(self, scale: float, fingers: FingerTable) -> None:
        """Called when the fingers have moved, the field being `scale` times what it is."""

    @property
    def _field_shape(self) -> tuple[int, ...]:
        """Of psi: (Nx, Ny), or (components, Nx, Ny)."""
        return self.shape

    def _interaction(self) -> float:
        """The g of the speed of sound, sqrt(g n / m)."""
        return self._number("g")

    @property
    def _makes_up(self) -> bool:
        """Is what cooling took in the last step made up for wherever the field is looked at?"""
        return not self.params["as_published"]

    def _density_gain(self, scale: float) -> float:
        """By how much the density is larger than the field says, which lacks `scale` yet."""
        return scale**2 if self._makes_up else 1.0

    def _potential_step(self, scale: float, fingers: FingerTable) -> None:
        """Multiply the field by `scale` and by one step's factor of all but kinetic energy."""
        self._kernels.potential_step(
            self._field,
            self._static,
            self._extra,
            self._row,
            self._interaction() * self._density_gain(scale),
            -self._rate.imag,
            -self._rate.real,
            scale,
            fingers,
        )

    @property
    def mu(self) -> float:
        """Chemical potential of the background: hbar^2 / (2 m healing_length^2)."""
        xi = self._number("healing_length")
        return self._number("hbar") ** 2 / (2 * self._number("m") * xi**2)

    @property
    def dt(self) -> float:
        """Time of a step: dt_t_scale * hbar / max(K), K of a free particle."""
        k2 = float((self.grid.kx**2).max() + (self.grid.ky**2).max())
        hbar, m = self._number("hbar"), self._number("m")
        return self._number("dt_t_scale") * 2 * m / (hbar * k2)

    def _allocate(self) -> None:
        make = self._backend.empty
        self._field, self._now = make(self._field_shape), make(self._field_shape)
        self._static = make(self.shape)
        self._layers, self._now_layers = (
            tuple(field.reshape(-1, *self.shape)) for field in (self._field, self._now)
        )
        for name in ("_field_transform", "_now_transform"):
            self.__dict__.pop(name, None)
        self._row = np.empty(self.shape[1], self._backend.real)
        self._extra = np.zeros((0, 0), self._backend.real)
        self._tails = tuple(
            (np.abs(k) > TAIL_START * np.abs(k).max()).astype(self._backend.real)
            for k in (self.grid.kx, self.grid.ky)
        )
        self._no_fingers = FingerTable(self.shape, self._backend.real)
        self._moving_wall: MovingWall | None = None
        kind = type(self)
        fuses = all(getattr(kind, hook) is getattr(Strang, hook) for hook in LOCAL_HOOKS)
        self._bath_turns = kind._follow_bath is not Strang._follow_bath
        self._plan = ready.plan(self.shape) if fuses and self._backend.fuses else None
        self._fused = None if self._plan is None else ready.field(self._plan)

    @cached_property
    def _field_transform(self) -> Transform:
        """Planned when it is first needed: the fused step does without."""
        return self._backend.transform(self._field)

    @cached_property
    def _now_transform(self) -> Transform:
        return self._backend.transform(self._now)

    def _block(self, n: int, fingers: FingerTable) -> None:
        if n <= 0:
            return
        if self._fused is not None and not self._has_bodies():
            self._fused_block(self._fused, n, fingers)
        else:
            self._plain_block(n, fingers)
        self._synchronised = False

    def _spring(self) -> Spring:
        """What the fingers obey."""
        number = self._number
        height = number("finger_V0_mu") * self.mu
        return Spring(
            number("finger_k_m"), number("finger_damp"), height, number("finger_r0"), self.grid.dx
        )

    def _fused_block(self, fused: FusedField, n: int, fingers: FingerTable) -> None:
        if self._rests == WAVES:
            self._settle()
        g = self._interaction()
        g_m = g / self._number("m")
        turns = self._bath_turns and self._bath_decay
        done = 0
        while done < n:
            phase = (self._steps + done + BATH_STEPS // 2) % BATH_STEPS
            if turns and phase == 0:
                if self._rests == FUSED:
                    fused.leave(self._field)
                    self._rests = SPACE
                self._follow_bath(BATH_STEPS * self._bath_decay)
            if self._rests == SPACE:
                fused.enter(self._field)
                self._rests = FUSED
            part = min(n - done, BATH_STEPS - phase) if turns else n
            t = self.t + (done + 0.5) * self.dt
            angles = self._turn_of_wall(t), self._turn_of_wall(t + self.dt)
            fused.turn(self._moving_wall, *angles)
            fused.step(part, fingers, self._spring(), self.dt, g, g_m, self._total, self._makes_up)
            done += part

    def _plain_block(self, n: int, fingers: FingerTable) -> None:
        if self._rests == FUSED:
            self._settle()
        kernels, fft = self._kernels, self._field_transform
        dt, points = self.dt, math.prod(self.shape)
        spring, damping, height, r0, dx = self._spring()
        g_m = self._interaction() / self._number("m")
        if self._rests == WAVES:
            norm = self._kinetic_step(self._layers, self._full)
        else:
            fft.forward()
            norm = self._kinetic_step(self._layers, self._half)
        for i in range(n):
            self._prepare_waves()
            fft.inverse()
            if self._bath_decay and (self._steps + i) % BATH_STEPS == BATH_STEPS // 2:
                self._follow_bath(BATH_STEPS * self._bath_decay)
            scale = self._gain(norm, self.t + (i + 0.5) * dt)
            v_max = math.sqrt(abs(g_m * self._density_gain(scale) * norm / points))
            self._prepare_step(self.t + (i + 0.5) * dt, scale)
            kernels.move_fingers(fingers, dt, spring, damping, v_max, height, r0, dx)
            self._move_bodies(scale, fingers)
            self._potential_step(scale, fingers)
            fft.forward()
            if i + 1 < n:
                norm = self._kinetic_step(self._layers, self._full)
        self._rests = WAVES

    def _kinetic_step(
        self, layers: tuple[ComplexArray, ...], factors: tuple[ComplexArray, ComplexArray]
    ) -> float:
        """One step, or half of one, of every component; the norm of all of them."""
        return sum(self._kernels.kinetic_step(layer, *factors) for layer in layers)

    def _synchronise(self) -> ComplexArray:
        """The field at time t, in a buffer that the next step leaves alone; not a copy."""
        if not self._synchronised:
            if self._rests == FUSED and self._fused is not None:
                keeps = self._total if self._makes_up else 0.0
                self._sums = self._fused.leave(self._now, keeps)
            else:
                self._now[...] = self._field
            if self._rests == WAVES:
                norm = self._kinetic_step(self._now_layers, self._half)
                self._now_transform.inverse()
                # A step makes up for what cooling took before it; what the last took is missing.
                if norm > 0 and self._makes_up:
                    self._now *= self._backend.real(math.sqrt(self._total / norm))
            self._synchronised = True
        return self._now

    def _settle(self) -> None:
        self._field[...] = self._synchronise()
        self._rests = SPACE
