"""Who is in a room, and what everybody is told when that changes."""

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
        """Who that is, if he is here."""
        return self._visitors.get(visitor)

    def follow(self, other: Presence) -> None:
        """The visitors of `other` are here now; they need not be told."""
        self._visitors = dict(other._visitors)

    def present(self) -> tuple[Visitor, ...]:
        """Everybody, in the order in which they came."""
        return tuple(self._visitors.values())

    def welcome(
        self, visitor: Visitor, request: Id, room: str, model: Mapping[str, Any], state: RoomState
    ) -> None:
        """Take `visitor` in, with the colour and name he lacks: he is welcomed, all are told."""
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

    def tell_operators(self, message: ServerMessage) -> None:
        """Tell those who may know what others need not."""
        for visitor in self.present():
            if visitor.role == "operator":
                self._emit(message, visitor.id)

    def promote(self, visitor: Visitor) -> None:
        """Somebody here has got another role, which everybody may see."""
        if visitor.id in self._visitors:
            self._visitors[visitor.id] = visitor
            self._emit(Visitors(joined=[], left=[], list=self.present()), None)

    def leave(self, visitor: int) -> bool:
        """He went, and everybody is told; False if he was not here."""
        if self._visitors.pop(visitor, None) is None:
            return False
        self._emit(Visitors(joined=[], left=[visitor], list=self.present()), None)
        return True
