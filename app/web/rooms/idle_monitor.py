"""Detects that a room is idle, and resets it.

Each exhibit's own server decides, in the web room that its kiosk shows: all activity of visitors
there counts, on the screen or by phone. Where a compute server runs the room, other exhibits may
share it: what their visitors set, do or stir is noticed here too, so no exhibit resets the room
while it is in use at another. Neither changes by `ResetRoom` nor ghost fingers count as activity,
so that two kiosks never wake each other.

Time is monotonic throughout. A kiosk that finds a room in which nobody has been yet has nothing to
ask and nothing to undo: it attracts at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import gevent

from app.protocol.commands import Command, ResetRoom
from app.protocol.idle import GHOST_TOUCH, Idle, Phase
from app.protocol.messages import Finger, Rpc, ServerMessage, State, VisitorCommand

LOOK_S = 0.25
ELSEWHERE_S = 1.0
"""How often the fingers of other exhibits' visitors are asked for."""
RESET_S = 600.0
"""A fluid that a ghost finger has stirred for this long is reset."""

Marks = dict[tuple[int, int], Any]


class IdlePolicy(NamedTuple):
    """The settings of these names."""

    idle_s: float
    countdown_s: float


class Watched(Protocol):
    """The room that is watched, as its own server has it."""

    def kiosk(self) -> int | None:
        """The visitor at the screen, once welcomed."""

    def has(self, visitor: int) -> bool:
        """Whether this visitor is connected to this server."""

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        """Send to one visitor, or (None) to all."""

    def command(self, visitor: int, message: Command) -> None:
        """Pass a visitor's command on to where the room is computed."""

    def ask_state(self, answer: Callable[[dict[str, Any]], None]) -> None:
        """Call `answer` with the room's state."""


class IdleMonitor:
    """Watches one room, from the first visitor to the last."""

    def __init__(self, room: Watched, idle_policy: IdlePolicy, alone: bool) -> None:
        """`alone`: nobody can be in `room` but by way of this server."""
        self._room = room
        self._idle_policy = idle_policy
        self._alone = alone
        self._phase: Phase = "attract"
        self._since = self._phase_since = self._asked_at = time.monotonic()
        self._elsewhere: Marks = {}
        self._keeper = gevent.spawn(self._watch)

    def greet(self, visitor: int) -> None:
        """A visitor was welcomed: tell them, and if they are the kiosk, all others."""
        kiosk = self._room.kiosk()
        if kiosk is not None:
            self._room.on_message(self._now(), None if visitor == kiosk else visitor)

    def on_command(self, message: VisitorCommand) -> None:
        """Note a command of a visitor here."""
        ghost = isinstance(message, Finger) and message.touch == GHOST_TOUCH
        if not ghost and not (isinstance(message, Rpc) and message.op == "get"):
            self.mark_active()

    def on_broadcast(self, message: ServerMessage) -> None:
        """Note a message to everybody, which may come from a visitor elsewhere."""
        if isinstance(message, State) and message.by is not None:
            self.mark_active()

    def mark_active(self) -> None:
        """Note activity."""
        self._since = time.monotonic()
        if self._phase != "busy":
            self._become("busy")

    def end(self) -> None:
        """Stop watching."""
        self._keeper.kill(block=False)

    def _watch(self) -> None:
        while True:
            gevent.sleep(LOOK_S)
            self._look(time.monotonic())

    def _look(self, now: float) -> None:
        kiosk = self._room.kiosk()
        if kiosk is None:
            if self._phase == "countdown":
                self._become("busy")
            return
        if not self._alone and now - self._asked_at >= ELSEWHERE_S:
            self._asked_at = now
            self._room.ask_state(self._compare)
        in_phase_s = now - self._phase_since
        if self._phase == "busy" and now - self._since >= self._idle_policy.idle_s:
            self._become("countdown")
        elif self._phase == "countdown" and in_phase_s >= self._idle_policy.countdown_s:
            self._room.command(kiosk, ResetRoom())
            self._become("attract")
        elif self._phase == "attract" and in_phase_s >= RESET_S:
            self._room.command(kiosk, ResetRoom())
            self._phase_since = now

    def _compare(self, state: dict[str, Any]) -> None:
        """Check whether somebody stirs at another exhibit."""
        marks: Marks = {
            (mark["visitor"], mark["touch"]): tuple(mark["pointer"])
            for mark in state["fingers"]
            if not self._room.has(mark["visitor"]) and mark["touch"] != GHOST_TOUCH and mark["down"]
        }
        if marks != self._elsewhere:
            self._elsewhere = marks
            self.mark_active()

    def _become(self, phase: Phase) -> None:
        # Without a kiosk nobody is told, unless to end a countdown.
        on_broadcast = self._phase == "countdown" or self._room.kiosk() is not None
        self._phase = phase
        self._phase_since = time.monotonic()
        if on_broadcast:
            self._room.on_message(self._now(), None)

    def _now(self) -> Idle:
        left_s = 0.0
        if self._phase == "countdown":
            left_s = max(0.0, self._phase_since + self._idle_policy.countdown_s - time.monotonic())
        return Idle(phase=self._phase, left_s=left_s)
