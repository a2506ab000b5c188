"""Who is in a room, and what everybody is told when that changes."""

from __future__ import annotations

from collections.abc import Callable

from app.protocol.messages import ServerMessage, Visitor, Visitors
from app.rooms.visitors import settle

Emit = Callable[[ServerMessage, int | None], None]
"""Send a message to one visitor, or (None) to all."""


class Presence:
    """The visitors of one room."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._visitors: dict[int, Visitor] = {}

    def __contains__(self, visitor: int) -> bool:
        return visitor in self._visitors

    def follow(self, other: Presence) -> None:
        """The visitors of `other` are here now; they need not be told."""
        self._visitors = dict(other._visitors)

    def present(self) -> tuple[Visitor, ...]:
        """Everybody, in the order in which they came."""
        return tuple(self._visitors.values())

    def settle(self, visitor: Visitor) -> Visitor:
        """Take `visitor` in, with the colour and name he lacks; `tell_joined` comes after."""
        settled = settle(visitor, [v for v in self.present() if v.id != visitor.id])
        self._visitors[settled.id] = settled
        return settled

    def tell_joined(self, visitor: int) -> None:
        """Tell everybody that he came."""
        self._emit(Visitors(joined=[visitor], left=[], list=self.present()), None)

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
