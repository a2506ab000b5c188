"""The admission queue of a room: who enters, who waits, and who is next.

Kiosks and operators neither wait nor take a guest's place. The place of somebody whose connection
broke is kept for a moment, so that a page that is reloaded does not lose it to another visitor.
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
"""For this long a place is kept for a visitor whose connection broke in a full room."""
ANNOUNCE_S = 0.25
"""Waiting visitors get their place at most this often, because crowds come and go at once."""


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
        self._announced: dict[int, tuple[int, int]] = {}
        self._kept: dict[int, float] = {}
        """Visitors whose places are kept, and until when."""
        self._announcer: gevent.Greenlet[[], None] | None = None

    @property
    def line(self) -> list[Viewer]:
        """The waiting viewers, the next one first."""
        return [waiting.viewer for waiting in self._line.values()]

    def request_entry(self, viewer: Viewer, request: Id, patient: bool) -> None:
        """Let `viewer` in, or into the queue if `patient`. Raises ContractError."""
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
        self._announced.pop(number, None)
        self._announce(only=number)
        self._announce_soon()

    def promoted(self, viewer: Viewer) -> None:
        """Let a viewer who is not a guest any more in, or free their guest's place."""
        waiting = self._line.get(viewer.visitor.id)
        if waiting is not None and waiting.viewer is viewer:
            self._let_in_now(viewer, waiting.request)
        self.advance()

    def left(self, viewer: Viewer, from_inside: bool) -> None:
        """Remove a viewer from the room or the queue, and let the next one in."""
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
        """Let in as many viewers as there are places."""
        while self._line and self._free() > 0:
            waiting = next(iter(self._line.values()))
            self._let_in_now(waiting.viewer, waiting.request)
        self._announce_soon()

    def close(self, code: int, reason: str) -> None:
        """Close the connections of all who wait, with the reason."""
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
        """Count the places that are neither taken nor kept."""
        now = time.monotonic()
        self._kept = {number: until for number, until in self._kept.items() if until > now}
        guests = sum(viewer.role == "guest" for viewer in self._inside.values())
        return self.capacity - guests - len(self._kept)

    def _announce_soon(self) -> None:
        if self._line and self._announcer is None:
            self._announcer = gevent.spawn_later(ANNOUNCE_S, self._announce_all)

    def _announce_all(self) -> None:
        self._announcer = None
        self._announce()

    def _announce(self, only: int | None = None) -> None:
        on_broadcast, size = self._announced, len(self._line)
        self._announced = {}
        for place, (number, waiting) in enumerate(self._line.items(), start=1):
            before = on_broadcast.get(number)
            if only in (None, number) and before != (place, size):
                before = (place, size)
                waiting.viewer.send(Queued(place=place, of=size))
            if before is not None:
                self._announced[number] = before
