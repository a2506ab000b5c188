"""Our own protocol, as a program that knows only the documented bytes speaks it."""

from __future__ import annotations

import threading
import zlib

import pytest
import zmq

from app.compute import server as server_module
from app.compute.room_registry import SharedRoomRegistry
from tests.compute.conftest import Serve, Visit
from tests.support.client import decode
from tests.support.compute_service import Outsider, Service


def hello(visit: Visit, service: Service, **fields: object) -> Outsider:
    """A program that was welcomed."""
    program = visit(zmq.DEALER, service)
    program.say(type="hello", protocol=1, **fields)
    program.hear_of("welcome")
    return program


def test_a_greeting_names_the_models(serve: Serve, visit: Visit) -> None:
    program = visit(zmq.DEALER, serve())
    empty, body = program.ask(b"", b"VT1")
    assert empty == b""
    assert b'"type":"greeting"' in body
    assert b'"name":"Wave"' in body
    _, packed = program.ask(b"", b"VT1 deflate")
    assert zlib.decompress(packed) == body
    # A link of half a megabit per second takes it in half a second.
    assert len(packed) < 32_000


def test_a_program_sets_and_acts(serve: Serve, visit: Visit) -> None:
    program = hello(visit, serve(), name="Plotter")
    program.say(type="set", id="a", params={"speed": 2.0})
    assert program.hear_of("state", id="a")["params"] == {"speed": 2.0}
    program.say(type="do", id="b", action="pause")
    assert program.hear_of("state", id="b")["running"] is False
    program.say(type="set", id="c", params={"speed": 3.0})
    assert program.hear_of("error", id="c")["code"] == "out_of_range"
    program.say(type="ping", id="d", t=1.5)
    assert program.hear_of("pong", id="d")["t"] == 1.5


def test_frames_come_against_credits_and_no_others(serve: Serve, visit: Visit) -> None:
    program = hello(visit, serve())
    program.say(type="credit", n=2)
    first, second = program.hear_of("frame"), program.hear_of("frame")
    assert decode(first["bytes"]).seq < decode(second["bytes"]).seq
    heard = 0
    while heard < 2:  # figures come twice a second, and meanwhile frames would
        _, body, *frame = program.hear()
        assert not frame
        heard += b'"figures"' in body
    program.say(type="credit", n=1, number=second["number"])
    third = program.hear_of("frame")
    assert third["number"] == second["number"] + 1
    # What waited is not what was there when the credit ran out.
    assert decode(third["bytes"]).seq > decode(second["bytes"]).seq + 1


def test_no_more_than_three_frames_are_under_way(serve: Serve, visit: Visit) -> None:
    program = hello(visit, serve())
    program.say(type="credit", n=16)
    assert [program.hear_of("frame")["number"] for _ in range(3)] == [1, 2, 3]
    program.say(type="credit", n=0, number=3)
    assert program.hear_of("frame")["number"] == 4


def test_a_view_that_is_not_smooth_comes_without_loss(serve: Serve, visit: Visit) -> None:
    program = hello(visit, serve())
    program.say(type="credit", n=1)
    assert decode(program.hear_of("frame")["bytes"]).encoding == 1
    program.say(type="view", name="phase")
    program.say(type="credit", n=1, number=1)
    frame = decode(program.hear_of("frame")["bytes"])
    assert (frame.encoding, frame.view) == (2, 1)
    program.say(type="view", id=4, name="nobody")
    assert "phase" in program.hear_of("error", id=4)["message"]


def test_channels_are_heard_by_those_who_listen(serve: Serve, visit: Visit) -> None:
    service = serve()
    one, other = hello(visit, service), hello(visit, service)
    one.say(type="subscribe", id=1, names=["position"])
    assert one.hear_of("channels", id=1)["subscribed"] == ["position"]
    one.hear_of("channel", name="position")
    # Paused, the value changes no more: who comes late gets it at once all the same.
    one.say(type="do", id=2, action="pause")
    other.hear_of("state", action="pause")
    other.say(type="subscribe", names=["position"])
    other.hear_of("channel", name="position")
    other.say(type="subscribe", id=3, names=["nobody"])
    assert "position" in other.hear_of("error", id=3)["message"]


