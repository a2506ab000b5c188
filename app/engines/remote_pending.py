"""Calls that another machine or process has been asked to run and has not answered yet."""

from __future__ import annotations

from app.protocol.commands import Command
from app.protocol.messages import Error, Id, Reply, Rpc, ServerMessage

MAX_CALLS = 4096
"""Beyond that, a lost call is not reported."""


class PendingCalls:
    """The calls to be answered by an error when the machine is lost."""

    def __init__(self) -> None:
        self._calls: dict[tuple[int, Id], None] = {}

    def sent(self, visitor: int, message: Command) -> None:
        """Record a command of `visitor` that was sent."""
        if isinstance(message, Rpc) and len(self._calls) < MAX_CALLS:
            self._calls[visitor, message.id] = None

    def on_reply(self, message: ServerMessage, to: int | None) -> None:
        """Remove the call that `message` answers, if it answers one."""
        if to is not None and isinstance(message, Reply | Error):
            self._calls.pop((to, message.id), None)

    def forget(self, visitor: int) -> None:
        """Drop the calls of a visitor who left."""
        self._calls = {call: None for call in self._calls if call[0] != visitor}

    def fail_all(self) -> list[tuple[Error, int]]:
        """What to send, and whom, now that no answer will come."""
        text = "what runs the room went away: whether the call has run is not known"
        lost = [(Error(id=request, code="failed", message=text), to) for to, request in self._calls]
        self._calls.clear()
        return lost
