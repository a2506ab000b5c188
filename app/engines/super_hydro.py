"""super_hydro's server as a model: its fluid, its controls, one finger.

What its server offers is what models.slider_style takes, so a stand-in of that style speaks for it,
and the room, with visitors, frames and all, is here. Time runs there: a step here only says that
the last picture is old.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from app.engines.base import CallSoon
from app.engines.super_hydro_layout import labels, sliders
from app.engines.super_hydro_wire import AwayError, Wire
from models.contract import FieldModel, Model
from models.slider_style import SliderStyle, adapt

log = logging.getLogger(__name__)

RETRY_S = 0.5

AWAY = "super_hydro's server does not answer. Trying again; it goes on when it is back."
BACK = "super_hydro's server is back."

Tell = Callable[[bool, str], None]
"""Is it trouble, and what to say; from any thread."""


class Server(NamedTuple):
    """What a server is known to have."""

    endpoint: str
    values: Mapping[str, Any]
    """Of the parameters that have a widget, when it was found."""
    actions: frozenset[str]
    has_tracers: bool
    tell: Tell


class Discovery:
    """A catalogue of one: the model of the server at `endpoint`."""

    def __init__(self, endpoint: str, name: str, tell: Tell) -> None:
        """Ask the server what it has. Raises AwayError."""
        wire = Wire(endpoint)
        try:
            found = wire.get(["available_commands", "layout"])
            commands, layout = found.get("available_commands"), found.get("layout")
            commands = commands if isinstance(commands, dict) else {}
            layout = layout if isinstance(layout, str) else ""
            settable = commands.get("set") or {}
            entries = [entry for entry in sliders(layout) if entry[0] in settable]
            values = wire.get([entry[0] for entry in entries]) if entries else {}
            has_tracers = "tracers" in (commands.get("get_array") or {})
            has_tracers = has_tracers and wire.array("tracers").size > 0
        finally:
            wire.close()
        server = Server(
            endpoint=endpoint,
            values=values,
            actions=frozenset(commands.get("do") or {}),
            has_tracers=has_tracers,
            tell=tell,
        )
        members = {
            "__doc__": f"A fluid that super_hydro's server computes, at {endpoint}.",
            "sliders": [entry for entry in entries if entry[0] in values],
            "server": server,
        }
        stand_in = type(name, (StandIn,), members)
        self._name = name
        self._model = _driven(adapt(stand_in, {}), settable, labels(layout))

    def names(self) -> list[str]:
        """Of the one model."""
        return [self._name]

    def get(self, name: str) -> type[Model]:
        """The model. Raises KeyError for any other."""
        if name != self._name:
            raise KeyError(f"no model {name!r}; there is {self._name}")
        return self._model


def find(
    endpoint: str,
    name: str,
    tell: Tell,
    call_soon: CallSoon,
    done: Callable[[Discovery | None], None],
) -> None:
    """Have `done` called on the owner's thread with what is at `endpoint`, or None."""

    def ask() -> None:
        found = None
        try:
            found = Discovery(endpoint, name, tell)
        except (AwayError, ValueError) as fault:
            log.warning("super_hydro's server at %s: %s", endpoint, fault)
        call_soon(partial(done, found))

    threading.Thread(target=ask, name="super_hydro", daemon=True).start()


class StandIn:
    """Speaks for the server, in the style of models.slider_style; each room has its own."""

    sliders: ClassVar[list[list[Any]]]
    server: ClassVar[Server]

    def __init__(self) -> None:
        self._wire = Wire(self.server.endpoint)
        self._known: dict[str, Any] = dict(self.server.values)
        self._changed: dict[str, Any] = {}
        self._lasting: dict[str, Any] = {}
        self._density: npt.NDArray[np.floating[Any]] = np.zeros((2, 2))
        self._tracers: npt.NDArray[Any] = np.zeros(0)
        self._stale = True
        self._away = False
        self._retry_at = 0.0

    def __del__(self) -> None:
        self._wire.close()

    def get_density(self) -> npt.NDArray[np.floating[Any]]:
        """The newest density, shape (Nx, Ny)."""
        self._refresh()
        return self._density

    def get_trace_particles(self) -> npt.NDArray[Any]:
        """Tracers as x + iy in grid units from the centre."""
        self._refresh()
        return self._tracers

    def get(self, name: str) -> Any:
        """A value as last heard, or as last set. Raises KeyError."""
        return self._known[name]

    def set(self, name: str, value: Any) -> None:
        """Set a value, with the next picture."""
        self._known[name] = self._changed[name] = self._lasting[name] = value
        self._stale = True

    def step(self, n: int, tracers: Any) -> None:
        """Time has gone on there."""
        self._stale = True

    def do(self, action: str) -> None:
        """One of the server's actions, if it has it."""
        if action in self.server.actions:
            self._try(lambda: self._wire.do(action))
            self._stale = True

    def _refresh(self) -> None:
        if self._stale and not (self._away and time.monotonic() < self._retry_at):
            self._stale = False
            self._try(self._exchange)

    def _exchange(self) -> None:
        """All that one picture needs: changes there, density, finger and tracers back."""
        changed = self._lasting if self._away else self._changed
        if changed:
            self._wire.set(changed)
            self._changed = {}
        density = self._wire.array("density")
        if density.ndim != 2 or density.size == 0 or density.dtype.kind != "f":
            raise AwayError(f"a density of {density.dtype} and shape {density.shape}")
        self._density = density
        if "finger_x" in self._lasting:
            self._known.update(self._wire.get(["finger_Vxy"]))
        if self.server.has_tracers:
            self._tracers = self._wire.array("tracers")

    def _try(self, ask: Callable[[], None]) -> None:
        """Ask; while there is no answer, the last picture stays."""
        try:
            ask()
        except AwayError as fault:
            log.info("super_hydro's server: %s", fault)
            self._retry_at = time.monotonic() + RETRY_S
            if not self._away:
                self._away = True
                self.server.tell(True, AWAY)
        else:
            if self._away:
                self._away = False
                self.server.tell(False, BACK)


class FarModel(SliderStyle):
    """SliderStyle with the actions that only the server can do."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self._built = False
        super().__init__(*args, **keywords)

    def reset(self) -> None:
        if self._built:
            self._model.do("reset")
        else:
            super().reset()
            self._built = True

    def hold(self, still: bool) -> None:
        self._model.do("pause" if still else "start")

    def set_tracers(self, count: int) -> None:
        if self._tracers_shown and count > 0:
            self._model.do("reset_tracers")
        super().set_tracers(count)

    def picture(self, view: str) -> Any:
        density = self.density()
        self._shape = density.shape
        return super().picture(view)


def _driven(
    model: type[FieldModel], help_: Mapping[str, Any], names: Mapping[str, str]
) -> type[FieldModel]:
    """`model`, driven by FarModel, with the server's own words for its controls."""
    declared = tuple(
        replace(
            parameter,
            label=names.get(parameter.name) or parameter.label,
            help=str(help_.get(parameter.name) or parameter.help),
        )
        for parameter in model.parameters
    )
    members: dict[str, Any] = {
        "__doc__": model.__doc__,
        "parameters": declared,
        "kind": model.kind,  # type: ignore[attr-defined]
        "options": {},
    }
    return type(model.__name__, (FarModel,), members)
