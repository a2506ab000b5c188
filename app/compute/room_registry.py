"""Which rooms a compute server runs, and when an empty one ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

from app.compute.shared_room import SharedRoom
from app.engines.base import Engine
from app.protocol.errors import ContractError
from app.protocol.messages import RoomState
from app.rooms.waiting import WaitingStates
from app.transport.limits import MAX_ROOMS
from models.parameters import Value

log = logging.getLogger(__name__)


class SharedRoomRegistry:
    """Every room, by name."""

    def __init__(self, engine: Engine, default: str, idle_s: float) -> None:
        """`default` is the model, and the room, of those who name none."""
        self.default = default
        self._engine = engine
        self._idle_s = idle_s
        self.waiting = WaitingStates()
        self._registry: dict[str, SharedRoom] = {}

    def __iter__(self) -> Iterator[SharedRoom]:
        return iter(list(self._registry.values()))

    def catalogue(self) -> dict[str, dict[str, Any]]:
        """The models on offer."""
        return self._engine.catalogue()

    def get(self, room: str) -> SharedRoom | None:
        """The room of that name, if it runs."""
        return self._registry.get(room)

    def open(
        self,
        room: str,
        model: str,
        params: dict[str, Value] | None = None,
        state: RoomState | None = None,
        seq: int = 0,
    ) -> SharedRoom:
        """The room of that name, made if need be. Raises ContractError, KeyError: no model."""
        shared_room = self._registry.get(room)
        if shared_room is None or shared_room.model != model:
            if shared_room is not None and shared_room.visitors:
                raise ContractError("busy", f"room {room!r} runs {shared_room.model}")
            shared_room = self._make(room, model, params or {}, state)
        shared_room.link.count_past(seq)
        return shared_room

    def end_idle(self) -> None:
        """End rooms that nobody has visited for long."""
        horizon = time.monotonic() - self._idle_s
        for shared_room in self:
            if not shared_room.visitors and shared_room.empty_since < horizon:
                log.info("room %s is empty and ends", shared_room.name)
                self._end(shared_room)

    def close(self) -> None:
        """End all rooms."""
        for shared_room in self:
            self._end(shared_room)

    def _make(
        self, room: str, model: str, params: dict[str, Value], state: RoomState | None
    ) -> SharedRoom:
        known = self.catalogue()
        if model not in known:
            raise KeyError(f"no model {model!r}; there are {', '.join(known)}")
        if room in self._registry:
            self._end(self._registry[room])
        elif len(self._registry) >= MAX_ROOMS:
            empty = [shared_room for shared_room in self if not shared_room.visitors]
            if not empty:
                raise ContractError("busy", f"{MAX_ROOMS} rooms run already")
            self._end(min(empty, key=lambda shared_room: shared_room.empty_since))
        log.info("room %s opens", room)
        shared_room = SharedRoom(room, model, self._engine)
        shared_room.open(params, state)
        self.waiting.hand_over(room, shared_room.link)
        self._registry[room] = shared_room
        return shared_room

    def _end(self, shared_room: SharedRoom) -> None:
        del self._registry[shared_room.name]
        shared_room.close()
