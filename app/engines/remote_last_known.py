"""A welcome to a room whose server is away: to the room as it was last known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from app.protocol.messages import Id, RoomState, Visitor, Welcome, You


def welcome(
    visitor: Visitor,
    request: Id,
    room: str,
    about: Mapping[str, Any],
    state: RoomState | None,
    present: Sequence[Visitor],
) -> Welcome:
    """What `visitor` gets; without a `state` the room stands still at its first values."""
    known = state or RoomState(running=False, params=first_values(about), sim_time=0.0)
    you = You(id=visitor.id, name=visitor.name, colour=visitor.colour, role=visitor.role, resume="")
    return Welcome(
        id=request, you=you, room=room, model=dict(about), state=known, visitors=list(present)
    )


def first_values(about: Mapping[str, Any]) -> dict[str, Any]:
    """The values with which a room of a model begins, by its entry in the catalogue."""
    return {parameter["name"]: parameter["default"] for parameter in about["parameters"]}


def begun_anew(state: RoomState, first: Mapping[str, Any]) -> RoomState:
    """A room at its start, running, with those values of `state` that are other than `first`."""
    kept = {
        name: value
        for name, value in state.params.items()
        if name not in first or first[name] != value
    }
    return RoomState(running=True, params=kept, sim_time=0.0)


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Do two descriptions say the same, made here or read from JSON?"""
    return msgspec.json.encode(one) == msgspec.json.encode(other)


def visitor_of(you: You) -> Visitor:
    """Who is welcomed so."""
    return Visitor(id=you.id, name=you.name, colour=you.colour, role=you.role)
