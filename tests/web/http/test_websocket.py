"""WebSocket frames: what is well formed arrives whole, what is not is closed with its code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gevent
import gevent.socket
import pytest

from app.transport.limits import MAX_MESSAGE_BYTES
from app.web.http import websocket
from app.web.http.websocket import PeerGoneError, WebSocket, framed
from tests.support.peer import BINARY, CLOSE, PING, PONG, TEXT, close_frame, frame, read_frame


class Line:
    """A WebSocket under test and the peer's socket."""

    def __init__(self, early: bytes = b"") -> None:
        ours, self.peer = gevent.socket.socketpair()
        self.peer.settimeout(5)
        self.peer.sendall(early)
        self.file = ours.makefile("rb")
        self.ours = ours
        self.socket = WebSocket(ours, self.file)

    def say(self, *frames: bytes) -> None:
        """The peer sends."""
        self.peer.sendall(b"".join(frames))

    def hear(self) -> str | bytes:
        """The next message, as the program gets it."""
        with gevent.Timeout(5):
            return self.socket.receive(5.0)

    def end(self) -> tuple[int, int]:
        """The code that the program learns, and the code that the peer reads."""
        with pytest.raises(PeerGoneError) as gone:
            self.hear()
        answer = read_frame(self.peer)
        assert answer is not None
        assert answer.opcode == CLOSE
        return gone.value.code, answer.code

    def drop(self) -> None:
        """Close both ends."""
        self.file.close()
        self.ours.close()
        self.peer.close()


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.drop()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 1000, MAX_MESSAGE_BYTES])
def test_a_message_arrives_whole(line: Line, size: int) -> None:
    line.say(frame(TEXT, b"x" * size), frame(BINARY, b"\xff" * size))
    assert line.hear() == "x" * size
    assert line.hear() == b"\xff" * size


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_what_is_sent_is_framed_by_the_book(line: Line, size: int) -> None:
    writer = gevent.spawn(line.socket.send, framed(BINARY, b"y" * size))
    received = read_frame(line.peer)
    assert received == (BINARY, True, b"y" * size)
    writer.join()


def test_fragments_are_joined_and_control_frames_may_come_between(line: Line) -> None:
    text = "Größe 王".encode()
    line.say(frame(TEXT, text[:3], fin=False))  # in the middle of the ö
    line.say(frame(PING, b"are you there"))
    line.say(frame(0, text[3:9], fin=False), frame(PONG, b"unasked"), frame(0, text[9:]))
    line.say(frame(TEXT, b"next"))
    assert line.hear() == "Größe 王"
    assert read_frame(line.peer) == (PONG, True, b"are you there")
    assert line.hear() == "next"


def test_a_frame_may_come_byte_by_byte(line: Line) -> None:
    def drip() -> None:
        for byte in frame(TEXT, b"slowly") + frame(BINARY, b"surely"):
            line.say(bytes([byte]))
            gevent.sleep(0)

    dripping = gevent.spawn(drip)
    assert line.hear() == "slowly"
    assert line.hear() == b"surely"
    dripping.join()


def test_bytes_that_came_with_the_handshake_are_not_lost() -> None:
    request = b"GET /ws HTTP/1.1\r\n\r\n"
    line = Line(early=request + frame(TEXT, b"first") + frame(TEXT, b"sec"))
    try:
        # As the HTTP server does: the reader takes more than its line from the socket.
        assert line.file.readline() == b"GET /ws HTTP/1.1\r\n"
        assert line.file.readline() == b"\r\n"
        assert line.hear() == "first"
        assert line.hear() == "sec"
    finally:
        line.drop()


@pytest.mark.parametrize("fragments", [1, 2, 40])
def test_too_large_a_message_is_closed_with_1009(line: Line, fragments: int) -> None:
    share = (MAX_MESSAGE_BYTES + fragments) // fragments
    for i in range(fragments):
        line.say(frame(BINARY if i == 0 else 0, b"z" * share, fin=i == fragments - 1))
    assert line.end() == (1009, 1009)


def test_a_frame_that_only_claims_to_be_huge_fills_no_memory(line: Line) -> None:
    line.say(frame(BINARY, b"z" * (MAX_MESSAGE_BYTES + 1), length=2**40))
    assert line.end() == (1009, 1009)


