"""Snapshots on their way from a compute server, piece by piece; see app.protocol.compute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from app.protocol.compute import CHUNK_BYTES, Chunk, FromClient, More, Snapshot, SnapshotPart
from app.protocol.messages import Error
from app.rooms.snapshot import MAX_SNAPSHOT_BYTES, OnSnapshot, SnapshotError

MAX_DOWNLOADS = 8
"""Of one room at a time."""
HEAD_BYTES = 64 * 1024
"""What an npz needs beside its arrays."""


@dataclass
class Download:
    """What has come of one snapshot."""

    answer: OnSnapshot
    data: bytearray = field(default_factory=bytearray)


class Downloads:
    """Those of one room."""

    def __init__(self, send: Callable[[FromClient], bool], numbers: Iterator[int]) -> None:
        """`send` sends a message about the room, if there is somebody who takes it."""
        self._send = send
        self._numbers = numbers
        self._under_way: dict[int, Download] = {}
        self._early: list[tuple[Sequence[SnapshotPart], OnSnapshot]] = []

    def postpone(self, parts: Sequence[SnapshotPart], answer: OnSnapshot) -> bool:
        """Ask when the room is there; False, and no answer, if too many wait for that."""
        if len(self._early) >= MAX_DOWNLOADS:
            return False
        self._early.append((parts, answer))
        return True

    def resume(self) -> None:
        """The room is there."""
        early, self._early = self._early, []
        for parts, answer in early:
            if not self.begin(parts, answer):
                answer(SnapshotError("the compute server does not answer"))

    def begin(self, parts: Sequence[SnapshotPart], answer: OnSnapshot) -> bool:
        """Ask for a snapshot; False, and no answer, if that cannot be done now."""
        number = next(self._numbers)
        full = len(self._under_way) >= MAX_DOWNLOADS
        if full or not self._send(Snapshot(id=number, parts=list(parts))):
            return False
        self._under_way[number] = Download(answer)
        return True

    def on_chunk(self, chunk: Chunk, data: bytes) -> None:
        """A piece has come."""
        download = self._under_way.get(chunk.id)
        if download is None:
            return
        have = len(download.data)
        fits = chunk.at == have and 0 < len(data) <= min(CHUNK_BYTES, chunk.size - have)
        if not fits or chunk.size > MAX_SNAPSHOT_BYTES + HEAD_BYTES:
            self._end(chunk.id, SnapshotError("the compute server sends pieces that do not fit"))
            return
        download.data += data
        if len(download.data) == chunk.size:
            self._end(chunk.id, bytes(download.data))
        elif not self._send(More(id=chunk.id, at=len(download.data))):
            self._end(chunk.id, SnapshotError("the compute server does not answer"))

    def refused(self, error: Error) -> bool:
        """Is this why there is no snapshot? Then whoever wanted it is told."""
        if not (isinstance(error.id, int) and error.id in self._under_way):
            return False
        self._end(error.id, SnapshotError(error.message))
        return True

    def fail(self, why: str) -> None:
        """Nothing more will come."""
        early, self._early = self._early, []
        for _, answer in early:
            answer(SnapshotError(why))
        for number in list(self._under_way):
            self._end(number, SnapshotError(why))

    def _end(self, number: int, answer: bytes | SnapshotError) -> None:
        self._under_way.pop(number).answer(answer)