def test_an_id_comes_back_to_its_sender_only(serve: Serve, visit: Visit) -> None:
    service = serve()
    one, other = hello(visit, service), hello(visit, service)
    one.say(type="set", id="mine", params={"speed": 0.5})
    assert one.hear_of("state")["id"] == "mine"
    assert "id" not in other.hear_of("state")


def test_visitors_of_a_silent_peer_leave(
    serve: Serve, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.compute.peer.SILENT_S", 0.2)
    service = serve()
    one = hello(visit, service)
    over = threading.Event()

    def keep_talking() -> None:
        while not over.wait(0.05):
            other.say(type="ping", t=0.0)

    other = hello(visit, service)
    talker = threading.Thread(target=keep_talking)
    talker.start()
    try:
        gone = [
            message
            for message in (other.hear_of("visitors"), other.hear_of("visitors"))
            if message["left"]
        ]
    finally:
        over.set()
        talker.join()
    assert [len(message["list"]) for message in gone] == [1]
    one.say(type="ping", t=0.0)
    one.hear_of("stranger")


def test_who_is_not_known_is_told_so(serve: Serve, visit: Visit) -> None:
    program = visit(zmq.DEALER, serve())
    program.say(type="set", params={"speed": 1.0})
    program.hear_of("stranger")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "nonsense"}, "bad_message"),
        ({"type": "open", "model": "nobody"}, "unknown_model"),
        ({"type": "look", "room": "nowhere", "keys": []}, "unknown_room"),
        ({"type": "look", "keys": [["density", 9, 0]]}, "bad_value"),
        ({"type": "look", "keys": [["density", 1, 0]] * 100}, "bad_message"),
        ({"type": "set", "visitor": 12345, "params": {}}, "bad_message"),
        ({"type": "hello", "protocol": 2}, "bad_message"),
        ({"type": "credit", "n": 10**9}, "bad_message"),
    ],
)
def test_what_cannot_be_done_is_refused_and_the_link_lives_on(
    serve: Serve, visit: Visit, message: dict[str, object], code: str
) -> None:
    program = hello(visit, serve())
    program.say(**message)
    assert program.hear_of("error")["code"] == code
    program.say(type="ping", t=0.0)
    program.hear_of("pong")


@pytest.mark.parametrize(
    "parts",
    [
        [b""], [b"VT1"], [b"VT1", b"\xff\xfe"], [b"VT1", b"[" * 5000], [b"VT2", b"{}"],
        [b"", b"", b""], [b"VT1", b"{}", b"frame"], [b"x"] * 50,
    ],
)  # fmt: skip
def test_rubbish_harms_nobody(serve: Serve, visit: Visit, parts: list[bytes]) -> None:
    service = serve()
    vandal = visit(zmq.DEALER, service)
    vandal.socket.send_multipart(parts)
    vandal.hear()
    hello(visit, service)


def test_a_message_that_is_too_long_ends_its_connection_only(serve: Serve, visit: Visit) -> None:
    service = serve()
    vandal = visit(zmq.DEALER, service)
    vandal.socket.send_multipart([b"VT1", b" " * (1 << 20)])
    hello(visit, service)
    assert not vandal.socket.poll(100)


