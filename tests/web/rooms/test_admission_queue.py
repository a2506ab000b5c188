"""A full room: newcomers wait in line, hear their place and come in one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from websocket import WebSocketException

from app.transport.limits import MAX_VISITORS_PER_ADDRESS, MAX_WAITING_PER_ROOM
from app.web.http.access import lan_address
from app.web.rooms import admission_queue
from tests.support.client import Client, ClosedError
from tests.support.exhibit import Exhibit, wait_until
from tests.support.serving import PIN, Serving

CAPACITY = 2


@pytest.fixture(scope="module")
def small(environment: dict[str, str]) -> Iterator[Serving]:
    """A server whose rooms take two guests, and keep nobody's place for long."""
    server = Serving(environment, f"--max-visitors={CAPACITY}")
    yield server
    server.kill()


@pytest.fixture
def room(small: Serving) -> Iterator[Serving]:
    """The same, and nobody is in it."""
    yield small
    # The last in line first, so that nobody comes in by this.
    for client in reversed(small.clients):
        with suppress(ClosedError, OSError, WebSocketException):
            client.ask("bye")
        client.close()
    small.clients.clear()
    wait_until(lambda: here(small) == (0, 0), "everybody has left")


def here(server: Serving) -> tuple[int, int]:
    """How many wait, and how many are inside."""
    rooms = json.loads(server.get("healthz")[1])["rooms"]
    return sum(r["waiting"] for r in rooms), sum(r["visitors"] for r in rooms)


def fill(server: Serving) -> list[Client]:
    return [server.visitor("guest") for _ in range(CAPACITY)]


def wait_in_line(server: Serving, place: int, **hello: Any) -> Client:
    client = server.stranger()
    client.send(type="hello", protocol=1, queue=True, **hello)
    assert client.hear("queue")["place"] == place
    return client


def leave(client: Client) -> None:
    """Go with a good-bye, so that no place is kept."""
    client.ask("bye")
    client.close()


def test_newcomers_come_in_in_order_as_others_leave(room: Serving) -> None:
    first, second = fill(room)
    line = [wait_in_line(room, place, id=place) for place in (1, 2, 3)]
    line[0].hear("queue", where=lambda message: message["of"] == 3)
    leave(first)
    welcome = line[0].hear("welcome")
    assert welcome["id"] == 1
    line[0].see()
    line[1].hear("queue", where=lambda message: message["place"] == 1 and message["of"] == 2)
    line[2].hear("queue", where=lambda message: message["place"] == 2)
    # Who goes away leaves the line, and those behind them move up.
    line[1].close()
    line[2].hear("queue", where=lambda message: message["place"] == 1 and message["of"] == 1)
    leave(second)
    line[2].hear("welcome")
    assert line[2].ask("do", action="reset")["type"] == "state"


def test_who_does_not_want_to_wait_is_told_that_the_room_is_full(room: Serving) -> None:
    fill(room)
    impatient = room.stranger()
    impatient.send(type="hello", protocol=1, id=7)
    refused = impatient.hear("error")
    assert (refused["code"], refused["id"]) == ("room_full", 7)
    assert f"{CAPACITY} visitors" in refused["message"]
    assert impatient.closed() == 1008


def test_in_line_one_can_do_nothing_but_wait(room: Serving) -> None:
    fill(room)
    waiting = wait_in_line(room, 1)
    before = room.state()
    for message in (
        {"type": "set", "params": {"cooling": 0.5}},
        {"type": "do", "action": "pause"},
        {"type": "finger", "touch": 0, "x": 0.5, "y": 0.5},
        {"type": "rpc", "op": "get", "target": "model.cooling"},
        {"type": "say", "text": "let me in"},
        {"type": "join", "room": "Quench"},
        {"type": "subscribe", "names": ["energy"]},
        {"type": "view", "name": "phase"},
        {"type": "hello", "protocol": 1, "queue": True},
    ):
        answer = waiting.ask(message.pop("type"), **message)
        assert (answer["type"], answer["code"]) == ("error", "forbidden")
    assert waiting.ask("broadcast", text="x")["code"] == "forbidden"
    waiting.sync()
    assert waiting.frames == []
    assert room.state() == before
    assert waiting.ask("bye")["type"] == "bye"
    waiting.close()


