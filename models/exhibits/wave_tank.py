"""Water waves in a shallow tank: linear waves, and no superfluid at all."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from models.contract import Picture, View, Vortex
from models.declarations import EXPERT, FINGER, GRID, with_defaults
from models.exposed import exposed
from models.grid_model import GridModel
from models.guard import NOT_FINITE
from models.numerics.arrays import ComplexArray, FloatArray
from models.parameters import Float, Parameter, Toggle
from models.pictures import blank_picture, finite, grey

CELLS_PER_STEP = 0.1
"""How far a wave goes in one step at a time step of 1."""

FINGER_SPEED = 1.5
"""How fast a finger may go, in units of the waves' speed: fast enough for a bow wave."""

FINGER_PUSH = 5.0
"""How hard a finger lifts the water: its ring is about as high as the paddle's wave."""

PADDLE_CELLS = 1.5
"""Width of the paddle (a standard deviation)."""

BEACH = 0.1
"""Of the box along each side: where waves run out."""

BEACH_RATE = 0.4
"""How fast waves run out at the very edge, for each cell that they go."""

WALL_CELLS = 2
"""Half the thickness of the wall with the slits."""

AVERAGED_PERIODS = 2.0
"""Over which the squared height of the waves is averaged."""

SHOWN_HEIGHT = 1.5
"""The end of the scale, in units of the paddle's waves, which are doubled where they turn."""


