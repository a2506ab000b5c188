"""Water waves in a shallow tank: linear waves, and no superfluid at all."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from models.contract import ComplexArray, FloatArray, Picture, View, Vortex
from models.declarations import EXPERT, FINGER, GRID, with_defaults
from models.grid_model import GridModel
from models.guard import NOT_FINITE
from models.numerics.profiles import smooth_step
from models.parameters import Float, Parameter, Toggle
from models.pictures import SteadyScale, blank_picture, grey

CELLS_PER_STEP = 0.12
"""How far a wave goes in one step at a time step of 1."""

FINGER_SPEED = 1.5
"""How fast a finger may go, in units of the waves' speed: fast enough for a bow wave."""

FINGER_STRENGTH = 0.3
"""How fast a finger of height 1 lifts the water, in units of the paddle's."""

SPONGE = 0.08
"""Of the box along each side: the beach where waves run out."""

SPONGE_RATE = 0.25
"""How fast waves run out at the very edge, for a unit of time."""

WALL_CELLS = 3.0
"""Half the thickness of the wall with the slits."""

HEADROOM = 3.0
"""White is this many times the root mean square of the height."""


class WaveTank(GridModel):
    r"""Ripples in a tank of water run through two slits and draw a pattern of stripes.

    Behind the wall the waves from the two slits meet. Where crest meets crest the water swings
    high, and where crest meets trough it is still. Make waves of your own with a finger, or
    move it faster than the waves and see a bow wave. This is no superfluid: these waves pass
    through each other.

    $$\partial_t^2 u = c^2\nabla^2 u, \qquad \psi = u + \frac{i}{c|k|}\,\partial_t u,
    \qquad i\,\partial_t\psi = c\,|k|\,\psi$$

    The height is $u$, the real part of $\psi$; $|\psi|^2$ is the strength of the wave at a
    place. In Fourier space a step is exact. At the edge is a beach, in the wall $\psi = 0$.
    Lengths are in units of $dx$ and $c = 1$.

    **Checked:** plane waves go round at $\omega = ck$ to $10^{-4}$ for any wave length; without
    beach and wall the energy is kept to $10^{-4}$ through 400 steps in single precision; the
    stripes behind the slits are where two circular waves interfere, correlation above 0.9.

    Source: T. Young, *Phil. Trans. R. Soc.* 94, 1 (1804); H. Lamb, *Hydrodynamics*, chapter VIII.
    """

    title: ClassVar = "Wave tank"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Toggle(
            name="paddle",
            default=True,
            label="Paddle",
            group="Waves",
            help="A paddle at the left that makes straight waves.",
        ),
        Float(
            name="wavelength",
            default=12.0,
            low=5.0,
            high=64.0,
            step=0.5,
            unit="dx",
            label="Wave length",
            group="Waves",
            help="From crest to crest, for the paddle and for fingers.",
        ),
        Toggle(
            name="wall",
            default=True,
            label="Wall",
            group="Wall",
            help="A wall with two slits across the tank.",
        ),
        Float(
            name="slit_distance",
            default=0.24,
            low=0.04,
            high=0.8,
            label="Distance of the slits",
            group="Wall",
            help="From the middle of one slit to that of the other, as a part of the tank.",
        ),
        Float(
            name="slit_width",
            default=0.04,
            low=0.01,
            high=0.4,
            label="Width of the slits",
            group="Wall",
            help="How wide each slit is, as a part of the tank.",
        ),
        Toggle(
            name="beach",
            default=True,
            label="Beach",
            group="Wall",
            help="Waves run out at the edges; without it they come in at the other side.",
        ),
        Float(
            name="damping",
            default=1e-4,
            low=1e-6,
            high=0.1,
            scale="log",
            label="Damping",
            group="Waves",
            help="How fast waves die away by themselves.",
        ),
        *with_defaults(tuple(p for p in FINGER if p.name != "finger_V0_mu"), finger_r0=2.0),
        *GRID,
        *(p for p in EXPERT if p.name in ("dt_t_scale", "seed", "dx")),
    )
    views: ClassVar[tuple[View, ...]] = (
        View("height", "Height", "arb."),
        View("intensity", "Strength of the waves", "arb."),
    )
    presets: ClassVar = {
        "One slit": {"slit_distance": 0.04, "slit_width": 0.05},
        "Short waves": {"wavelength": 7.0},
        "An open pond": {"wall": False, "paddle": False},
    }
    channels: ClassVar = {"energy": "Energy of all waves, arbitrary unit"}

    @property
    def dt(self) -> float:
        """Time of a step."""
        return self._number("dt_t_scale") * CELLS_PER_STEP * self.grid.dx

    @property
    def omega(self) -> float:
        """Angular frequency of paddle and fingers."""
        return 2 * math.pi / (self._number("wavelength") * self.grid.dx)

    def step(self, n: int) -> None:
        table, kernels, field, fft = self._fingers.table, self._kernels, self._field, self._fft
        spring, damping = self._number("finger_k_m"), self._number("finger_damp")
        r0, dt, dx = self._number("finger_r0"), self.dt, self.grid.dx
        push = self._push
        for _ in range(n):
            fft.forward()
            np.multiply(field, self._factor, out=field)
            fft.inverse()
            self.t += dt
            kernels.move_fingers(table, dt, spring, damping, FINGER_SPEED, FINGER_STRENGTH, r0, dx)
            push[...] = self._paddle
            kernels.add_fingers(push, table)
            np.multiply(push, dt * math.sin(self.omega * self.t), out=push)
            np.add(field.real, push, out=field.real)
            np.multiply(field, self._mask, out=field)
        self._steps += n
        self._fingers.forget_faded()

    def reset(self) -> None:
        self._start(np.zeros(self.shape, complex), 0.0)
        self._fingers.begin_anew()
        self.set_tracers(self._tracer_count)

    def load(
        self,
        psi: ComplexArray,
        t: float = 0.0,
        finger: tuple[tuple[float, float], tuple[float, float]] | None = None,
    ) -> None:
        psi = self._checked_field(psi, self.shape)
        if finger is not None:
            self._fingers.load(*finger)
        self._start(psi, t)

    @property
    def psi(self) -> ComplexArray:
        host: ComplexArray = self._backend.host(self._field).copy()
        return host

    def density(self) -> FloatArray:
        psi = self._backend.host(self._field)
        n: FloatArray = psi.real**2 + psi.imag**2
        return n

    def picture(self, view: str) -> Picture:
        strength, _ = self._kernels.moments(self._field)
        if not math.isfinite(strength):
            return blank_picture(self.shape)
        rms = math.sqrt(strength / self._field.size / 2)
        hi = HEADROOM * max(self._scale.follow(rms, self._steps), 1e-3)
        psi = self._backend.host(self._field)
        if view == "intensity":
            most = hi**2 / 4
            return Picture(grey(self.density(), 0.0, most), 0.0, most)
        return Picture(grey(psi.real, -hi, hi), -hi, hi)

    def channel(self, name: str) -> Any:
        if name != "energy":
            return super().channel(name)
        waves = np.fft.fft2(self.psi.astype(complex))
        energy = float((self._k**2 * np.abs(waves) ** 2).sum() / waves.size / 2)
        return energy if math.isfinite(energy) else None

    def set_tracers(self, count: int) -> None:
        # Corks: where there is no wave yet they lie anywhere.
        self._tracers.seed(np.ones(self.shape), count, int(self.params["seed"]))
        self._tracer_count = count

    def vortices(self) -> list[Vortex]:
        return []

    def _allocate(self) -> None:
        self._field = self._backend.empty(self.shape)
        self._fft = self._backend.transform(self._field)
        self._push = np.zeros(self.shape, self._backend.real)
        self._k = np.hypot(self.grid.kx[:, None], self.grid.ky)

    def _start(self, psi: ComplexArray, t: float, norm: float | None = None) -> None:
        self._field[...] = psi
        self.t = t
        self._steps = 0
        self._scale = SteadyScale()
        self._refresh()

    def _refresh(self) -> None:
        decay = math.exp(-self._number("damping") * self.dt) / self._field.size
        self._factor = (decay * np.exp(-1j * self._k * self.dt)).astype(self._backend.complex)
        # Complex like the field, for NumPy casts by way of buffers.
        self._mask = (self._beach() * self._wall()).astype(self._backend.complex)
        x = self.grid.x / self.grid.size[0] + 0.5
        line = np.exp(-(((x - 1.5 * SPONGE) * self.grid.Nx / 1.5) ** 2) / 2)
        paddle = line * bool(self.params["paddle"]) * np.ones(self.shape)
        self._paddle = paddle.astype(self._backend.real)

    def _beach(self) -> FloatArray:
        """What is left of a wave after one step: 1 but near the edge."""
        if not self.params["beach"]:
            return np.ones(self.shape)
        Lx, Ly = self.grid.size
        inwards = np.minimum(0.5 - np.abs(self.grid.x / Lx), 0.5 - np.abs(self.grid.y / Ly))
        rate = SPONGE_RATE * (1 - np.clip(inwards / SPONGE, 0, 1)) ** 2
        left: FloatArray = np.exp(-rate * self.dt)
        return left

    def _wall(self) -> FloatArray:
        """0 in the wall, 1 elsewhere, with soft edges."""
        if not self.params["wall"]:
            return np.ones(self.shape)
        dx, Ly = self.grid.dx, self.grid.size[1]
        across = np.abs(self.grid.x + self.grid.size[0] / 8) / dx
        offset = np.abs(np.abs(self.grid.y) - self._number("slit_distance") * Ly / 2)
        outside = (offset - self._number("slit_width") * Ly / 2) / dx
        solid = (1 - smooth_step(across - WALL_CELLS, 2.0)) * smooth_step(outside + 1, 2.0)
        return 1 - solid

    def _settle(self) -> None:
        """The field is always at the present time."""

    def _flow_field(self) -> ComplexArray:
        return self._field

    def _trouble(self) -> str | None:
        strength, _ = self._kernels.moments(self._field)
        return None if math.isfinite(strength) else NOT_FINITE
