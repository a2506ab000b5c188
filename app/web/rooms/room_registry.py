"""Which rooms run, who may open and enter them, and when an empty one ends."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

import gevent
from msgspec import UNSET

from app.engines.base import Engine
from app.protocol.errors import ContractError
from app.protocol.messages import Id, Role
from app.rooms.waiting import WaitingStates
from app.transport.limits import MAX_ROOMS, MAX_VISITORS_PER_ADDRESS, MAX_VISITORS_PER_ROOM
from app.web.auth.bans import Bans
from app.web.auth.permissions import OWN_ROOMS, only
from app.web.auth.tokens import Identity
from app.web.rooms.chat import Chat
from app.web.rooms.idle_monitor import IdlePolicy
from app.web.rooms.saved_state import SavedState
from app.web.rooms.viewer import Viewer
from app.web.rooms.web_room import WebRoom

log = logging.getLogger(__name__)

GRACE_S = 30.0
"""An empty room is kept this long: a reload or a lost phone finds its fluid again."""
SWEEP_S = 5.0
REPORT_S = 10.0


class RoomRegistry:
    """Every web room, by name."""

    def __init__(
        self,
        engine: Engine,
        identity: Identity,
        default_model: str,
        memory: SavedState,
        chat: bool = True,
        capacity: int = MAX_VISITORS_PER_ROOM,
        greeted: Callable[[Viewer, WebRoom], None] = lambda _viewer, _web_room: None,
        idle_policy: IdlePolicy | None = None,
    ) -> None:
        """`chat`: may visitors write to each other? `capacity`: guests in one room at most.

        `greeted` is called with whoever was welcomed; `idle_policy`: when idle rooms are reset.
        """
        self.web_rooms: dict[str, WebRoom] = {}
        self._default_model = default_model
        self.engine = engine
        self.chat = Chat(chat, self.web_rooms, engine.catalogue)
        self.bans = Bans()
        self.memory = memory
        self.waiting = WaitingStates()
        self._identity = identity
        self._capacity = capacity
        self._greeted = greeted
        self._idle_policy = idle_policy
        self._keeper = gevent.spawn(self._keep)

    @property
    def default_model(self) -> str:
        """The model, and the room, of those who name none; if it is on offer no more, the first."""
        listed = self.engine.catalogue()
        return self._default_model if self._default_model in listed else next(iter(listed))

    def web_room(self, room: str | None, model: str | None, role: Role) -> WebRoom:
        """Return the web room `room`, opened if it does not run. Raises ContractError.

        Rooms named like a listed model are open to everybody; only some (see permissions) create
        others, by naming a model.
        """
        room = room or model or self.default_model
        running = self.web_rooms.get(room)
        if running is not None:
            if model is not None and model != running.model:
                raise ContractError("unknown_model", f"room {room!r} runs {running.model}")
            return running
        listed = self.engine.catalogue()
        if model is not None and model not in listed:
            raise ContractError(
                "unknown_model", f"no model {model!r}; there are {', '.join(listed)}"
            )
        if room in listed:
            if model not in (None, room):
                raise ContractError("unknown_model", f"room {room!r} is for the model of that name")
            model = room
        elif model is None:
            raise ContractError("unknown_room", f"no room {room!r}; there are {', '.join(listed)}")
        elif role not in OWN_ROOMS:
            raise ContractError("forbidden", f"opening a room of one's own is {only(OWN_ROOMS)}")
        if len(self.web_rooms) >= MAX_ROOMS:
            raise ContractError("busy", f"{MAX_ROOMS} rooms run already; please join one of them")
        return self._open(room, model)

    def admit(
        self, web_room: WebRoom, viewer: Viewer, request: Id, exempt_address: bool, patient: bool
    ) -> None:
        """Let `viewer` in, or into the queue of a full room if `patient`.

        Raises ContractError if room and queue are full, or too many share the viewer's address.
        """
        back = viewer.visitor.id in web_room.viewers
        here = Counter(
            v.address
            for s in self.web_rooms.values()
            for v in (*s.viewers.values(), *s.admission.line)
        )
        if not (back or exempt_address) and here[viewer.address] >= MAX_VISITORS_PER_ADDRESS:
            raise ContractError(
                "room_full", f"{MAX_VISITORS_PER_ADDRESS} visitors from one address"
            )
        try:
            web_room.admission.request_entry(viewer, request, patient)
        except ContractError as full:
            raise ContractError("room_full", str(full)) from None

    def leave(self, web_room: WebRoom, viewer: Viewer) -> None:
        """Remove `viewer` and let the next one in."""
        from_inside = web_room.viewers.get(viewer.visitor.id) is viewer
        web_room.leave(viewer)
        self.chat.forget(viewer)
        web_room.admission.left(viewer, from_inside)

    def close_room(self, viewer: Viewer | None, room: str, request: Id = UNSET) -> None:
        """An operator ends `room` and sends everybody out; `viewer` is None at the console.

        Raises ContractError.
        """
        self.chat.close(viewer, room, request)
        web_room = self.web_rooms.pop(room, None)
        if web_room is not None:
            log.info("room %s is closed by an operator", room)
            web_room.close(1000, "the operator has closed this room")

    def close(self) -> None:
        """End all rooms."""
        self._keeper.kill(block=False)
        for web_room in self.web_rooms.values():
            web_room.close()

    def _open(self, room: str, model: str) -> WebRoom:
        try:
            about = self.engine.catalogue()[model]
            kept = self.memory.room(room, model)
            web_room = WebRoom(
                room, model, about, self.engine, self._identity, self.chat.deliver,
                self._capacity, self._greeted, self._idle_policy, kept.state() if kept else None,
            )  # fmt: skip
            web_room.open()
        except KeyError as unknown:
            raise ContractError("unknown_model", str(unknown.args[0])) from None
        web_room.locked = kept is not None and kept.locked
        log.info("room %s opens", room)
        self.web_rooms[room] = web_room
        self.waiting.hand_over(room, web_room.link)
        return web_room

    def _keep(self) -> None:
        report_due = time.monotonic() + REPORT_S
        while True:
            gevent.sleep(SWEEP_S)
            now = time.monotonic()
            for name, web_room in list(self.web_rooms.items()):
                if not web_room.viewers and now - web_room.empty_since > GRACE_S:
                    log.info("room %s is empty and ends", name)
                    del self.web_rooms[name]
                    self.chat.end_if_empty(name)
                    web_room.close()
            if now >= report_due:
                report_due = now + REPORT_S
                for name, web_room in self.web_rooms.items():
                    _report(name, web_room)


def _report(name: str, web_room: WebRoom) -> None:
    stats = web_room.stats
    log.info(
        "room %s: %d visitors, %.0f frames/s, %.0f steps/s, t = %.0f",
        name,
        len(web_room.viewers),
        stats.fps,
        stats.steps_per_s,
        stats.sim_time,
    )
