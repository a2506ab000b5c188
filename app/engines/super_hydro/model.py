"""The fluid of super_hydro's server as a model of ours.

Time runs there: a step here is the next picture there. What is shown of its parameters is what was
set there: they are set when a room begins, set again after a reset (which there means its own first
values), and again when the server comes back.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import ClassVar

import numpy as np

from app.engines.super_hydro.conversation import TRACERS, ServerThread
from models.contract import ActionError, FieldModel, FingerState, Picture, View, Vortex
from models.numerics.arrays import ComplexArray, FloatArray, Precision
from models.parameters import Parameter, Value
from models.pictures import HEADROOM, SteadyScale, blank_picture, grey

STEP_S = 0.25
"""A room waits no longer for the next picture."""


class FarModel(FieldModel):
    """Subclasses say by which conversation, with which parameters."""

    server: ClassVar[ServerThread]
    actions_there: ClassVar[frozenset[str]]
    has_finger: ClassVar[bool]
    views: ClassVar[tuple[View, ...]] = (View("density", "Density", ""),)
    field_name: ClassVar[str] = ""

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        super().__init__(params, precision)
        self._pointers: dict[Hashable, tuple[float, float]] = {}
        self._scale = SteadyScale()
        self._pictures = 0
        self._seeded = False
        self.server.set(self._theirs(self.params))

    def step(self, n: int) -> None:
        self.server.look(STEP_S)
        self._pictures += n

    def reset(self) -> None:
        """Its server begins with its own first values: it is told those that are shown here."""
        self._do("reset")
        self.server.set(self._theirs(self.params))
        self._pointers.clear()

    def hold(self, still: bool) -> None:
        self._do("pause" if still else "start")

    def _apply(self, checked: Mapping[str, Value]) -> None:
        self.params.update(checked)
        if changes := self._theirs(checked):
            self.server.set(changes)

    def _do(self, action: str) -> None:
        if action in self.actions_there:
            self.server.do(action)

    @staticmethod
    def _theirs(values: Mapping[str, Value]) -> dict[str, Value]:
        """Without how many tracers are shown, which is our affair."""
        return {name: value for name, value in values.items() if name != TRACERS}

    @property
    def shape(self) -> tuple[int, int]:
        Nx, Ny = self.server.seen.density.shape
        return Nx, Ny

    @property
    def psi(self) -> ComplexArray:
        """The root of the density: the phase is not told."""
        field: ComplexArray = np.sqrt(np.maximum(self.density(), 0)).astype(complex)
        return field

    def load(
        self,
        psi: ComplexArray,
        t: float = 0.0,
        finger: tuple[tuple[float, float], tuple[float, float]] | None = None,
    ) -> None:
        raise ValueError("super_hydro's server has no way to load a field")

    def density(self) -> FloatArray:
        return self.server.seen.density

    def picture(self, view: str) -> Picture:
        n = (self.server.look(STEP_S) if self.server.has_unshown else self.server.seen).density
        mean = float(n.mean())
        if not np.isfinite(n).all() or mean <= 0:
            return blank_picture((n.shape[0], n.shape[1]))
        hi = self._scale.follow(HEADROOM * float((n * n).mean()) / mean, self._pictures)
        return Picture(grey(n, 0.0, hi), 0.0, hi)

    def touch(self, key: Hashable, x: float, y: float) -> None:
        """There is one finger: the one that moved last has it."""
        if not self.has_finger:
            raise ActionError("the server of this fluid has no finger to stir it with")
        self._pointers.pop(key, None)
        self._pointers[key] = (x, y)
        self.server.set({"finger_x": x, "finger_y": y})

    def lift(self, key: Hashable) -> None:
        self._pointers.pop(key, None)

    def fingers(self) -> list[FingerState]:
        at = self.server.seen.finger
        return [
            FingerState(key, True, pointer, at or pointer)
            for key, pointer in self._pointers.items()
        ]

    def set_tracers(self, count: int) -> None:
        """Its server keeps as many as it has: `count` of them are shown."""
        if self._seeded and count > 0:
            self._do("reset_tracers")
        self._seeded = True

    def tracers(self) -> FloatArray:
        return self.server.seen.tracers[: int(self.params.get(TRACERS, 0))]

    def vortices(self) -> list[Vortex]:
        return []


def model_of(
    name: str,
    title: str,
    doc: str,
    parameters: tuple[Parameter, ...],
    actions: frozenset[str],
    has_finger: bool,
    server: ServerThread,
) -> type[FarModel]:
    """The model of the server at the other end of `server`."""
    members = {
        "__doc__": doc,
        "title": title,
        "parameters": parameters,
        "takes_from_room": actions & {"start", "pause", "reset", "reset_tracers"},
        "actions_there": actions,
        "has_finger": has_finger,
        "server": server,
    }
    return type(name, (FarModel,), members)
