"""What waits for a page that takes nothing: of each channel the newest value, and no queue."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import gevent
import gevent.socket
import pytest

from app.protocol.messages import ChannelValue, Visitor, encode
from app.web.flow import Flow
from app.web.viewer import Viewer
from app.web.websocket import TEXT, WebSocket, framed
from tests.web.peer import read_frame

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
        self.viewer = Viewer(WebSocket(ours, file), visitor, "127.0.0.1", Flow(None))

    def tell(self, name: str, value: object) -> None:
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


def test_a_storm_of_changes_is_no_queue(page: SlowPage) -> None:
    filler = "x" * 1000
    # Until the socket takes no more, and then for a long time.
    for _ in range(2000):
        page.tell("energy", [filler, -1])
        gevent.sleep(0)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(CHANGES):
        page.tell("energy", [filler, number])
        page.tell("norm", number)
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
