"""Servers that talk rubbish, fall silent, refuse a comeback, or say ten thousand things."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from app.client import RoomError
from app.protocol import frames
from tests.client.conftest import Join
from tests.support.exhibit import wait_until
from tests.support.fake_servers import WELCOME, Beside, Fake, FakeCompute, FakeExhibit

PATIENCE_S = 20.0
KINDS: dict[str, Callable[[], Fake]] = {"exhibit": FakeExhibit, "compute": FakeCompute}


@pytest.fixture(params=list(KINDS))
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    fake = KINDS[request.param]()
    yield fake
    fake.close()


def picture(level: int, seq: int = 1) -> bytes:
    """A raw frame of one level."""
    return frames.pack(
        frames.WireFrame(
            frames.RAW, 3, 2, seq, 0.5, 0.0, 255.0, 0, [], np.zeros((0, 2)), [], bytes([level] * 6)
        )
    )


def test_what_is_no_exhibit_is_told_apart(join: Join) -> None:
    refusal = b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nnobody"
    said = pytest.raises(ConnectionError, match="status 404 nobody")
    with FakeServer(refusal) as port, said:
        join(f"http://127.0.0.1:{port}")
    for answer in (b"", b"\0\1\2\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"220 smtp ready\r\n"):
        with FakeServer(answer) as port, pytest.raises(ConnectionError, match="127"):
            join(f"http://127.0.0.1:{port}", timeout_s=5.0)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno room",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nPK\3\4!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nPK",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + bytes(60_000_000),
        b"rubbish",
        b"",
    ],
    ids=["missing", "broken", "cut short", "too large", "rubbish", "nothing"],
)
def test_what_is_no_snapshot_is_refused(join: Join, answer: bytes) -> None:
    fake = FakeExhibit()
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")

    def play() -> None:
        connection, _ = fake._listener.accept()
        with connection, suppress(OSError):  # it hangs up on what is too large
            connection.recv(4096)
            connection.sendall(answer)

    with Beside(play), pytest.raises(RoomError) as refused:
        room.snapshot(timeout_s=20.0)
    assert refused.value.code == "failed"
    fake.close()


class FakeServer:
    """Says one thing to the first who comes, and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(self._answer)


def test_super_hydros_server_is_told_apart(join: Join) -> None:
    fake = FakeCompute()

    def play() -> None:
        peer, *_ = fake._router.recv_multipart()
        fake._router.send_multipart([peer, b"", b"Unknown Message"])

    with Beside(play), pytest.raises(ConnectionError, match="super_hydro"):
        join(fake.address, "Fake")
    fake.close()


RUBBISH = [b"", b"\xff\xfe", b"[" * 5000, b'{"type": 3}', b"GET / HTTP/1.1\r\n\r\n"]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_ends_the_connection_and_not_the_program(
    fake: Fake, join: Join, rubbish: bytes
) -> None:
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    if isinstance(fake, FakeExhibit) and rubbish == b"":
        rubbish = b"\x8f\x00"  # an opcode that there is not
    fake.garble(rubbish)
    wait_until(lambda: "away" in repr(room), "it is noticed", PATIENCE_S)
    comeback(fake)
    fake.show(picture(7))
    assert (room.frame().values == 7).all()


FULL = {"type": "error", "id": 0, "code": "room_full", "message": "many are here"}


def comeback(fake: Fake, answer: dict[str, Any] = WELCOME) -> None:
    """Answer a program that was here before, and wants in again."""
    if isinstance(fake, FakeExhibit):
        fake.accept()
        assert fake.hear("hello")["resume"] == "r"
    else:
        assert isinstance(fake, FakeCompute)
        fake.greet()
        assert fake.hear("enter")["who"]["id"] == 1
    fake.say(answer)


@pytest.mark.parametrize(
    "frame", [b"", b"VF", picture(1)[:-1], picture(1).replace(b"VF\x01", b"VF\x02")]
)
def test_a_frame_that_is_none_is_never_shown(fake: Fake, join: Join, frame: bytes) -> None:
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    fake.show(frame)
    wait_until(lambda: "away" in repr(room), "it is noticed", PATIENCE_S)


def test_messages_that_are_not_known_are_let_pass(join: Join) -> None:
    fake = FakeExhibit()
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    fake.say({"type": "of the future", "value": 1})
    fake.say({"type": "state", "running": False, "sim_time": 1.0, "params": {"new": 2}})
    wait_until(lambda: room.params == {"new": 2}, "what came after is heard")
    fake.close()


def test_a_server_that_says_nothing_is_given_up(fake: Fake, join: Join) -> None:
    with Beside(fake.welcome):
        room = join(fake.address, "Fake", timeout_s=2.0)
    with pytest.raises((TimeoutError, ConnectionError)):
        room.set(speed=1.0)


def test_silence_ends_a_connection(fake: Fake, join: Join, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.client.web.SILENT_S", 0.3)
    monkeypatch.setattr("app.transport.connection.DEAD_S", 0.3)
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    with pytest.raises(ConnectionError, match="does not answer; it is not known"):
        room.set(speed=1.0)
    comeback(fake)
    assert room.name == "Fake"


def test_a_room_that_is_full_at_the_comeback_is_tried_again(
    fake: Fake, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.client.compute.RETRY_S", 0.1)
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    fake.garble(RUBBISH[1])
    comeback(fake, FULL)
    if isinstance(fake, FakeExhibit):
        comeback(fake)
    else:
        fake.hear("enter")
        fake.say(WELCOME)
    fake.show(picture(9))
    assert (room.frame().values == 9).all()


def test_who_may_not_come_back_is_told_why(fake: Fake, join: Join) -> None:
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    fake.garble(RUBBISH[1])
    comeback(fake, {**FULL, "code": "forbidden", "message": "another code now"})
    wait_until(lambda: room._conversation.over, "it gives up")
    for _ in range(2):
        with pytest.raises(RoomError, match="another code now") as refused:
            room.frame()
        assert refused.value.code == "forbidden"


def test_who_was_thrown_out_stays_out(join: Join) -> None:
    fake = FakeExhibit()
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    fake.garble(b"\x88\x0b\x03\xe8elsewhere")
    wait_until(lambda: "away" in repr(room), "it is noticed")
    with pytest.raises(ConnectionError, match="elsewhere"):
        room.frame()
    fake.close()


def test_a_slow_handler_of_ten_thousand_changes_hears_the_newest(fake: Fake, join: Join) -> None:
    go, done = threading.Event(), threading.Event()
    heard: list[int] = []

    def slow(value: int) -> None:
        heard.append(value)
        assert go.wait(PATIENCE_S)
        if value == 9_999:
            done.set()

    def play() -> None:
        fake.welcome()
        number = fake.hear("subscribe")["id"]
        names = {"type": "channels", "names": ["count"], "subscribed": ["count"]}
        fake.say({"id": number, **names})
        for value in range(10_000):
            fake.say({"type": "channel", "name": "count", "value": value})
        number = fake.hear("channels")["id"]
        fake.say({"id": number, **names})

    with Beside(play):
        room = join(fake.address, "Fake")
        room.subscribe("count", slow)
        # All of them have come when this is answered, and the handler has not returned yet.
        assert room.channels() == ["count"]
        assert len(room._conversation.handlers._due) <= 1
        go.set()
        assert done.wait(PATIENCE_S)
    assert len(heard) <= 3
    assert heard[-1] == 9_999
