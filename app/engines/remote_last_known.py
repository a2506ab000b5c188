"""A welcome to a room whose server is away: to the room as it was last known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    first = {parameter["name"]: parameter["default"] for parameter in about["parameters"]}
    known = state or RoomState(running=False, params=first, sim_time=0.0)
    you = You(id=visitor.id, name=visitor.name, colour=visitor.colour, role=visitor.role, resume="")
    return Welcome(
        id=request, you=you, room=room, model=dict(about), state=known, visitors=list(present)
    )
