"""Whether somebody is in a room, by real sockets: what counts, what does not, and where."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.compute.test_exhibit import Compute
from tests.support.client import Client
from tests.support.serving import Serving

GHOST_TOUCH = 255
TIMES = ("--idle=0.5", "--countdown=0.5")


@pytest.fixture(scope="module")
def hall(environment: dict[str, str]) -> Iterator[Serving]:
    """A server where nobody is given long to say so."""
    server = Serving(environment, *TIMES)
    yield server
    server.kill()


def enter(hall: Serving, role: str = "guest", **hello: Any) -> Client:
    """A viewer who keeps all that is sent to them."""
    client = hall.stranger()
    client.hello(token=hall.launch.kiosk_token if role == "kiosk" else None, **hello)
    return client


def phase(client: Client, name: str) -> dict[str, Any]:
    """They got this phase as the newest."""
    return client.hear("idle", lambda on_broadcast: on_broadcast["phase"] == name)


def test_what_is_no_sign_of_anybody_does_not_count(hall: Serving) -> None:
    kiosk, guest = enter(hall, "kiosk"), enter(hall)
    signless: list[dict[str, Any]] = [
        {"type": "finger", "touch": GHOST_TOUCH, "x": 0.5, "y": 0.5},
        {"type": "rpc", "op": "get", "target": "model.cooling"},
        {"type": "view", "name": "phase"},
        {"type": "subscribe", "names": ["fps"]},
        {"type": "echo", "data": 1},
        {"type": "ping", "t": 1.0},
        {"type": "nonsense"},
        {"type": "here", "id": {}},
        {"type": "rest"},
    ]
    guest.send(type="here")
    phase(kiosk, "busy")
    kiosk.messages.clear()  # what it was told when it came
    phase(guest, "countdown")
    for message in signless:
        guest.send(**message)
    on_broadcast = kiosk.hear("idle", lambda on_broadcast: on_broadcast["phase"] != "countdown")
    assert on_broadcast["phase"] == "attract"
    kiosk.messages.clear()
    for message in signless:
        guest.send(**message)
    guest.sync()
    kiosk.sync()
    assert not [on_broadcast for on_broadcast in kiosk.messages if on_broadcast["type"] == "idle"]


def test_nobody_is_asked_and_nothing_begins_anew_where_no_kiosk_is(hall: Serving) -> None:
    guest = enter(hall, room="Quench")
    guest.ask("set", params={"tracers": 0})
    guest.listen(1.5)
    assert not [on_broadcast for on_broadcast in guest.messages if on_broadcast["type"] == "idle"]
    state = json.loads(hall.get("api/rooms/Quench/state")[1])
    assert state["params"]["tracers"] == 0


def test_a_kiosk_that_comes_into_a_room_in_use_leaves_it_so(hall: Serving) -> None:
    guest = enter(hall, room="Turbulence")
    guest.ask("set", params={"tracers": 0})
    kiosk = enter(hall, "kiosk", room="Turbulence")
    assert kiosk.hear("idle")["phase"] == "busy"
    assert phase(guest, "countdown")["left_s"] == pytest.approx(0.5, abs=0.1)
    kiosk.close()
    phase(guest, "busy")  # nobody is left to ask
    assert json.loads(hall.get("api/rooms/Turbulence/state")[1])["params"]["tracers"] == 0


@pytest.mark.long
def test_two_kiosks_of_one_room_do_not_disturb_each_other(environment: dict[str, str]) -> None:
    compute = Compute(environment)
    halls = [
        Serving(environment, "--idle=3", "--countdown=1", f"--remote={compute.endpoint}")
        for _ in range(2)
    ]
    try:
        here, there = (enter(hall, "kiosk") for hall in halls)
        guest = enter(halls[1])
        guest.ask("set", params={"cooling": 0.05})
        assert phase(here, "busy")
        here.messages.clear()
        end = time.monotonic() + 7
        while time.monotonic() < end:  # stirred there, it is left alone here
            share = (end - time.monotonic()) / 10
            guest.send(type="finger", touch=0, x=share, y=0.5)
            here.listen(0.1)
        assert not [
            on_broadcast for on_broadcast in here.messages if on_broadcast["type"] == "idle"
        ]
        guest.send(type="finger", touch=0, x=0.5, y=0.5, down=False)
        there.sync()
        there.messages.clear()
        for kiosk in (here, there):
            phase(kiosk, "countdown")
            phase(kiosk, "attract")
        guest.hear("state", lambda state: state["params"].get("cooling") == 0.01)
        for kiosk, x in ((here, 0.3), (there, 0.7)):
            kiosk.send(type="finger", touch=GHOST_TOUCH, x=x, y=0.5)
        here.listen(3)  # neither the other's fresh start nor its ghost is a visitor
        there.sync()
        for kiosk in (here, there):
            assert not [
                on_broadcast for on_broadcast in kiosk.messages if on_broadcast["type"] == "idle"
            ]
    finally:
        for hall in halls:
            hall.kill()
        compute.kill()
