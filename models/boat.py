"""A boat: a rigid body that the fluid pushes and that pushes the fluid.

It is a row of posts, each a round bump of potential V_k. The fluid, of density n, pushes post k
with the force F_k = integral of n grad V_k; together they give the boat's force and, with the
lever arms r_k, its torque sum of r_k x F_k. Nothing else acts on it but the trap, which holds the
atoms that the boat is made of as it holds the fluid's. Its position and its momentum take turns as
psi and its phase do: position with the kinetic step, momentum with the potential one. So energy
and momentum of boat and fluid together are kept to second order in the step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.finger_table import FingerTable
from models.numerics.grid import Grid
from models.numerics.posts import Posts
from models.places import Point

POSTS = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
"""Along the keel, in units of their distance."""

POST_DISTANCE = 0.022
"""Of the box's shorter side; ..."""

POST_WIDTHS = 0.6
"""... a post's width is this part of that, and the hull has no gaps ..."""

MIN_POST_WIDTH_CELLS = 1.5
"""... nor does it fall through the grid."""

HEIGHT = 2.0
"""Of a post, in units of the fluid's interaction energy g n; neighbours add half as much."""

HULL_WIDTHS = 3.0
"""From side to side, in post widths: where the potential is about g n."""

WEIGHT = 3.0
"""Mass of the boat, in units of that of the fluid which it displaces."""

RAMP_STEPS = 200
"""To rise out of nothing, and to sink."""

SMOOTHING_STEPS = 50.0
"""Over which the force that is shown is averaged."""


@dataclass(frozen=True)
class Water:
    """The fluid that a boat floats in: density (per area), speed of sound, mass of an atom."""

    density: float
    sound: float
    m: float


class Boat:
    """One boat. Lengths are counted from the middle of the box, angles anticlockwise from x."""

    x: float
    y: float
    angle: float
    vx: float
    vy: float
    spin: float
    force: tuple[float, float]
    torque: float

    def __init__(self, grid: Grid, place: Point, water: Water, posts: Posts) -> None:
        self._grid, self._posts, self._water = grid, posts, water
        between = POST_DISTANCE * min(grid.size)
        self._r0 = max(POST_WIDTHS * between, MIN_POST_WIDTH_CELLS * grid.dx)
        self._keel = POSTS * max(between, self._r0)
        self._height = HEIGHT * water.m * water.sound**2
        self.width = HULL_WIDTHS * self._r0
        self.length = float(np.ptp(self._keel)) + self.width
        self.mass = WEIGHT * water.m * water.density * self.length * self.width
        self._inertia = self.mass * (self.length**2 + self.width**2) / 12
        self._at = np.zeros((len(POSTS), 2))
        self._forces = np.zeros_like(self._at)
        self._slopes = np.zeros_like(self._at)
        self._next: Point | None = place
        self._strength = 0.0
        self._stop(place)

    def move_to(self, place: Point | None) -> None:
        """Sink here and rise at `place`, or nowhere."""
        self._next = place
        self._rising = False

    @property
    def gone(self) -> bool:
        """It has sunk for good."""
        return self._next is None and self._strength == 0

    def sail(self, dt: float, table: FingerTable) -> None:
        """Go on for `dt`, and put the posts into `table`."""
        if not self._rising and self._strength == 0 and self._next is not None:
            self._stop(self._next)
        change = 1 / RAMP_STEPS if self._rising else -1 / RAMP_STEPS
        self._strength = min(1.0, max(0.0, self._strength + change))
        Lx, Ly = self._grid.size
        self.x = (self.x + dt * self.vx + Lx / 2) % Lx - Lx / 2
        self.y = (self.y + dt * self.vy + Ly / 2) % Ly - Ly / 2
        self.angle = (self.angle + dt * self.spin) % (2 * math.pi)
        self._at[:, 0] = self.x + self._keel * math.cos(self.angle)
        self._at[:, 1] = self.y + self._keel * math.sin(self.angle)
        s = self._strength
        smooth = s * s * (3 - 2 * s)
        self._posts.place(table, self._at, self._height * smooth, self._r0, self._grid.dx)

    def push(
        self,
        layers: tuple[ComplexArray, ...],
        scale: float,
        dt: float,
        table: FingerTable,
        trap: FloatArray,
    ) -> None:
        """Take up what fields (Nx, Ny), times `scale`, and the potential `trap` do in `dt`."""
        dx = self._grid.dx
        self._forces[...] = 0
        for layer in layers:
            self._posts.push(layer, table, self._at, self._r0, dx, self._forces)
        self._forces *= (scale * dx) ** 2
        fx, fy, torque = self._sums(self._forces)
        weight = 1 / SMOOTHING_STEPS
        self.force = (
            self.force[0] + weight * (fx - self.force[0]),
            self.force[1] + weight * (fy - self.force[1]),
        )
        self.torque += weight * (torque - self.torque)
        self._posts.slopes(trap, self._at, dx, self._slopes)
        self._slopes *= -self.mass / (self._water.m * len(POSTS))
        tx, ty, trap_torque = self._sums(self._slopes)
        self.vx += dt * (fx + tx) / self.mass
        self.vy += dt * (fy + ty) / self.mass
        self.spin += dt * (torque + trap_torque) / self._inertia
        self._limit()

    def _sums(self, forces: FloatArray) -> tuple[float, float, float]:
        """Force along x and y, and torque."""
        fx, fy = forces.sum(axis=0)
        along = self._keel @ forces
        torque = math.cos(self.angle) * along[1] - math.sin(self.angle) * along[0]
        return float(fx), float(fy), float(torque)

    def _limit(self) -> None:
        """No part of it outruns sound, whatever it met."""
        sound = self._water.sound
        speed = math.hypot(self.vx, self.vy)
        if speed > sound:
            self.vx *= sound / speed
            self.vy *= sound / speed
        fastest = 2 * sound / self.length
        self.spin = min(fastest, max(-fastest, self.spin))

    def _stop(self, place: Point) -> None:
        self.x, self.y = place
        self.vx = self.vy = self.spin = 0.0
        self.angle = 0.0
        self.force = (0.0, 0.0)
        self.torque = 0.0
        self._rising = True
