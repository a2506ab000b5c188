"""Calls that another machine or process has been asked to run and has not answered yet."""

from __future__ import annotations

from app.protocol.commands import Command
from app.protocol.messages import Error, Id, Reply, Rpc, ServerMessage

MAX_CALLS = 4096
"""Beyond that, a call that is lost is not told of."""


class PendingCalls:
    """Whom to tell when that machine is lost, and with it the answers."""

    def __init__(self) -> None:
        self._calls: dict[tuple[int, Id], None] = {}

    def sent(self, visitor: int, message: Command) -> None:
        """A wish of `visitor` is on its way."""
        if isinstance(message, Rpc) and len(self._calls) < MAX_CALLS:
            self._calls[visitor, message.id] = None

    def came(self, message: ServerMessage, to: int | None) -> None:
        """Something has come back; perhaps it is an answer."""
        if to is not None and isinstance(message, Reply | Error):
            self._calls.pop((to, message.id), None)

    def left(self, visitor: int) -> None:
        """Nobody waits for his answers any more."""
        self._calls = {call: None for call in self._calls if call[0] != visitor}

    def lose(self) -> list[tuple[Error, int]]:
        """What to tell, and whom, now that no answer will come."""
        text = "what runs the room went away: whether the call has run is not known"
        lost = [(Error(id=request, code="failed", message=text), to) for to, request in self._calls]
        self._calls.clear()
        return lost
