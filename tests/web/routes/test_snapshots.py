"""Snapshots over HTTP: what is answered when there is none, and how many go out at a time."""

from __future__ import annotations

import pytest

from app.protocol.compute import WHOLE
from app.rooms.snapshot import OnSnapshot, SnapshotError
from app.transport.limits import MAX_SNAPSHOTS
from app.web.routes import snapshots
from app.web.routes.snapshots import PIECE_BYTES, SnapshotCounter


class Room:
    """The end of a RoomLink that matters here."""

    def __init__(self, made: bytes | SnapshotError | None) -> None:
        self._made = made

    def ask_snapshot(self, parts: object, answer: OnSnapshot) -> None:
        assert parts == WHOLE
        if self._made is not None:
            answer(self._made)


def test_it_goes_out_in_pieces_and_then_makes_room_for_the_next() -> None:
    counter = SnapshotCounter()
    data = bytes(range(256)) * 1000
    download = counter.fetch(Room(data))  # type: ignore[arg-type]
    pieces = list(download)
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= PIECE_BYTES
    assert counter.under_way == 1
    download.close()
    download.close()
    assert counter.under_way == 0


def test_only_a_few_at_a_time() -> None:
    counter = SnapshotCounter()
    downloads = [counter.fetch(Room(b"x")) for _ in range(MAX_SNAPSHOTS)]  # type: ignore[arg-type]
    with pytest.raises(SnapshotError, match="try again"):
        counter.fetch(Room(b"x"))  # type: ignore[arg-type]
    downloads[0].close()
    counter.fetch(Room(b"x"))  # type: ignore[arg-type]


def test_no_snapshot_is_no_burden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "SNAPSHOT_S", 0.05)
    counter = SnapshotCounter()
    with pytest.raises(SnapshotError, match="away"):
        counter.fetch(Room(SnapshotError("the server is away")))  # type: ignore[arg-type]
    with pytest.raises(SnapshotError, match="does not answer"):
        counter.fetch(Room(None))  # type: ignore[arg-type]
    assert counter.under_way == 0


def test_a_peer_that_takes_for_ever_loses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "SNAPSHOT_S", -1.0)
    download = snapshots.SnapshotBody(SnapshotCounter(), b"x")
    with pytest.raises(OSError, match="too long"):
        list(download)