class WaveTank(GridModel):
    r"""Ripples in a tank of water run through two slits and draw a pattern of stripes.

    Behind the wall the waves from the two slits meet. Where crest meets crest the water swings
    high, and where crest meets trough it is still. Make waves of your own with a finger: rings
    that are closer together in front of it when it moves, and a bow wave when it is faster than
    they are. This is no superfluid: these waves run through each other and leave no trace.

    $$\partial_t^2 u = c^2\nabla^2 u - 2\gamma\,\partial_t u - \gamma^2 u + s(x, y)\cos\omega t$$

    $u$ is the height of the water, $s$ the paddle at the left and the fingers, $\gamma(x, y)$ the
    beach along the edge, where waves run out; nothing flows through a wall. The real part of
    $\psi$ is $u$, the imaginary part $\partial_t u$. Lengths are in units of $dx$, $c = 1$, and
    the paddle's waves are 1 high. Corks (tracers) bob, and stay where they are.

    **Checked:** plane waves against $\omega = ck$ within 0.7 % at 16 points a wave, where the
    grid slows them by $(k\,dx)^2/24$, and against that to $10^{-4}$; without beach the energy is
    kept to $10^{-3}$; the beach sends back less than 2 %, a wall all; behind the slits the water
    swings most where both ways differ by whole waves, to a sixth of one; rings are shorter and
    longer round a moving finger, as Doppler says, to 20 %.

    Source: T. Young, *Phil. Trans. R. Soc.* 94, 1 (1804); H. Lamb, *Hydrodynamics*, chapter VIII.
    """

    title: ClassVar = "Wave tank"
    field_name: ClassVar = "field"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Toggle(name="paddle", default=True, label="Paddle", group="Waves",
               help="A paddle at the left that makes straight waves."),
        Float(name="wavelength", default=16.0, low=6.0, high=64.0, step=0.5, unit="dx",
              label="Wave length", group="Waves",
              help="From crest to crest, for the paddle and for fingers."),
        Toggle(name="wall", default=True, label="Wall", group="Wall",
               help="A wall with two slits across the tank."),
        Float(name="slit_distance", default=0.24, low=0.04, high=0.8,
              label="Distance of the slits", group="Wall",
              help="From the middle of one slit to that of the other, as a part of the tank."),
        Float(name="slit_width", default=0.05, low=0.0, high=0.4,
              label="Width of the slits", group="Wall",
              help="How wide each slit is, as a part of the tank."),
        Toggle(name="beach", default=True, label="Beach", group="Wall",
               help="Waves run out at the edges; without it they come in at the other side."),
        Float(name="damping", default=1e-4, low=1e-6, high=0.1, scale="log",
              label="Damping", group="Waves",
              help="How fast waves die away by themselves."),
        *with_defaults(tuple(p for p in FINGER if p.name != "finger_V0_mu"), finger_r0=3.0),
        *GRID,
        *(p for p in EXPERT if p.name in ("dt_t_scale", "seed", "dx")),
    )  # fmt: skip
    views: ClassVar[tuple[View, ...]] = (
        View("height", "Height", "paddle's wave"),
        View("amplitude", "How high the waves go", "paddle's wave"),
    )
    presets: ClassVar = {
        "One slit": {"slit_distance": 0.04, "slit_width": 0.05},
        "Long waves": {"wavelength": 32.0, "slit_distance": 0.3, "slit_width": 0.06},
        "An open pond for fingers": {"wall": False, "paddle": False},
    }
    channels: ClassVar = {"energy": "Energy of all waves, in units of (height c)^2"}

    @property
    def dt(self) -> float:
        """Time of a step."""
        return self._number("dt_t_scale") * CELLS_PER_STEP * self.grid.dx

    @property
    def omega(self) -> float:
        """Angular frequency of paddle and fingers: that of `wavelength` on this grid."""
        k = 2 * math.pi / self._number("wavelength")
        # The stencil's own dispersion along x, so that the wave length is the one asked for.
        return math.sqrt(2 - 2 * math.cos(k)) / self.grid.dx

    def step(self, n: int) -> None:
        if n <= 0:
            return
        kernels, table, height, rate = self._kernels, self._fingers.table, self._height, self._rate
        spring, damping = self._number("finger_k_m"), self._number("finger_damp")
        r0, dt, dx, omega = self._number("finger_r0"), self.dt, self.grid.dx, self.omega
        push, stiffness = FINGER_PUSH / r0**2, dt / dx**2
        share = omega * dt / (2 * math.pi * AVERAGED_PERIODS)
        start = self.t
        # Half a kick, and at the end the other half: in between they make whole ones.
        self._kick(0.5 * stiffness, 0.5 * dt * math.cos(omega * start))
        for i in range(1, n + 1):
            kernels.wave_drift(height, rate, self._kept, self._squared, dt, share)
            kernels.move_fingers(table, dt, spring, damping, FINGER_SPEED, push, r0, dx)
            part = 1.0 if i < n else 0.5
            self._kick(part * stiffness, part * dt * math.cos(omega * (start + i * dt)))
        self.t = start + n * dt
        self._steps += n
        self._fingers.forget_faded()

    def reset(self) -> None:
        self._start(self._first_waves(), 0.0)
        self._fingers.adopt()
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
        """The height, and as imaginary part its rate of change."""
        psi = np.empty(self.shape, self._backend.complex)
        psi.real, psi.imag = self._height, self._rate
        return psi

    def density(self) -> FloatArray:
        """The height of the water."""
        return self._height.copy()

    def picture(self, view: str) -> Picture:
        if self._trouble():
            return blank_picture(self.shape)
        if view == "amplitude":
            return Picture(grey(np.sqrt(2 * self._squared), 0.0, 1.0), 0.0, 1.0)
        return Picture(grey(self._height, -SHOWN_HEIGHT, SHOWN_HEIGHT), -SHOWN_HEIGHT, SHOWN_HEIGHT)

    @exposed
    def energy(self) -> float | None:
        """Energy of all waves, in units of (height c)^2."""
        pull = np.zeros_like(self._height)
        self._kernels.wave_kick(
            self._height, pull, self._links, self._source, self._row, 1.0, 0.0, self._fingers.table
        )
        moving = (self._rate.astype(float) ** 2).sum() * self.grid.dx**2
        raised = -(self._height.astype(float) * pull).sum()
        return finite(float(moving + raised) / 2)

    def channel(self, name: str) -> Any:
        return self.energy() if name == "energy" else super().channel(name)

    def set_tracers(self, count: int) -> None:
        self._tracers.seed(np.ones(self.shape), count, int(self.params["seed"]))
        self._tracer_count = count

    def vortices(self) -> list[Vortex]:
        return []

    def _kick(self, stiffness: float, drive: float) -> None:
        self._kernels.wave_kick(
            self._height,
            self._rate,
            self._links,
            self._source,
            self._row,
            stiffness,
            drive,
            self._fingers.table,
        )

    def _allocate(self) -> None:
        real = self._backend.real
        self._height, self._rate, self._squared = (np.zeros(self.shape, real) for _ in range(3))
        self._row = np.zeros(self.shape[1], real)

    def _start(self, psi: ComplexArray, t: float, norm: float | None = None) -> None:
        self._height[...] = psi.real
        self._rate[...] = psi.imag
        self._squared[...] = 0
        self.t = t
        self._steps = 0
        self._refresh()

    def _refresh(self) -> None:
        real = self._backend.real
        water = self._water()
        near, far = (np.zeros(self.shape) for _ in range(2))
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                neighbour = np.roll(water, (dx, dy), (0, 1))
                if dx and dy:
                    far += neighbour
                elif dx or dy:
                    near += neighbour
        self._links = (4 / 6 * near + far / 6).astype(real)
        rate = self._number("damping") + self._beach() / self.grid.dx
        self._kept = (water * np.exp(-rate * self.dt)).astype(real)
        profile = np.exp(-(((self.grid.x[:, 0] - self._paddle_x) / self.grid.dx) ** 2)
                         / (2 * PADDLE_CELLS**2))  # fmt: skip
        k = 2 * math.pi / self._number("wavelength")
        reach = math.sqrt(2 * math.pi) * PADDLE_CELLS * math.exp(-((k * PADDLE_CELLS) ** 2) / 2)
        strength = 2 * math.sin(k) / (reach * self.grid.dx**2) * bool(self.params["paddle"])
        self._source = (strength * profile).astype(real)

    @property
    def _paddle_x(self) -> float:
        return (1.5 * BEACH - 0.5) * self.grid.size[0]

    @property
    def _wall_x(self) -> float:
        return -self.grid.size[0] / 8

    def _first_waves(self) -> ComplexArray:
        """The paddle's waves on their way to the wall; they would come in a moment anyway."""
        if not self.params["paddle"]:
            return np.zeros(self.shape, complex)
        k = 2 * math.pi / (self._number("wavelength") * self.grid.dx)
        away = np.abs(self.grid.x - self._paddle_x)
        front = (self._wall_x - self._paddle_x) * k / (2 * math.pi) - 1
        ends = np.clip(2 * front - away * k / math.pi, 0, 1)
        slope = np.where((ends > 0) & (ends < 1), -k / math.pi, 0)
        # Outgoing: the rate is minus the slope, that of the front included.
        height = -np.sin(k * away) * ends
        rate = k * np.cos(k * away) * ends + np.sin(k * away) * slope
        waves: ComplexArray = (height + 1j * rate) * self._inwards() ** 2
        return waves

    def _beach(self) -> FloatArray:
        """How fast waves run out, for each cell that they go."""
        rate: FloatArray = BEACH_RATE * (1 - self._inwards()) ** 2
        return rate

    def _inwards(self) -> FloatArray:
        """From 0 at the edge of the box to 1 where the beach ends and beyond."""
        if not self.params["beach"]:
            return np.ones(self.shape)
        Lx, Ly = self.grid.size
        edge = np.minimum(0.5 - np.abs(self.grid.x / Lx), 0.5 - np.abs(self.grid.y / Ly))
        inwards: FloatArray = np.clip(edge / BEACH, 0, 1)
        return inwards

    def _water(self) -> FloatArray:
        """0 in the wall, 1 elsewhere."""
        water = np.ones(self.shape)
        if self.params["wall"]:
            dx, Ly = self.grid.dx, self.grid.size[1]
            inside = np.abs(self.grid.x - self._wall_x) <= WALL_CELLS * dx
            offset = np.abs(np.abs(self.grid.y + dx / 2) - self._number("slit_distance") * Ly / 2)
            water[inside & (offset >= self._number("slit_width") * Ly / 2)] = 0
        return water

    def _settle(self) -> None:
        """Height and rate are always those of the present time."""

    def _flow_field(self) -> ComplexArray:
        return self.psi

    def _trouble(self) -> str | None:
        return None if np.isfinite(self._rate).all() else NOT_FINITE