def test_kiosk_and_operator_never_wait_and_take_no_guests_place(room: Serving) -> None:
    first, _ = fill(room)
    room.visitor("kiosk")
    waiting = wait_in_line(room, 1)
    operator = wait_in_line(room, 2)
    waiting.hear("queue", where=lambda message: message["of"] == 2)
    assert operator.ask("login", pin="0000")["code"] == "forbidden"
    assert operator.ask("login", pin=PIN)["role"] == "operator"
    operator.hear("welcome", where=lambda message: message["you"]["role"] == "operator")
    waiting.hear("queue", where=lambda message: message["of"] == 1)
    # An operator among the guests is none, and their place is free.
    first.ask("login", pin=PIN)
    waiting.hear("welcome")


def test_the_place_of_a_lost_connection_is_kept_for_a_moment(room: Serving) -> None:
    first, _ = fill(room)
    resume = first.welcome["you"]["resume"]
    waiting = wait_in_line(room, 1)
    first.close()
    back = room.stranger()
    assert back.hello(resume=resume)["you"]["id"] == first.id
    waiting.sync()
    assert not [m for m in waiting.messages if m["type"] == "welcome"]
    back.close()
    waiting.hear("welcome", patience_s=admission_queue.RETURN_S + 10)


def test_one_address_has_no_more_than_its_share_of_places_and_line(room: Serving) -> None:
    if lan_address() == "127.0.0.1":
        pytest.skip("this machine is on no network")
    kiosk = room.stranger()
    kiosk.hello(token=room.launch.kiosk_token)
    code = kiosk.hear("invitation")["code"]

    def come() -> Client:
        client = Client(room.url.replace("127.0.0.1", lan_address()))
        room.clients.append(client)
        client.send(type="hello", protocol=1, queue=True, token=code)
        return client

    for _ in range(CAPACITY):
        come().hear("welcome")
    for _ in range(MAX_VISITORS_PER_ADDRESS - CAPACITY):
        come().hear("queue")
    refused = come().hear("error")
    assert refused["code"] == "room_full"
    assert "one address" in refused["message"]


def test_the_line_has_an_end(room: Serving) -> None:
    fill(room)
    for place in range(1, MAX_WAITING_PER_ROOM + 1):
        wait_in_line(room, place)
    refused = room.stranger()
    refused.send(type="hello", protocol=1, queue=True)
    error = refused.hear("error")
    assert error["code"] == "room_full"
    assert str(MAX_WAITING_PER_ROOM) in error["message"]


def test_a_room_that_is_closed_sends_away_who_waits(room: Serving) -> None:
    operator = room.visitor("operator")
    fill(room)
    waiting = wait_in_line(room, 1)
    operator.send(type="close_room", room="BEC")
    assert waiting.closed() == 1000
    with pytest.raises(ClosedError):
        operator.listen(5)


def test_health_tells_how_many_wait(start: Any) -> None:
    exhibit: Exhibit = start("--headless", "--port=0", "--Nx=32", "--Ny=32", "--max-visitors=1")
    exhibit.ready().visitor()
    waiting = exhibit.connect()
    waiting.send(type="hello", protocol=1, queue=True)
    waiting.hear("queue")
    (told,) = exhibit.json("healthz")["rooms"]
    assert (told["visitors"], told["waiting"]) == (1, 1)
    metrics = exhibit.get("metrics")[2].decode()
    assert 'waiting{model="BEC",room="BEC"} 1.0' in metrics.replace("vortarium_", "")
