"""A compute server that dies, hangs, comes back or never was; and two exhibits in one room."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
import zmq
from msgspec import UNSET

from app.engines.remote import RemoteEngine
from app.engines.remote_link import RemoteLink
from app.protocol.compute import MAX_ANSWER_BYTES, deflate
from app.protocol.messages import Do, Error, Finger, Notice, Set, State, Visitor, Visitors, Welcome
from app.transport import connection
from tests.engines.conftest import elsewhere, looked_after
from tests.support.audience import ANNA, BERT, PATIENCE_S, RAW, Audience
from tests.support.client import decode
from tests.support.compute_service import Service

SOON_S = 3.0
"""Within this visitors know what is wrong, and are back after the server is."""
OTHER_VERSION = deflate(b'{"type":"greeting","protocol":9,"version":"","models":[]}')
BOMB = deflate(b" " * (MAX_ANSWER_BYTES + 1))
CLEO = Visitor(id=3, name="Cleo", colour="")


@pytest.fixture
def nobody() -> str:
    """An endpoint at which nobody is."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def away(_toys: None, nobody: str) -> Iterator[RemoteEngine]:
    """An engine whose server is not there."""
    engine = elsewhere(nobody)
    with looked_after(engine):
        yield engine


@pytest.fixture
def bridged(_toys: None, nobody: str) -> Iterator[RemoteEngine]:
    """The same, and rooms run here meanwhile."""
    engine = elsewhere(nobody, fallback=True)
    with looked_after(engine):
        yield engine


def enter(engine: RemoteEngine, audience: Audience, model: str = "Wave") -> RemoteLink:
    """Anna and Bert in a room, looking at it."""
    link = engine.open("hall", model, audience)
    link.want(frozenset({RAW}))
    link.enter(ANNA, 5)
    link.enter(BERT, UNSET)
    audience.wait(lambda: len(audience.of(Welcome)) == 2)
    return link


def trouble(audience: Audience) -> str:
    """Wait until visitors read what is wrong."""
    audience.wait(lambda: audience.of(Notice), SOON_S)
    notice = audience.of(Notice)[0]
    assert notice.level == "trouble"
    return str(notice.text)


def back(audience: Audience) -> None:
    """Wait until visitors read that all is well."""
    audience.wait(lambda: audience.of(Notice) and audience.of(Notice)[-1].level == "info", SOON_S)


def started_at(endpoint: str) -> Service:
    """A compute server at that endpoint."""
    service = Service.__new__(Service)
    service.endpoint = endpoint
    service._options = {"model": "Wave", "fps": 100.0, "params": {}, "idle_s": 60.0}
    service.again()
    return service


def test_a_server_that_comes_back_finds_everybody_and_everything(
    service: Service, remote: RemoteEngine, audience: Audience
) -> None:
    link = enter(remote, audience)
    link.send(1, Set(params={"humps": 5, "steps": 7}))
    link.send(1, Do(action="pause"))
    audience.wait(lambda: len(audience.of(State)) == 2 and audience.frames)
    seq = decode(audience.frames[-1][1]).seq
    service.stop()
    text = trouble(audience)
    assert service.endpoint.removeprefix("tcp://") in text
    assert "Trying again" in text
    # Nobody is sent away: who comes now is welcomed to what is known, and told.
    audience.messages.clear()
    link.enter(CLEO, 8)
    welcome, told = audience.of(Welcome)[0], audience.of(Notice)[0]
    assert (welcome.id, welcome.state.params["humps"], told.text) == (8, 5, text)
    link.leave(2)
    link.send(1, Set(id=9, params={"humps": 1}))
    assert (audience.of(Error)[0].id, audience.of(Error)[0].code) == (9, "busy")
    audience.messages.clear()
    audience.frames.clear()
    service.again()
    back(audience)
    audience.wait(lambda: audience.frames and len(audience.of(State)) >= 2)
    assert audience.of(Welcome) == []
    assert {to for message, to in audience.messages if isinstance(message, State)} == {1, 3}
    state = audience.of(State)[0]
    assert (state.params["humps"], state.params["steps"], state.running) == (5, 7, False)
    assert [visitor.name for visitor in audience.of(Visitors)[-1].list] == ["Anna", "Cleo"]
    assert all(decode(frame).seq > seq for _, frame in audience.frames)
    link.send(3, Set(id="on", params={"speed": 0.5}))
    audience.wait(lambda: any(state.id == "on" for state in audience.of(State)))


def test_a_server_that_stands_still_is_noticed_and_taken_up_again(
    service: Service, remote: RemoteEngine, audience: Audience
) -> None:
    link = enter(remote, audience)
    stand_still = threading.Event()
    service.server._loop.call_soon(lambda: stand_still.wait(30))
    try:
        assert "does not answer" in trouble(audience)
    finally:
        stand_still.set()
    back(audience)
    audience.frames.clear()
    audience.wait(lambda: audience.frames)
    link.send(1, Finger(touch=0, x=0.5, y=0.5))
    audience.wait(lambda: any(decode(frame).finger_of(1) for _, frame in audience.frames))


