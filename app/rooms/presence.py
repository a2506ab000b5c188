"""The visitors in a room, and the messages when they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.protocol.messages import (
    Id,
    RoomState,
    ServerMessage,
    Visitor,
    Visitors,
    Welcome,
    You,
)
from app.rooms.visitors import settle

Emit = Callable[[ServerMessage, int | None], None]
"""Send a message to one visitor, or (None) to all."""


class Presence:
    """The visitors of one room."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._visitors: dict[int, Visitor] = {}

    def get(self, visitor: int) -> Visitor | None:
        """Return the visitor of that id, or None if they are not here."""
        return self._visitors.get(visitor)

    def adopt_state(self, other: Presence) -> None:
        """Take over the visitors of `other` without messages."""
        self._visitors = dict(other._visitors)

    def present(self) -> tuple[Visitor, ...]:
        """Return everybody, in the order in which they came."""
        return tuple(self._visitors.values())

    def welcome(
        self, visitor: Visitor, request: Id, room: str, model: Mapping[str, Any], state: RoomState
    ) -> None:
        """Add `visitor`, with the colour and name they lack; send `welcome`, and all `visitors`."""
        settled = settle(visitor, [v for v in self.present() if v.id != visitor.id])
        self._visitors[settled.id] = settled
        you = You(
            id=settled.id, name=settled.name, colour=settled.colour, role=settled.role, resume=""
        )
        present = self.present()
        welcome = Welcome(
            id=request, you=you, room=room, model=model, state=state, visitors=list(present)
        )
        self._emit(welcome, settled.id)
        self._emit(Visitors(joined=[settled.id], left=[], list=present), None)

    def send_to_operators(self, message: ServerMessage) -> None:
        """Send `message` to the operators alone."""
        for visitor in self.present():
            if visitor.role == "operator":
                self._emit(message, visitor.id)

    def promote(self, visitor: Visitor) -> None:
        """Change a visitor's role and send all `visitors`."""
        if visitor.id in self._visitors:
            self._visitors[visitor.id] = visitor
            self._emit(Visitors(joined=[], left=[], list=self.present()), None)

    def leave(self, visitor: int) -> bool:
        """Remove a visitor and send all `visitors`; False if they were not here."""
        if self._visitors.pop(visitor, None) is None:
            return False
        self._emit(Visitors(joined=[], left=[visitor], list=self.present()), None)
        return True
