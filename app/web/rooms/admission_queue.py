"""The door of a room: who comes in, who waits before it in line, and whose turn it is.

Kiosks and operators neither wait nor take a guest's place. The place of somebody whose connection
broke is kept for a moment, so that a page that is loaded anew does not find another in its stead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import gevent

from app.protocol.errors import ContractError
from app.protocol.messages import Id, Queued
from app.transport.limits import MAX_WAITING_PER_ROOM
from app.web.rooms.viewer import Viewer

RETURN_S = 3.0
"""For this long a place is kept for whoever lost his connection in a full room."""
TELL_S = 0.25
"""Those who wait hear at most this often how the line moves: people come and go in crowds."""


class _Waiting(NamedTuple):
    viewer: Viewer
    request: Id


class AdmissionQueue:
    """Belongs to one room."""

    def __init__(
        self, inside: Mapping[int, Viewer], let_in: Callable[[Viewer, Id], None], capacity: int
    ) -> None:
        """`inside` is who is in the room, kept by its owner; `capacity` counts guests."""
        self.capacity = capacity
        self._inside = inside
        self._let_in = let_in
        self._line: dict[int, _Waiting] = {}
        self._told: dict[int, tuple[int, int]] = {}
        self._kept: dict[int, float] = {}
        """Who may come back to his place, and until when."""
        self._teller: gevent.Greenlet[[], None] | None = None

    @property
    def line(self) -> list[Viewer]:
        """Who waits, the next one first."""
        return [waiting.viewer for waiting in self._line.values()]

    def request_entry(self, viewer: Viewer, request: Id, patient: bool) -> None:
        """Let `viewer` in, or into the line if he is `patient`. Raises ContractError."""
        number = viewer.visitor.id
        if viewer.role != "guest" or number in self._inside or self._has_room_for(number):
            self._let_in_now(viewer, request)
            return
        if not patient:
            raise ContractError("room_full", f"{self.capacity} visitors are here already")
        older = self._line.get(number)
        if older is not None:
            older.viewer.waiting = False
            older.viewer.close(1000, "you are here from elsewhere now")
        elif len(self._line) >= MAX_WAITING_PER_ROOM:
            text = f"{self.capacity} visitors are here already, and {MAX_WAITING_PER_ROOM} wait"
            raise ContractError("room_full", text)
        viewer.waiting = True
        self._line[number] = _Waiting(viewer, request)
        self._told.pop(number, None)
        self._tell(only=number)
        self._tell_soon()

    def promoted(self, viewer: Viewer) -> None:
        """He is no guest any more: he need not wait, or his place is free."""
        waiting = self._line.get(viewer.visitor.id)
        if waiting is not None and waiting.viewer is viewer:
            self._let_in_now(viewer, waiting.request)
        self.advance()

    def left(self, viewer: Viewer, from_inside: bool) -> None:
        """He is gone, out of the room or out of the line; the next one comes in."""
        number = viewer.visitor.id
        waiting = self._line.get(number)
        if waiting is not None and waiting.viewer is viewer:
            del self._line[number]
            viewer.waiting = False
        elif from_inside and viewer.is_lost and viewer.role == "guest" and self._free() <= 1:
            self._kept[number] = time.monotonic() + RETURN_S
            gevent.spawn_later(RETURN_S + 0.01, self.advance)
        self.advance()

    def advance(self) -> None:
        """Let in as many as there is room for."""
        while self._line and self._free() > 0:
            waiting = next(iter(self._line.values()))
            self._let_in_now(waiting.viewer, waiting.request)
        self._tell_soon()

    def close(self, code: int, reason: str) -> None:
        """The room ends: whoever waits is told why, and goes."""
        for waiting in self._line.values():
            waiting.viewer.waiting = False
            waiting.viewer.close(code, reason)
        self._line.clear()

    def _let_in_now(self, viewer: Viewer, request: Id) -> None:
        self._line.pop(viewer.visitor.id, None)
        self._kept.pop(viewer.visitor.id, None)
        viewer.waiting = False
        self._let_in(viewer, request)

    def _has_room_for(self, number: int) -> bool:
        kept = self._kept.get(number, 0.0) > time.monotonic()
        return kept or (not self._line and self._free() > 0)

    def _free(self) -> int:
        """Places that nobody has and none is kept for."""
        now = time.monotonic()
        self._kept = {number: until for number, until in self._kept.items() if until > now}
        guests = sum(viewer.role == "guest" for viewer in self._inside.values())
        return self.capacity - guests - len(self._kept)

    def _tell_soon(self) -> None:
        if self._line and self._teller is None:
            self._teller = gevent.spawn_later(TELL_S, self._tell_all)

    def _tell_all(self) -> None:
        self._teller = None
        self._tell()

    def _tell(self, only: int | None = None) -> None:
        on_broadcast, size = self._told, len(self._line)
        self._told = {}
        for place, (number, waiting) in enumerate(self._line.items(), start=1):
            before = on_broadcast.get(number)
            if only in (None, number) and before != (place, size):
                before = (place, size)
                waiting.viewer.send(Queued(place=place, of=size))
            if before is not None:
                self._told[number] = before