def test_the_limit_counts_bytes_not_characters(line: Line) -> None:
    line.say(frame(TEXT, "王".encode() * (MAX_MESSAGE_BYTES // 2)))
    assert line.end() == (1009, 1009)


def test_empty_fragments_are_nothing(line: Line) -> None:
    line.say(frame(TEXT, b"a", fin=False), frame(0, b"", fin=False) * 40, frame(0, b"b"))
    assert line.hear() == "ab"


@pytest.mark.parametrize("opcode", [PING, PONG])
def test_frames_that_carry_nothing_are_limited(line: Line, opcode: int) -> None:
    line.say(frame(opcode, b"") * 5000)
    with pytest.raises(PeerGoneError) as gone:
        line.hear()
    assert gone.value.code == 1008


BROKEN: dict[str, tuple[bytes, int]] = {
    "not masked": (frame(TEXT, b"hi", mask=False), 1002),
    "reserved bit": (frame(TEXT, b"hi", rsv=4), 1002),
    "compressed though that was not agreed": (frame(BINARY, b"hi", rsv=4), 1002),
    "reserved data opcode": (frame(3, b"hi"), 1002),
    "reserved control opcode": (frame(11, b""), 1002),
    "continuation of nothing": (frame(0, b"hi"), 1002),
    "new message within a message": (frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002),
    "fragmented ping": (frame(PING, b"", fin=False), 1002),
    "long ping": (frame(PING, b"x" * 126), 1002),
    "text that is no UTF-8": (frame(TEXT, b"\xc3("), 1007),
    "text cut off in a character": (frame(TEXT, b"\xe7\x8e"), 1007),
    "a surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "wrong UTF-8 in a second fragment": (
        frame(TEXT, b"\xc3", fin=False) + frame(0, b"("), 1007,
    ),
    "close with half a code": (frame(CLOSE, b"\x03"), 1002),
    "close with a code that must not be sent": (close_frame(1005), 1002),
    "close with a code below 1000": (close_frame(999), 1002),
    "close with a reason that is no text": (close_frame(1000, b"\xff"), 1007),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_breaks_the_protocol_is_closed_with_its_code(line: Line, what: str) -> None:
    sent, code = BROKEN[what]
    line.say(sent)
    assert line.end() == (code, code)


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
def test_a_close_is_answered_with_its_code(line: Line, code: int) -> None:
    line.say(close_frame(code, b"enough"))
    assert line.end() == (code, code)


def test_a_close_without_code_is_answered(line: Line) -> None:
    line.say(frame(CLOSE))
    told, answered = line.end()
    assert told == 1005
    assert answered in (1000, 1005)


def test_after_our_close_the_peers_is_not_answered_again(line: Line) -> None:
    line.socket.close(1008, "x" * 500)
    closing = read_frame(line.peer)
    assert closing is not None
    assert closing.code == 1008
    assert len(closing.payload) <= 125
    line.say(frame(PING, b"still there?"), close_frame(1008))
    with pytest.raises(PeerGoneError) as gone:
        line.hear()
    assert gone.value.code == 1008
    line.ours.shutdown(1)
    assert read_frame(line.peer) is None


def test_a_lost_connection_is_told(line: Line) -> None:
    line.peer.close()
    with pytest.raises(PeerGoneError) as gone:
        line.hear()
    assert gone.value.code == 1006


def test_silence_is_told(line: Line) -> None:
    with pytest.raises(PeerGoneError) as gone:
        line.socket.receive(0.02)
    assert gone.value.code == 1006
    assert "silent" in str(gone.value)


def test_someone_elses_deadline_is_not_taken_for_silence(line: Line) -> None:
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.02):
        line.socket.receive(5.0)


def test_a_peer_that_takes_nothing_is_given_up(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "SEND_S", 0.05)
    with pytest.raises(PeerGoneError):
        line.socket.send(b"x" * 100_000_000)
    assert line.socket.closed


def test_a_reason_is_cut_between_characters(line: Line) -> None:
    line.socket.close(1008, "王" * 100)
    closing: Any = read_frame(line.peer)
    assert closing.payload[2:].decode() == "王" * 40