def test_too_many_peers_are_told_so(
    serve: Serve, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MAX_PEERS", 1)
    service = serve()
    hello(visit, service)
    _, body = visit(zmq.DEALER, service).ask(b"", b"VT1")
    assert b'"busy"' in body


def test_a_new_room_starts_with_what_is_given_and_a_running_one_does_not(
    serve: Serve, visit: Visit
) -> None:
    service = serve()
    one, other = visit(zmq.DEALER, service), visit(zmq.DEALER, service)
    state = {"running": False, "params": {"humps": 5, "speed": 99.0}, "sim_time": 3.0}
    who = {"id": 1, "name": "Anna", "colour": "#112233"}
    for peer, speed in ((one, 0.5), (other, 1.5)):
        peer.say(type="open", room="hall", model="Wave", params={"speed": speed}, state=state)
        peer.say(type="enter", room="hall", who=who)
        found = peer.hear_of("welcome")["state"]
        assert found["running"] is False
        # A value that does not fit is left out, the rest is not.
        assert (found["params"]["humps"], found["params"]["speed"]) == (5, 1.0)


def test_frames_are_numbered_past_what_was_seen(serve: Serve, visit: Visit) -> None:
    program = visit(zmq.DEALER, serve())
    program.say(type="open", room="hall", model="Wave", seq=5000)
    program.say(type="look", room="hall", keys=[["density", 1, 0]])
    program.say(type="credit", n=1)
    assert decode(program.hear_of("frame")["bytes"]).seq > 5000


def test_an_empty_room_ends_and_one_with_visitors_does_not(
    serve: Serve, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    end = SharedRoomRegistry._end

    def note(halls: SharedRoomRegistry, hall: object) -> None:
        end(halls, hall)  # type: ignore[arg-type]
        ended.set()

    monkeypatch.setattr(SharedRoomRegistry, "_end", note)
    service = serve(idle_s=0.0)
    staying, leaving = hello(visit, service), hello(visit, service, room="Counter")
    leaving.say(type="leave")
    assert ended.wait(10)
    staying.say(type="ask", room="Counter", id=1)
    assert staying.hear_of("error", id=1)["message"].endswith("there are Wave")


@pytest.mark.parametrize("how", ["hello", "open"])
def test_what_is_fed_to_a_room_that_does_not_run_waits_for_whoever_comes(
    serve: Serve, visit: Visit, how: str
) -> None:
    service = serve("Wave")
    feed = visit(zmq.DEALER, service)
    feed.say(type="feed", id=1, room="Echo", state={"tone": "low"})
    assert feed.hear_of("fed", id=1)["waits"] is True
    feed.say(type="feed", id=2, room="Echo", state={"tone": "high"})
    shown = {"tone": "high", "volume": 1.0}
    assert feed.hear_of("fed", id=2)["state"] == shown
    for number, state in enumerate(({"tone": "shrill"}, {})):
        feed.say(type="feed", id=number, room="Echo", state=state)
        assert feed.hear_of("error", id=number)["code"] in ("out_of_range", "bad_value")
    feed.say(type="feed", id=3, room="Wave", state={"tone": "high"})
    assert "takes no feed" in feed.hear_of("error", id=3)["message"]
    if how == "hello":
        listener = hello(visit, service, room="Echo")
    else:  # an exhibit, which remembers an older state
        listener = visit(zmq.DEALER, service)
        listener.say(type="open", room="Echo", model="Echo", fed={"tone": "low"})
        who = {"id": 7, "name": "A", "colour": "#112233"}
        listener.say(type="enter", room="Echo", visitor=7, who=who)
    listener.say(type="listen", room="Echo", names=["heard"])
    while listener.hear_of("channel", name="heard")["value"] != shown:
        pass


def test_a_program_that_says_nothing_else_feeds_a_room(serve: Serve, visit: Visit) -> None:
    service = serve("Echo")
    listener = hello(visit, service)
    listener.say(type="subscribe", names=["heard"])
    feed = visit(zmq.DEALER, service)
    feed.say(type="feed", id=1, room="Echo", state={"tone": "high"})
    shown = {"tone": "high", "volume": 1.0}
    assert feed.hear_of("fed", id=1)["state"] == shown
    while listener.hear_of("channel", name="heard")["value"] != shown:
        pass
    for state in ({"tone": "shrill"}, {}, [], {"tone": ["high"]}, {"x" * 65: 1}):
        feed.say(type="feed", id=2, room="Echo", state=state)
        assert feed.hear_of("error")["code"] in ("out_of_range", "bad_value", "bad_message")
    feed.say(type="feed", id=4, room="Echo", state={"tone": "low"})
    assert "waits" not in feed.hear_of("fed", id=4)
    feed.say(type="feed", id=3, room="nowhere", state={"tone": "high"})
    assert "Echo" in feed.hear_of("error", id=3)["message"]
