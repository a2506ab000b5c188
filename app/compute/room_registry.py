"""Which rooms a compute server runs, and when an empty one ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

from app.compute.shared_room import Hall
from app.engines.base import Engine
from app.protocol.messages import RoomState
from app.rooms.waiting import WaitingStates
from app.transport.limits import MAX_ROOMS
from models.parameters import Value

log = logging.getLogger(__name__)


class BusyError(Exception):
    """There are too many rooms to open another."""


class Halls:
    """Every room, by name."""

    def __init__(self, engine: Engine, default: str, idle_s: float) -> None:
        """`default` is the model, and the room, of those who name none."""
        self.default = default
        self._engine = engine
        self._idle_s = idle_s
        self.waiting = WaitingStates()
        self._halls: dict[str, Hall] = {}

    def __iter__(self) -> Iterator[Hall]:
        return iter(list(self._halls.values()))

    def catalogue(self) -> dict[str, dict[str, Any]]:
        """The models on offer."""
        return self._engine.catalogue()

    def get(self, room: str) -> Hall | None:
        """The room of that name, if it runs."""
        return self._halls.get(room)

    def open(
        self,
        room: str,
        model: str,
        params: dict[str, Value] | None = None,
        state: RoomState | None = None,
        seq: int = 0,
    ) -> Hall:
        """The room of that name, made if need be. Raises BusyError, or KeyError: unknown model."""
        hall = self._halls.get(room)
        if hall is None or hall.model != model:
            if hall is not None and hall.visitors:
                raise BusyError(f"room {room!r} runs {hall.model}")
            hall = self._make(room, model, params or {}, state)
        hall.link.count_past(seq)
        return hall

    def end_idle(self) -> None:
        """End rooms that nobody has visited for long."""
        horizon = time.monotonic() - self._idle_s
        for hall in self:
            if not hall.visitors and hall.empty_since < horizon:
                log.info("room %s is empty and ends", hall.name)
                self._end(hall)

    def close(self) -> None:
        """End all rooms."""
        for hall in self:
            self._end(hall)

    def _make(
        self, room: str, model: str, params: dict[str, Value], state: RoomState | None
    ) -> Hall:
        known = self.catalogue()
        if model not in known:
            raise KeyError(f"no model {model!r}; there are {', '.join(known)}")
        if room in self._halls:
            self._end(self._halls[room])
        elif len(self._halls) >= MAX_ROOMS:
            empty = [hall for hall in self if not hall.visitors]
            if not empty:
                raise BusyError(f"{MAX_ROOMS} rooms run already")
            self._end(min(empty, key=lambda hall: hall.empty_since))
        log.info("room %s opens", room)
        hall = Hall(room, model, self._engine)
        hall.open(params, state)
        self.waiting.hand_over(room, hall.link)
        self._halls[room] = hall
        return hall

    def _end(self, hall: Hall) -> None:
        del self._halls[hall.name]
        hall.close()
