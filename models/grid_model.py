"""What every exhibit on a grid does alike: fingers, tracers, vortices, changes of parameters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np

from models.contract import FieldModel, FingerState, Vortex
from models.finger import Fingers
from models.guard import GoodState, Guard
from models.numerics.arrays import ComplexArray, FloatArray, Precision
from models.numerics.backend import backend
from models.numerics.grid import Grid
from models.parameters import Value
from models.tracers import Tracers
from models.vortices import find_vortices

RING_HEALING_LENGTHS = 2.5
"""How far from a vortex the fluid's density is looked at."""


class GridModel(FieldModel):
    """A model with the parameters Nx, Ny, dx and seed.

    Subclasses allocate in `_allocate`, build their first state in `reset`, take up changed
    parameters in `_refresh`, and show the flow in `_flow_field`.
    """

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        super().__init__(params, precision)
        self._backend = backend(precision)
        self._kernels = self._backend.kernels
        self._tracer_count = 0
        self._steps = 0
        self._total = 0.0
        self._draw_seed()
        self._forget_states()
        self._make_grid()
        self._fingers = Fingers(self.grid, self._backend.real)
        self._allocate()
        self.reset()

    @abstractmethod
    def _allocate(self) -> None:
        """Make everything whose size depends on the grid."""

    @abstractmethod
    def _refresh(self) -> None:
        """Take up parameters that changed while the state goes on."""

    @abstractmethod
    def _settle(self) -> None:
        """Bring the state to the present time, with the parameters still in force."""

    @abstractmethod
    def _trouble(self) -> str | None:
        """What `self._guard` says of the present spectrum; None before the first step."""

    def _weigh(self) -> str | None:
        """What `self._guard` says of the energy; asked a few times a second."""
        return None

    @abstractmethod
    def _start(self, psi: ComplexArray, t: float, norm: float | None = None) -> None:
        """Go on from `psi` at time `t`, keeping the sum of |psi|^2 at `norm` (that of psi)."""

    @abstractmethod
    def _flow_field(self) -> ComplexArray:
        """The field whose phase drives tracers and holds vortices, shape (Nx, Ny); not a copy."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.grid.shape

    def touch(self, key: object, x: float, y: float) -> None:
        self._fingers.touch(key, x, y)

    def lift(self, key: object) -> None:
        self._fingers.lift(key)

    def fingers(self) -> list[FingerState]:
        return self._fingers.states()

    def set_tracers(self, count: int) -> None:
        self._tracers.seed(self.density(), count, self._seed)
        self._tracer_count = count

    def tracers(self) -> FloatArray:
        return self._tracers.fractions()

    def healthy(self) -> str | None:
        trouble = self._trouble()
        if trouble is None and self._guard.is_due():
            trouble = self._weigh()
            if trouble is None:
                self._guard.keep(GoodState(self.psi, self.t, self._total, dict(self.params)))
        return trouble

    def restore(self) -> dict[str, Value]:
        state = self._guard.back()
        if state is None:
            self.reset()
            return {}
        changed = {name: v for name, v in state.params.items() if self.params[name] != v}
        self.params.update(changed)
        self._start(state.psi, state.t, state.norm)
        return changed

    def vortices(self) -> list[Vortex]:
        psi = self._backend.host(self._flow_field())
        first, second = self._kernels.moments(self._flow_field())
        return find_vortices(psi, self._ring_cells(), second / first if first > 0 else 0.0)

    def _ring_cells(self) -> float:
        """Radius at which the density round a vortex is looked at, in grid cells."""
        return max(2.0, RING_HEALING_LENGTHS * self._healing_length() / self.grid.dx)

    def _healing_length(self) -> float:
        return self._number("healing_length")

    def _make_grid(self) -> None:
        self.grid = Grid(int(self.params["Nx"]), int(self.params["Ny"]), self._number("dx"))
        self._tracers = Tracers(self.grid)

    def _forget_states(self) -> None:
        """What was kept does not fit any more: another grid, or another potential."""
        self._guard = Guard()

    def _apply(self, checked: Mapping[str, Value]) -> None:
        declared = {parameter.name: parameter for parameter in self.parameters}
        changed = {name: v for name, v in checked.items() if self.params[name] != v}
        if any(declared[name].rebuild for name in changed):
            self.params.update(changed)
            self._rebuild()
        elif changed:
            self._settle()
            self.params.update(changed)
            self._refresh()
            self._guard.disturb()

    def _rebuild(self) -> None:
        if (self.params["Nx"], self.params["Ny"], self.params["dx"]) != (
            *self.shape,
            self.grid.dx,
        ):
            self._make_grid()
            fingers = Fingers(self.grid, self._backend.real)
            fingers.adopt(self._fingers)
            self._fingers = fingers
            self._allocate()
        self._forget_states()
        self.reset()

    def _draw_seed(self) -> None:
        """Take the seed in force for the start that follows, or any where it is 0."""
        self._seed = int(self.params["seed"]) or int(np.random.default_rng().integers(1, 2**31))

    def _random(self) -> np.random.Generator:
        """Random numbers of this start, the same ones at each call."""
        return np.random.default_rng(self._seed)

    def _number(self, name: str) -> float:
        return float(self.params[name])

    def _checked_field(self, psi: ComplexArray, shape: tuple[int, ...]) -> ComplexArray:
        psi = np.asarray(psi)
        if psi.shape != shape:
            raise ValueError(f"a field of shape {shape} is needed, not {psi.shape}")
        if not np.isfinite(psi).all():
            raise ValueError("a field of finite values is needed")
        return psi
