"""super_hydro's server found, and its fluid put on offer.

What it has, it tells: its parameters by `available_commands` and `layout`, its fluid by its
density. Its class it does not notify, so a fluid is called by what its layout says, or by where it
is. Nothing is asked for that it does not name itself: to some questions it has no answer, ever.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from app.engines.super_hydro.conversation import (
    NONE,
    TRACERS,
    Notify,
    Seen,
    ServerThread,
    checked_density,
    fractions,
)
from app.engines.super_hydro.layout import Layout
from app.engines.super_hydro.model import model_of
from app.engines.super_hydro.wire import AwayError, Wire, array, get_values
from app.rooms import parameters
from app.transport.event_loop import CallSoon
from models.contract import Model

log = logging.getLogger(__name__)


class Discovery:
    """A catalogue of one: the model of the server that `server` is with."""

    def __init__(self, name: str, model: type[Model], server: ServerThread) -> None:
        self._name = name
        self._model = model
        self._server = server

    def names(self) -> list[str]:
        """Of the one model."""
        return [self._name]

    def get(self, name: str) -> type[Model]:
        """The model. Raises KeyError for any other."""
        if name != self._name:
            raise KeyError(f"no model {name!r}; there is {self._name}")
        return self._model

    def close(self) -> None:
        """End the conversation."""
        self._server.close()


def discover(endpoint: str, name: str, notify: Notify) -> Discovery:
    """Ask the server at `endpoint` what it has, and go on talking. Raises AwayError."""
    wire = Wire(endpoint)
    try:
        found = wire.ask(get_values("available_commands", "layout"))[0]
        commands = _table(found.get("available_commands"))
        layout = Layout(str(found.get("layout") or ""))
        settable, gettable = _table(commands.get("set")), _table(commands.get("get"))
        arrays = [name for name in _table(commands.get("get_array")) if name == TRACERS]
        names = [one for one in layout.names() if one in settable and one in gettable]
        names = [one for one in names if one != TRACERS]
        # Values come from a store that is one question behind; a picture lets it catch up.
        questions = [get_values(*names)] if names else []
        asked = [*questions, array("density"), *map(array, arrays), *questions]
        answers = wire.ask(*asked)[len(questions) :]
        values = answers.pop() if names else {}
        density = checked_density(answers[0])
        tracers = fractions(answers[1], density.shape) if arrays else NONE
    except BaseException:
        wire.close()
        raise
    declared = list(layout.parameters(values, settable))
    actions = frozenset(_table(commands.get("do")))
    count = len(tracers)
    if count:
        offered = min(count, parameters.TRACERS.high)
        shown = min(offered, parameters.TRACERS.default)
        declared.append(replace(parameters.TRACERS, default=shown, high=offered, step=1))
    else:
        actions -= {"reset_tracers"}
    address = endpoint.removeprefix("tcp://")
    server = ServerThread(
        wire, Seen(density, tracers, None), frozenset((*gettable, *arrays)), notify
    )
    model = model_of(
        name,
        title=layout.title or f"super_hydro at {address}",
        doc=f"A fluid that super_hydro's server computes, at {address}.",
        parameters=tuple(declared),
        actions=actions,
        has_finger={"finger_x", "finger_y"} <= settable.keys(),
        server=server,
    )
    server.start()
    return Discovery(name, model, server)


def find_server(
    endpoint: str,
    name: str,
    notify: Notify,
    call_soon: CallSoon,
    done: Callable[[Discovery | None], None],
) -> None:
    """Have `done` called on the owner's thread with what is at `endpoint`, or None."""

    def ask() -> None:
        found = None
        try:
            found = discover(endpoint, name, notify)
        except (AwayError, ValueError) as fault:
            log.warning("super_hydro's server at %s: %s", endpoint, fault)
        call_soon(partial(done, found))

    threading.Thread(target=ask, name="super_hydro", daemon=True).start()


def _table(value: Any) -> Mapping[str, Any]:
    """`value` if it is a table by name; else an empty one."""
    return value if isinstance(value, dict) else {}
