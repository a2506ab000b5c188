"""What waits for a page that takes nothing: of each channel the newest value, and no queue."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import gevent
import gevent.socket
import pytest

from app.protocol.messages import ChannelValue, Visitor, encode
from app.transport.flow_control import FrameFlow
from app.web.http.websocket import BINARY, TEXT, WebSocket, framed
from app.web.rooms.viewer import Viewer
from tests.support.peer import CLOSE, read_frame

CHANGES = 100_000
"""Ten seconds of ten thousand changes each."""
FLAT_BYTES = 200_000


class SlowPage:
    """A viewer whose peer reads nothing until it is asked to."""

    def __init__(self) -> None:
        ours, self.peer = gevent.socket.socketpair()
        self.peer.settimeout(5)
        file = ours.makefile("rb")
        self.ends = (file, ours, self.peer)
        visitor = Visitor(id=1, name="Anna", colour="#112233")
        self.socket = WebSocket(ours, file)
        self.viewer = Viewer(self.socket, visitor, "127.0.0.1", FrameFlow(None))

    def notify(self, name: str, value: object) -> None:
        """A channel's value, as a room's stage hands it on."""
        message = encode(ChannelValue(name=name, value=value))
        self.viewer.send_value(name, framed(TEXT, message))

    def read(self) -> dict[str, object]:
        """The next message that the peer reads."""
        received = read_frame(self.peer)
        assert received is not None
        told: dict[str, object] = json.loads(received.payload)
        return told


@pytest.fixture
def page() -> Iterator[SlowPage]:
    page = SlowPage()
    yield page
    page.viewer.finish()
    for end in page.ends:
        end.close()


@pytest.mark.parametrize("asked", [True, False])
def test_nothing_follows_a_close_frame(page: SlowPage, asked: bool) -> None:
    gevent.sleep(0)  # the writer waits
    page.viewer.send_text(framed(TEXT, b"first"))
    page.notify("energy", 1)
    if asked:
        page.viewer.close(1000, "bye")
    else:  # the reader saw something that closes, or answers a close
        page.socket.close(1008, "too many")
    page.notify("norm", 2)
    page.viewer.show(1, framed(BINARY, b"frame"))
    page.viewer.send_text(framed(TEXT, b"last"))
    gevent.sleep(0)
    page.viewer.finish()
    received = []
    while (one := read_frame(page.peer)) is not None:
        received.append(one.opcode)
    assert received == [TEXT, CLOSE]


def test_a_storm_of_changes_is_no_queue(page: SlowPage) -> None:
    filler = "x" * 1000
    # Until the socket takes no more, and then for a long time.
    for _ in range(2000):
        page.notify("energy", [filler, -1])
        gevent.sleep(0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(CHANGES):
        page.notify("energy", [filler, number])
        page.notify("norm", number)
        if number % 1000 == 0:
            gevent.sleep(0)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < FLAT_BYTES
    newest: dict[object, object] = {}
    read = 0
    while newest.get("norm") != CHANGES - 1 or newest.get("energy") != [filler, CHANGES - 1]:
        told = page.read()
        newest[told["name"]] = told["value"]
        read += 1
    assert read < 2 * 2000
