"""What survives a crash of the server: how each room was set, whether it was locked, and counts.

A server that was killed at any moment finds it in a file of its user's, whole or not at all, and
opens its rooms as they were; their fluids start again. A new launch begins with first
values and goes on counting. A full disk, or a file that is none of ours, stops nothing but this.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import gevent
import msgspec
from msgspec import Struct

from app.paths import state_dir, write_whole
from app.protocol.messages import RoomState, Scalar
from app.transport.limits import MAX_ROOMS
from app.web.http.offload import apart
from app.web.rooms.web_room import WebRoom

log = logging.getLogger(__name__)

SAVE_S = 1.0
"""How old what is kept may be."""


class KeptRoom(Struct):
    """A room as it was."""

    model: str
    params: dict[str, Scalar]
    running: bool = True
    locked: bool = False

    def state(self) -> RoomState:
        """As a new room takes it."""
        return RoomState(running=self.running, params=self.params, sim_time=0.0)


class Kept(Struct):
    """What the file holds. `launch` is a hash of that launch's secret."""

    launch: str
    starts: int = 0
    """Of servers, ever."""
    visitors: int = 0
    """New ones, ever."""
    rooms: dict[str, KeptRoom] = {}


class SavedState:
    """Of the exhibit at one port."""

    def __init__(self, secret: str, port: int) -> None:
        """Take up what is kept for `port`; rooms, only if they are of the launch with `secret`."""
        self._path = state_dir() / f"exhibit-{port}.json"
        launch = hashlib.sha256(secret.encode()).hexdigest()[:16]
        found = self._read()
        self.kept = found if found is not None else Kept(launch)
        if self.kept.launch != launch:
            self.kept.launch, self.kept.rooms = launch, {}
        self.kept.starts += 1
        self._saved = b""
        self._open: set[str] = set()
        self._failed = False

    def room(self, name: str, model: str) -> KeptRoom | None:
        """How that room was before the server died."""
        room = self.kept.rooms.get(name)
        return room if room is not None and room.model == model else None

    def count_visitor(self) -> None:
        """Count a new visitor."""
        self.kept.visitors += 1

    def keep(self, web_rooms: Callable[[], Mapping[str, WebRoom]]) -> None:
        """Save the rooms' state from time to time, without end."""
        while True:
            self._look(web_rooms())
            self.save()
            gevent.sleep(SAVE_S)

    def _look(self, web_rooms: Mapping[str, WebRoom]) -> None:
        # Rooms that nobody has come back to yet since the server died are kept as they were.
        for ended in self._open - set(web_rooms):
            self.kept.rooms.pop(ended, None)
        self._open = set(web_rooms)
        for name, web_room in web_rooms.items():
            truth = web_room.truth
            if truth is not None:
                room = KeptRoom(web_room.model, truth.params, truth.running, web_room.locked)
                self.kept.rooms[name] = room
        while len(self.kept.rooms) > MAX_ROOMS:
            del self.kept.rooms[next(iter(self.kept.rooms))]

    def save(self) -> None:
        """Write what has changed, not on the hub's thread: disks are slow."""
        data = msgspec.json.encode(self.kept)
        if data == self._saved:
            return
        try:
            apart(write_whole, self._path, data)
        except OSError as fault:
            if not self._failed:
                log.warning("%s cannot be kept: %s", self._path, fault)
            self._failed = True
            return
        self._failed = False
        self._saved = data

    def _read(self) -> Kept | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as fault:
            log.warning("%s is set aside: %s", self._path, fault)
            self._set_aside()
            return None

    def _set_aside(self) -> None:
        aside: Path = self._path.with_suffix(".bad")
        try:
            self._path.replace(aside)
        except OSError as fault:
            log.debug("%s", fault)
