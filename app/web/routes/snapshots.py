"""Snapshots for whoever asks over HTTP: a few at a time, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import bottle
from gevent.event import AsyncResult
from gevent.timeout import Timeout

from app.engines.base import RoomLink
from app.protocol.compute import WHOLE
from app.rooms.snapshot import SnapshotError
from app.transport.limits import MAX_SNAPSHOTS, SNAPSHOT_S
from app.web.http import responses
from app.web.http.routing import route
from app.web.rooms.room_registry import RoomRegistry

PIECE_BYTES = 64 * 1024
"""What a peer must take within app.transport.limits.SEND_S."""


def add_snapshots(app: Any, registry: RoomRegistry) -> None:
    """Put their route on `app`."""
    counter = SnapshotCounter()

    @route(app, "GET", "/api/rooms/<room>/snapshot.npz")
    def snapshot(room: str) -> Any:
        """Field, density, time and parameters of one instant (app.rooms.snapshot); 404: no grid."""
        web_room = registry.web_rooms.get(room)
        if web_room is None:
            return responses.text(404, f"no room {room!r} runs")
        if not web_room.has_grid:
            return responses.text(404, f"{web_room.model} has no grid, and so no field to save")
        try:
            data = counter.fetch(web_room.link)
        except SnapshotError as none:
            return responses.text(503, str(none))
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(data.size)}
        return bottle.HTTPResponse(data, 200, {**headers, "Content-Disposition": "attachment"})


class SnapshotCounter:
    """Hands them out; none is kept."""

    def __init__(self) -> None:
        self.under_way = 0

    def fetch(self, link: RoomLink) -> SnapshotBody:
        """A snapshot of this moment. Raises SnapshotError."""
        if self.under_way >= MAX_SNAPSHOTS:
            raise SnapshotError(f"{MAX_SNAPSHOTS} snapshots are under way; try again in a moment")
        self.under_way += 1
        try:
            return SnapshotBody(self, _ask(link))
        except SnapshotError:
            self.under_way -= 1
            raise


class SnapshotBody:
    """The bytes of one snapshot as a WSGI body, which the server closes in any case."""

    def __init__(self, counter: SnapshotCounter, data: bytes) -> None:
        self.size = len(data)
        self._counter = counter
        self._data = data
        self._pieces = self._cut()

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """It has gone out, or its peer has."""
        if self._data:
            self._data = b""
            self._counter.under_way -= 1

    def _cut(self) -> Iterator[bytes]:
        end = time.monotonic() + SNAPSHOT_S
        for at in range(0, self.size, PIECE_BYTES):
            if time.monotonic() > end:
                raise OSError("the peer takes too long")
            yield self._data[at : at + PIECE_BYTES]


def _ask(link: RoomLink) -> bytes:
    answer: AsyncResult[Any] = AsyncResult()
    link.ask_snapshot(WHOLE, answer.set)
    try:
        made: Any = answer.get(timeout=SNAPSHOT_S)
    except Timeout:
        raise SnapshotError("the room does not answer") from None
    if isinstance(made, SnapshotError):
        raise made
    data: bytes = made
    return data
