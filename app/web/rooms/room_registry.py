"""Which rooms run, who may open and enter them, and when an empty one ends."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

import gevent
from msgspec import UNSET

from app.engines.base import Engine
from app.protocol.messages import ErrorCode, Id, Role
from app.rooms.waiting import WaitingStates
from app.transport.limits import MAX_ROOMS, MAX_VISITORS_PER_ADDRESS, MAX_VISITORS_PER_ROOM
from app.web.auth.bans import Bans
from app.web.auth.permissions import OWN_ROOMS, only
from app.web.auth.tokens import Identity
from app.web.rooms.admission_queue import FullError
from app.web.rooms.chat import Talk
from app.web.rooms.idle_monitor import Rule
from app.web.rooms.saved_state import Memory
from app.web.rooms.viewer import Viewer
from app.web.rooms.web_room import Stage

log = logging.getLogger(__name__)

GRACE_S = 30.0
"""An empty room is kept this long: a reload or a lost phone finds its fluid again."""
SWEEP_S = 5.0
REPORT_S = 10.0


class EntryError(Exception):
    """A visitor cannot come in; `code` is the web contract's."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code


class Lobby:
    """Every stage, by room name."""

    def __init__(
        self,
        engine: Engine,
        identity: Identity,
        default_model: str,
        memory: Memory,
        talk: bool = True,
        capacity: int = MAX_VISITORS_PER_ROOM,
        greeted: Callable[[Viewer, Stage], None] = lambda _viewer, _stage: None,
        rule: Rule | None = None,
    ) -> None:
        """`talk`: may visitors write to each other? `capacity`: guests in one room at most.

        `greeted` hears who was welcomed; `rule` says what happens where nobody is.
        """
        self.stages: dict[str, Stage] = {}
        self.default_model = default_model
        self.engine = engine
        self.talk = Talk(talk, self.stages, engine.catalogue)
        self.bans = Bans()
        self.memory = memory
        self.waiting = WaitingStates()
        self._identity = identity
        self._capacity = capacity
        self._greeted = greeted
        self._rule = rule
        self._keeper = gevent.spawn(self._keep)

    def stage(self, room: str | None, model: str | None, role: Role) -> Stage:
        """The stage of `room`, opened if need be. Raises EntryError.

        Rooms named like a listed model are open to everybody; only some (see permissions) create
        others, by naming a model.
        """
        room = room or model or self.default_model
        running = self.stages.get(room)
        if running is not None:
            if model is not None and model != running.model:
                raise EntryError("unknown_model", f"room {room!r} runs {running.model}")
            return running
        listed = self.engine.catalogue()
        if model is not None and model not in listed:
            raise EntryError("unknown_model", f"no model {model!r}; there are {', '.join(listed)}")
        if room in listed:
            if model not in (None, room):
                raise EntryError("unknown_model", f"room {room!r} is for the model of that name")
            model = room
        elif model is None:
            raise EntryError("unknown_room", f"no room {room!r}; there are {', '.join(listed)}")
        elif role not in OWN_ROOMS:
            raise EntryError("forbidden", f"opening a room of one's own is {only(OWN_ROOMS)}")
        if len(self.stages) >= MAX_ROOMS:
            raise EntryError("busy", f"{MAX_ROOMS} rooms run already; please join one of them")
        return self._open(room, model)

    def admit(
        self, stage: Stage, viewer: Viewer, request: Id, exempt_address: bool, patient: bool
    ) -> None:
        """Let `viewer` in, or into the line before a full room if he is `patient`.

        Raises EntryError if the room and the line, or his address, are full.
        """
        back = viewer.visitor.id in stage.viewers
        here = Counter(
            v.address for s in self.stages.values() for v in (*s.viewers.values(), *s.door.line)
        )
        if not (back or exempt_address) and here[viewer.address] >= MAX_VISITORS_PER_ADDRESS:
            raise EntryError("room_full", f"{MAX_VISITORS_PER_ADDRESS} visitors from one address")
        try:
            stage.door.knock(viewer, request, patient)
        except FullError as full:
            raise EntryError("room_full", str(full)) from None

    def leave(self, stage: Stage, viewer: Viewer) -> None:
        """`viewer` is gone; whoever waits for his place comes in."""
        from_inside = stage.viewers.get(viewer.visitor.id) is viewer
        stage.leave(viewer)
        self.talk.forget(viewer)
        stage.door.left(viewer, from_inside)

    def close_room(self, viewer: Viewer | None, room: str, request: Id = UNSET) -> None:
        """An operator ends `room` and sends everybody out; `viewer` is None at the console.

        Raises TalkError.
        """
        self.talk.close(viewer, room, request)
        stage = self.stages.pop(room, None)
        if stage is not None:
            log.info("room %s is closed by an operator", room)
            stage.close(1000, "the operator has closed this room")

    def close(self) -> None:
        """End all rooms."""
        self._keeper.kill(block=False)
        for stage in self.stages.values():
            stage.close()

    def _open(self, room: str, model: str) -> Stage:
        try:
            about = self.engine.catalogue()[model]
            kept = self.memory.room(room, model)
            stage = Stage(
                room, model, about, self.engine, self._identity, self.talk.deliver,
                self._capacity, self._greeted, self._rule, kept.state() if kept else None,
            )  # fmt: skip
            stage.open()
        except KeyError as unknown:
            raise EntryError("unknown_model", str(unknown.args[0])) from None
        stage.locked = kept is not None and kept.locked
        log.info("room %s opens", room)
        self.stages[room] = stage
        self.waiting.hand_over(room, stage.link)
        return stage

    def _keep(self) -> None:
        report_due = time.monotonic() + REPORT_S
        while True:
            gevent.sleep(SWEEP_S)
            now = time.monotonic()
            for name, stage in list(self.stages.items()):
                if not stage.viewers and now - stage.empty_since > GRACE_S:
                    log.info("room %s is empty and ends", name)
                    del self.stages[name]
                    self.talk.end_if_empty(name)
                    stage.close()
            if now >= report_due:
                report_due = now + REPORT_S
                for name, stage in self.stages.items():
                    _report(name, stage)


def _report(name: str, stage: Stage) -> None:
    figures = stage.figures
    log.info(
        "room %s: %d visitors, %.0f frames/s, %.0f steps/s, t = %.0f",
        name,
        len(stage.viewers),
        figures.fps,
        figures.steps_per_s,
        figures.sim_time,
    )
