"""Gross-Pitaevskii fluids: what visitors see of them, and what they can do to them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from models.actions import Action
from models.boat import Boat, Water
from models.contract import ActionError, Picture, View
from models.declarations import EXPERT, FINGER, FLUID, GRID
from models.exposed import exposed
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.finger_table import FingerTable
from models.numerics.flow import Flow
from models.numerics.periodic_vortices import periodic_vortices
from models.parameters import Parameter, Value
from models.picture_trap import PictureTrap
from models.pictures import EMPTY, HEADROOM, blank_picture, finite, phase_picture
from models.places import Point, emptiest_place
from models.tools import COOL_DEPTH, TOOLS, ColdPlaces
from models.vortices import MIN_DENSITY, ring_density

WALL_MU = 100.0
"""Height of hard walls, in units of the chemical potential."""

MAX_MACH = 1.0
"""White in a picture of speeds, in units of the speed of sound."""


class GrossPitaevskii(PictureTrap):
    """Exhibits give `_external` and `_initial`, and override the other hooks where they differ."""

    parameters: ClassVar[tuple[Parameter, ...]] = (*FLUID, *FINGER, *GRID, *EXPERT)
    views: ClassVar[tuple[View, ...]] = (
        View("density", "Density", "1/dx^2"),
        View("phase", "Phase", "rad", smooth=False, cyclic=True),
        View("velocity", "Speed of the flow", "speed of sound"),
        View("vortices", "Vortices", "1/dx^2", marks_vortices=True),
    )
    channels: ClassVar[Mapping[str, str]] = {
        "energy": "Energy of an atom, in units of mu",
        "energy_parts": "Kinetic, potential and interaction energy of an atom, in units of mu",
        "norm": "Number of atoms",
        "angular_momentum": "Of an atom about the middle of the box, in units of hbar",
        "seed": "What random numbers this start took; the parameter of this value repeats it",
        "vortex_number": "How many vortices turn anticlockwise, and how many clockwise",
        "boat": "Place, angle, size, speed, force and torque of the boat; null without one",
        "probe": "Place of the probe; density there in 1/dx^2, speed in that of sound, phase; "
        "null until one is put down",
    }
    actions: ClassVar[Mapping[str, Action]] = TOOLS

    _boat: Boat | None
    _probe: tuple[int, int] | None
    _weighed: tuple[float, dict[str, float]] | None

    def picture(self, view: str) -> Picture:
        psi = self._flow_field()
        first, second = self._kernels.moments(psi)
        if not (first > 0 and 0 < second < math.inf):
            return blank_picture(self.shape)
        if view == "phase":
            return phase_picture(self._backend.host(psi))
        levels = np.empty(self.shape[::-1], np.uint8)
        if view == "velocity":
            floor = EMPTY * self._total / psi.size
            unit = 255 / MAX_MACH * self._mach_of_a_cell()
            field, drift = self._synchronise(), self._cell_drift()
            self._backend.flow.grey_speed(field, unit, floor, drift, levels)
            return Picture(levels, 0.0, MAX_MACH)
        hi = self._scale.follow(HEADROOM * second / first, self._steps)
        self._kernels.grey_density(psi, 255 / hi, levels)
        return Picture(levels, 0.0, hi)

    @exposed
    def energy(self) -> float | None:
        """Energy of an atom, in units of mu."""
        return finite(sum(self._energy_parts_now().values()))

    @exposed
    def norm(self) -> float | None:
        """Number of atoms."""
        return finite(float(self.density().sum(dtype=float)) * self.grid.dx**2)

    def channel(self, name: str) -> Any:
        match name:
            case "energy":
                return self.energy()
            case "energy_parts":
                return {part: finite(value) for part, value in self._energy_parts_now().items()}
            case "norm":
                return self.norm()
            case "angular_momentum":
                turn = self._backend.flow.angular_momentum(self._synchronise(), self._cell_drift())
                atoms = float(self.density().sum(dtype=float))
                return finite(turn / atoms) if atoms > 0 else None
            case "seed":
                return self._seed
            case "vortex_number":
                signs = [vortex.sign for vortex in self.vortices()]
                return {"anticlockwise": signs.count(1), "clockwise": signs.count(-1)}
            case "probe":
                return self._read_probe()
            case "boat":
                return self._read_boat()
        return super().channel(name)

    def _act(self, action: str, args: Mapping[str, Value]) -> None:
        if action == "no_boat":
            if self._boat is not None:
                self._boat.move_to(None)
            return
        place = self._cell_of(float(args["x"]), float(args["y"]))
        match action:
            case "boat":
                self._launch(place)
            case "vortex":
                self._drop_vortex(place, 1)
            case "antivortex":
                self._drop_vortex(place, -1)
            case "cool_here":
                self._cold.add(self._middle(place), self._steps)
            case "probe":
                self._probe = place
            case _:
                super()._act(action, args)

    def step(self, n: int) -> None:
        super().step(n)
        if self._boat is not None and self._boat.gone:
            self._boat = None
            self._fingers.table.posts = 0
        if self._cold.due(self._steps):
            self._cool(self._cold.share(self.grid))

    def _cool(self, share: FloatArray) -> None:
        """Take `share` of the field from its colder self, and keep what it holds of the norm."""
        psi = self.psi
        cooled = self._cooled(COOL_DEPTH)
        # Extreme settings overflow here; then the place stays as it is.
        with np.errstate(over="ignore", invalid="ignore"):
            before, after = (
                float((share * np.abs(field) ** 2).sum(dtype=float)) for field in (psi, cooled)
            )
        if 0 < after < math.inf and math.isfinite(before):
            self._replace(psi + share * (math.sqrt(before / after) * cooled - psi))

    def _cell_of(self, x: float, y: float) -> tuple[int, int]:
        """The point of the grid below and left of fractions (x, y)."""
        Nx, Ny = self.shape
        return min(int(x * Nx), Nx - 1), min(int(y * Ny), Ny - 1)

    def _middle(self, cell: tuple[int, int]) -> Point:
        half = self.grid.dx / 2
        return float(self.grid.x[cell[0], 0]) + half, float(self.grid.y[0, cell[1]]) + half

    def _need_fluid(self, cell: tuple[int, int]) -> None:
        """Raise ActionError where a vortex would not be seen."""
        psi = self._backend.host(self._flow_field())
        first, second = self._kernels.moments(self._flow_field())
        i, j = (np.array([index]) for index in cell)
        around = float(ring_density(psi, i, j, self._ring_cells())[0])
        if not around * first > MIN_DENSITY * second:
            raise ActionError("there is no fluid at this place")

    def _drop_vortex(self, cell: tuple[int, int], sign: int) -> None:
        """Multiply the field by a vortex in the middle of `cell`, where it cannot be missed."""
        self._need_fluid(cell)
        at = self._middle(cell)
        opposite = emptiest_place(self.grid, self.density(), at)
        centres = np.array([complex(*at), complex(*opposite)])
        healing = self._healing_length()
        self._replace(self.psi * periodic_vortices(self.grid, centres, (sign, -sign), healing))

    def _launch(self, cell: tuple[int, int]) -> None:
        """Have the boat, a new one if there is none, rise in the middle of `cell`."""
        self._need_fluid(cell)
        if self._boat is None:
            first, second = self._kernels.moments(self._flow_field())
            n, m = second / first, self._number("m")
            sound = math.sqrt(self._interaction() * n / m)
            water = Water(n, sound, m)
            self._boat = Boat(self.grid, self._middle(cell), water, self._backend.posts)
        else:
            self._boat.move_to(self._middle(cell))

    def _has_bodies(self) -> bool:
        return self._boat is not None

    def _move_bodies(self, scale: float, fingers: FingerTable) -> None:
        if self._boat is not None:
            self._boat.sail(self.dt, fingers)
            self._boat.push(self._layers, scale, self.dt, fingers, self._potential)

    def _read_boat(self) -> dict[str, Any] | None:
        """Position as fractions of the box, sizes of its width, speeds in that of sound.

        Force is in units of mu / healing length, torque of mu, the angle in radians.
        """
        boat = self._boat
        if boat is None:
            return None
        Lx, Ly = self.grid.size
        sound = math.sqrt(self.mu / self._number("m"))
        unit = self.mu / self._healing_length()
        return {
            "x": finite(boat.x / Lx + 0.5),
            "y": finite(boat.y / Ly + 0.5),
            "angle": finite(boat.angle),
            "length": boat.length / Lx,
            "width": boat.width / Lx,
            "velocity": [finite(boat.vx / sound), finite(boat.vy / sound)],
            "force": [finite(part / unit) for part in boat.force],
            "torque": finite(boat.torque / self.mu),
        }

    def _read_probe(self) -> dict[str, float | None] | None:
        """Fractions, density in 1/dx^2, speed in units of that of sound, and phase."""
        if self._probe is None:
            return None
        i, j = self._probe
        near = np.arange(-2, 3)
        Nx, Ny = self.shape
        field = self._backend.host(self._synchronise())
        psi = field[..., i, j]
        patch = field[..., ((i + near) % Nx)[:, None], (j + near) % Ny]
        jx, jy, n = (float(value[2, 2]) for value in Flow().current(patch))
        ux, uy = self._cell_drift()
        cells = math.hypot(jx / n + ux, jy / n + uy) if n > 0 else 0.0
        return {
            "x": i / Nx,
            "y": j / Ny,
            "density": finite(float((np.abs(psi) ** 2).sum())),
            "speed": finite(min(cells, math.pi) * self._mach_of_a_cell()),
            "phase": finite(float(np.angle(self._flow_field()[i, j]))),
        }

    def _mach_of_a_cell(self) -> float:
        """The speed of a phase that turns by a radian in a cell, in units of that of sound."""
        hbar, m = self._number("hbar"), self._number("m")
        return hbar / (m * self.grid.dx) / math.sqrt(self.mu / m)

    def _cell_drift(self) -> tuple[float, float]:
        """`_drift` as a gradient of the phase, radians in a cell."""
        unit = self._number("m") * self.grid.dx / self._number("hbar")
        ux, uy = self._drift()
        return ux * unit, uy * unit

    def _weigh(self) -> str | None:
        energy = self.mu * sum(self._energy_parts_now().values())
        return self._guard.weigh(energy, self.mu, calm=not self._fingers.table.bumps)

    def _start(self, psi: ComplexArray, t: float, norm: float | None = None) -> None:
        self._weighed = None
        self._cold = ColdPlaces()
        self._boat = None
        self._probe = None
        self._fingers.table.posts = 0
        super()._start(psi, t, norm)

    def _replace(self, psi: ComplexArray) -> None:
        self._weighed = None
        super()._replace(psi)

    def _energy_parts_now(self) -> dict[str, float]:
        """`energy_parts`, once for every moment."""
        if self._weighed is None or self._weighed[0] != self.t:
            # A field with nothing in it has no energy of an atom; channels say null then.
            with np.errstate(all="ignore"):
                self._weighed = self.t, self.energy_parts()
        return self._weighed[1]

    def energy_parts(self) -> dict[str, float]:
        """Energies of an atom in units of mu; the fingers' potential is part of "potential"."""
        n = self.density().astype(float)
        v = self._present_potential() + self._fingers.table.potential()
        unit = n.sum() * self.mu
        return {
            "kinetic": self._kinetic_energy() / self.mu,
            "potential": float((v * n).sum() / unit),
            "interaction": float(self._number("g") * (n * n).sum() / (2 * unit)),
        }
