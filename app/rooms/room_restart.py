"""A room begins anew for whoever comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from models.parameters import Value

if TYPE_CHECKING:
    from app.rooms.room import Room


def begin_anew(room: Room, first: Mapping[str, Value]) -> None:
    """As it was at its start, with values `first`, and running; announced as nobody's wish."""
    # What is so already is not set: some changes build the model anew.
    news = {name: value for name, value in first.items() if room.params[name] != value}
    if news:
        room.change(None, news)
    room.act(None, "reset", {})
    room.act(None, "start", {})
