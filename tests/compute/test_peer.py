"""What one link gets: the newest frame of each kind, in turns, and no more than it can take."""

from __future__ import annotations

import pytest

from app.compute.peer import Peer
from app.protocol import frames
from app.protocol.compute import FrameMessage, from_server
from app.protocol.frames import QUALITIES, FrameKey
from app.transport.limits import LINK_BITS_PER_S

DENSITY = FrameKey("density", frames.JPEG)
PHASE = FrameKey("phase", frames.RAW)


class Wire:
    """A peer and what it was sent: rooms with their frames."""

    def __init__(self) -> None:
        self.sent: list[tuple[str | None, bytes]] = []
        self.peer = Peer(self._send, 0.0)

    def _send(self, parts: list[bytes]) -> None:
        message, address = from_server(parts[1])
        assert isinstance(message, FrameMessage)
        self.sent.append((address.room, parts[2]))

    def offer(self, room: str, key: FrameKey, frame: bytes) -> None:
        self.peer.offer(room, self.peer.form(key), [key], frame)


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_nothing_goes_without_credit(wire: Wire) -> None:
    wire.offer("hall", DENSITY, b"old")
    wire.peer.pump()
    assert wire.sent == []
    wire.offer("hall", DENSITY, b"new")
    wire.peer.credit(1, 0)
    wire.peer.pump()
    assert wire.sent == [("hall", b"new")]


def test_rooms_and_forms_take_turns(wire: Wire) -> None:
    for room, key in (("hall", DENSITY), ("hall", PHASE), ("yard", DENSITY)):
        wire.offer(room, key, f"{room} {key.view} 1".encode())
    wire.peer.credit(1, 0)
    wire.peer.pump()
    # The room that was first just now is not first again, however fast its frames come.
    wire.offer("hall", DENSITY, b"hall density 2")
    for number in (1, 2, 3):
        wire.peer.credit(1, number)
        wire.peer.pump()
    assert [frame for _, frame in wire.sent] == [
        b"hall density 1", b"hall phase 1", b"yard density 1", b"hall density 2",
    ]  # fmt: skip


def test_a_link_gets_no_more_than_its_share(wire: Wire) -> None:
    large = bytes(LINK_BITS_PER_S // 8)  # a second's worth, more than may go at once
    wire.peer.credit(10, 0)
    wire.offer("hall", DENSITY, large)
    wire.peer.pump()
    wire.peer.credit(0, 1)
    wire.offer("hall", DENSITY, large)
    assert wire.peer.pump() > 0.5
    assert len(wire.sent) == 1


def test_a_worse_link_gets_worse_pictures_but_no_lossy_phase(wire: Wire) -> None:
    last = len(QUALITIES) - 1
    assert wire.peer.form(DENSITY) == DENSITY
    wire.peer._flow.quality = 2
    assert wire.peer.form(DENSITY).quality == 2
    assert wire.peer.form(DENSITY._replace(quality=last)).quality == last
    assert wire.peer.form(DENSITY._replace(quality=99)).quality == last
    assert wire.peer.form(PHASE) == PHASE
