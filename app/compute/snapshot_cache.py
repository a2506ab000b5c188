"""Snapshots that peers fetch piece by piece; see `Snapshot` in app.protocol.compute."""

from __future__ import annotations

import time
from functools import partial

from msgspec import Struct

from app.compute.peer import Peer
from app.protocol.compute import CHUNK_BYTES, KEPT_S, Address, Chunk
from app.protocol.errors import ContractError
from app.protocol.messages import Error
from app.rooms.snapshot import OnSnapshot, SnapshotError

MAX_KEPT = 6
"""Some 300 MB at worst."""


class Item(Struct):
    """One snapshot, as far as it is made."""

    address: Address
    asked_at: float
    data: bytes = b""


class SnapshotCache:
    """A few snapshots of all rooms; none is kept longer than somebody fetches it."""

    def __init__(self) -> None:
        self._items: dict[tuple[Peer, int], Item] = {}

    def expect(self, peer: Peer, number: int, address: Address) -> OnSnapshot:
        """Keep a place, and return what takes the snapshot. Raises ContractError."""
        if (peer, number) in self._items:
            raise ContractError("bad_value", f"snapshot {number} is in progress already")
        if len(self._items) >= MAX_KEPT:
            raise ContractError("busy", f"{MAX_KEPT} snapshots are in progress; try again soon")
        self._items[peer, number] = Item(address, time.monotonic())
        return partial(self._put, peer, number)

    def more(self, peer: Peer, number: int, at: int) -> None:
        """Send the piece that follows the first `at` bytes. Raises ContractError."""
        item = self._items.get((peer, number))
        if item is None or not 0 <= at < len(item.data):
            raise ContractError("bad_value", f"snapshot {number} has no byte {at}, or not any more")
        piece = item.data[at : at + CHUNK_BYTES]
        item.asked_at = time.monotonic()
        if at + len(piece) == len(item.data):
            del self._items[peer, number]
        peer.send(Chunk(id=number, at=at, size=len(item.data)), item.address, piece)

    def dismiss(self, peer: Peer) -> None:
        """A peer is gone."""
        for place in [place for place in self._items if place[0] is peer]:
            del self._items[place]

    def poll(self, now: float) -> None:
        """Forget what nobody fetches any more, and what was never made."""
        for (peer, number), item in list(self._items.items()):
            if now - item.asked_at > KEPT_S:
                self._put(peer, number, SnapshotError(f"nothing happened for {KEPT_S:g} s"))

    def _put(self, peer: Peer, number: int, made: bytes | SnapshotError) -> None:
        item = self._items.get((peer, number))
        if item is None:
            return
        if isinstance(made, SnapshotError):
            del self._items[peer, number]
            peer.send(Error(id=number, code="failed", message=str(made)), item.address)
            return
        item.data = made
        self.more(peer, number, 0)