def test_a_server_that_was_never_there(away: RemoteEngine, audience: Audience, nobody: str) -> None:
    link = away.open("hall", "Wave", audience)
    link.want(frozenset({RAW}))
    link.enter(ANNA, 5)
    assert "does not answer" in trouble(audience)
    assert audience.of(Welcome)[0].id == 5
    service = started_at(nobody)
    try:
        back(audience)
        audience.wait(lambda: audience.frames)
    finally:
        service.stop()


def test_meanwhile_the_room_runs_here_if_that_is_wanted(
    bridged: RemoteEngine, audience: Audience, nobody: str
) -> None:
    link = enter(bridged, audience)
    assert "this computer" in trouble(audience)
    audience.wait(lambda: audience.frames)
    link.send(2, Set(id=1, params={"humps": 7}))
    audience.wait(lambda: audience.of(State))
    seq = decode(audience.frames[-1][1]).seq
    service = started_at(nobody)
    try:
        back(audience)
        audience.frames.clear()
        audience.wait(lambda: audience.frames)
        assert decode(audience.frames[0][1]).seq > seq
        link.send(1, Do(id=2, action="pause"))
        audience.wait(lambda: any(state.id == 2 for state in audience.of(State)))
        assert audience.of(State)[-2].params["humps"] == 7
        # And here again, when it goes again.
        audience.messages.clear()
        service.stop()
        assert "this computer" in trouble(audience)
        link.send(1, Do(id=3, action="start"))
        audience.wait(lambda: any(state.id == 3 for state in audience.of(State)))
    finally:
        service.stop()


@pytest.mark.parametrize(
    "answer",
    [b"rubbish", b"{}", b'{"type":"pong","t":1}', b"", OTHER_VERSION, BOMB, OTHER_VERSION[:-4]],
)  # fmt: skip
@pytest.mark.usefixtures("_toys")
def test_rubbish_is_called_so_and_asked_again(
    audience: Audience, nobody: str, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "DEAD_S", 0.5)
    over = threading.Event()

    def babble() -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        router = context.socket(zmq.ROUTER)
        router.bind(nobody)
        while not over.is_set():
            if router.poll(20):
                router.send_multipart([router.recv_multipart()[0], b"", answer])
        router.close(linger=0)
        context.term()

    babbler = threading.Thread(target=babble)
    babbler.start()
    engine = elsewhere(nobody)
    try:
        with looked_after(engine):
            link = engine.open("hall", "Wave", audience)
            link.enter(ANNA, 5)
            trouble(audience)
            over.set()
            babbler.join()
            service = started_at(nobody)
            try:
                back(audience)
            finally:
                service.stop()
    finally:
        over.set()
        babbler.join()


def test_two_exhibits_are_one_room(service: Service, remote: RemoteEngine) -> None:
    other = elsewhere(service.endpoint)
    ours, theirs = Audience(), Audience()
    with looked_after(other):
        here, there = remote.open("hall", "Wave", ours), other.open("hall", "Wave", theirs)
        for link in (here, there):
            link.want(frozenset({RAW}))
        here.enter(ANNA, UNSET)
        ours.wait(lambda: ours.of(Welcome))
        there.enter(Visitor(id=4, name="Anna", colour=""), UNSET)
        theirs.wait(lambda: theirs.of(Welcome))
        assert [visitor.id for visitor in theirs.of(Welcome)[0].visitors] == [1, 4]
        assert theirs.of(Welcome)[0].you.name != "Anna"
        ours.wait(lambda: ours.of(Visitors)[-1].joined == [4])
        there.send(4, Set(id=1, params={"speed": 0.5}))
        ours.wait(lambda: ours.of(State))
        assert (ours.of(State)[0].params, ours.of(State)[0].by) == ({"speed": 0.5}, 4)
        there.send(4, Finger(touch=2, x=0.25, y=0.5))
        ours.wait(lambda: any(decode(frame).fingers for _, frame in ours.frames))
        # One goes; the room, and whoever else is in it, stays.
        there.close()
        ours.wait(lambda: ours.of(Visitors)[-1].left == [4])
        ours.frames.clear()
        ours.wait(lambda: ours.frames)


def test_a_room_with_another_model_than_here_is_told_of_as_it_is_there(
    away: RemoteEngine, audience: Audience, nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = away.open("hall", "Wave", audience)
    link.enter(ANNA, 5)
    trouble(audience)
    known = dict(away.catalogue()["Wave"], doc="What they knew before.")
    link._about = known
    service = started_at(nobody)
    try:
        audience.wait(lambda: len(audience.of(Welcome)) == 2)
        assert audience.of(Welcome)[1].model["doc"] != known["doc"]
    finally:
        service.stop()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_hundred_deaths_leave_nothing_behind(
    service: Service, remote: RemoteEngine, audience: Audience
) -> None:
    enter(remote, audience)

    def burdens() -> tuple[int, int]:
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    def one_death() -> None:
        audience.messages.clear()
        service.stop()
        trouble(audience)
        service.again()
        back(audience)
        audience.frames.clear()
        audience.wait(lambda: audience.frames)

    one_death()
    before = burdens()
    for _ in range(100):
        one_death()
    with gevent.Timeout(PATIENCE_S):
        while burdens() > before:
            gevent.sleep(0.05)
