"""super_hydro's clients against our server: a recorded conversation, word by word."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zmq

from tests.compute.conftest import Serve, Visit
from tests.support.compute_service import Outsider

TRANSCRIPT = Path(__file__).with_name("transcript.json")
BARE_ACTIONS = {b"pause", b"start", b"reset", b"reset_tracers"}
NOT_OURS = {"async", "test_finger"}
"""What its commands name of its own workings."""


def parts_of(message: dict[str, Any]) -> list[bytes]:
    return [part.encode() if isinstance(part, str) else b"" for part in message["parts"]]


def exchanges() -> Iterator[tuple[list[bytes], list[bytes], bool]]:
    """Requests with their replies; whether the reply is binary past its first part."""
    talk = [entry for entry in json.loads(TRANSCRIPT.read_text()) if "from" in entry]
    for asked, told in zip(talk[::2], talk[1::2], strict=True):
        assert (asked["from"], told["from"]) == ("client", "server")
        yield parts_of(asked), parts_of(told), len(told["parts"]) > 1


def shape_of(value: Any) -> Any:
    """A JSON value with every leaf replaced by its type: what may not differ."""
    if isinstance(value, dict):
        return {key: shape_of(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape_of(inner) for inner in value]
    return type(value)


@pytest.fixture
def client(serve: Serve, visit: Visit) -> Outsider:
    """A REQ client of a server for its model at its size, without tracers."""
    service = serve("BEC", params={"Nx": 16, "Ny": 16, "tracers": 0})
    return visit(zmq.REQ, service)


def get(client: Outsider, *names: str) -> Any:
    assert client.ask(b"get") == [b"ok"]
    return json.loads(client.ask(json.dumps(names).encode())[0])


def test_the_recorded_conversation(client: Outsider) -> None:
    for request, reply, has_array in exchanges():
        ours = client.ask(*request)
        assert len(ours) == len(reply), request
        if request[0] in BARE_ACTIONS:
            assert (reply, ours) == ([b"Unknown Message"], [b"ok"])
        elif has_array:
            theirs_is, ours_is = json.loads(reply[0]), json.loads(ours[0])
            assert list(ours_is) == list(theirs_is)
            assert ours_is["dtype"] == theirs_is["dtype"]
            assert len(ours_is["shape"]) == len(theirs_is["shape"])
            assert len(ours[1]) == 8 * int(np.prod(ours_is["shape"]))
            # Byte for byte, what is written is written alike.
            assert ours[0] == json.dumps(ours_is).encode()
        elif reply[0].startswith(b"{"):
            compare_values(json.loads(reply[0]), ours[0])
        else:
            assert ours == reply, request


def compare_values(theirs: dict[str, Any], ours: bytes) -> None:
    known = json.loads(ours)
    assert ours == json.dumps(known).encode()
    assert list(known) == list(theirs)
    if "available_commands" not in theirs:
        assert shape_of(known) == shape_of(theirs)
        return
    for kind, commands in theirs["available_commands"].items():
        assert commands.keys() - NOT_OURS <= known["available_commands"][kind].keys()


def test_a_density_is_a_field_of_the_pool(client: Outsider) -> None:
    head, data = client.ask(b"density")
    described = json.loads(head)
    assert described == {"dtype": "float64", "shape": [16, 16]}
    density = np.frombuffer(data).reshape(described["shape"])
    assert density.min() >= 0
    assert density[density > 0.25].mean() == pytest.approx(0.5, rel=0.2)  # mu / g


def test_what_is_set_is_got(client: Outsider) -> None:
    client.ask(b"set")
    wanted = {"cooling": 0.5, "Nx": 32, "finger_x": 0.25, "finger_y": 0.75, "nobody": 1, "m": -1.0}
    assert client.ask(json.dumps(wanted).encode()) == [b"ok"]
    known = get(client, "cooling", "Nx", "Nxy", "finger_x", "finger_y", "finger_Vxy", "m", "nobody")
    assert known["cooling"] == 0.5
    assert known["Nxy"] == [32, 16]
    assert (known["finger_x"], known["finger_y"]) == (0.25, 0.75)
    assert known["m"] == 1.0  # what the declaration refuses stays as it was
    assert "nobody" not in known
    assert json.loads(client.ask(b"density")[0])["shape"] == [32, 16]


def test_tracers_are_grid_indices(client: Outsider) -> None:
    client.ask(b"set")
    client.ask(b'{"tracers": 100, "Nx": 32}')
    head, data = client.ask(b"tracers")
    assert json.loads(head) == {"dtype": "float64", "shape": [2, 100]}
    x, y = np.frombuffer(data).reshape(2, 100)  # what its notebook does with them
    assert 0 <= x.min() < 8 < 24 < x.max() <= 31
    assert 0 <= y.min() < 4 < 12 < y.max() <= 15


def test_its_client_of_2020_is_answered_whole(client: Outsider) -> None:
    for pair in (["cooling", 0.5], ["finger_x", 0.25], ["finger_y", 0.75]):
        assert client.ask(b"set") == [b"ok"]
        assert client.ask(json.dumps(pair).encode()) == [b"ok"]
    assert client.ask(b"_get") == [b"ok"]
    known = json.loads(client.ask(b'["cooling", "finger_x", "finger_y", "available_commands"]')[0])
    assert (known["cooling"], known["finger_x"], known["finger_y"]) == (0.5, 0.25, 0.75)
    assert known["available_commands"]["do"]
    assert client.ask(b"pause") == [b"ok"]
    for wrong in (b"[]", b'["cooling"]', b"[1, 2]", b'["cooling", 1, 2]'):
        assert client.ask(b"set") == [b"ok"]
        assert client.ask(wrong) == [b"Unknown Message"]


def test_every_fluid_has_a_size(serve: Serve, visit: Visit) -> None:
    assert get(visit(zmq.REQ, serve("Wave")), "Nx", "Ny", "Nxy") == {
        "Nx": 24, "Ny": 16, "Nxy": [24, 16]
    }  # fmt: skip


def test_the_layout_can_be_read(client: Outsider) -> None:
    layout = get(client, "layout")["layout"]
    calls = [
        node for node in ast.walk(ast.parse(layout, mode="eval")) if isinstance(node, ast.Call)
    ]
    named = {
        ast.literal_eval(keyword.value)
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "name"
    }
    assert {"density", "finger_x", "finger_y", "cooling", "cylinder", "winding"} <= named


def test_quit_is_refused_unless_allowed(client: Outsider, serve: Serve, visit: Visit) -> None:
    assert b"--allow-quit" in client.ask(b"quit")[0]
    service = serve("Wave", may_quit=True)
    assert visit(zmq.REQ, service).ask(b"quit") == [b"ok"]
    service._thread.join(10)
    assert not service._thread.is_alive()


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[1", b"\xff" * 100, b"null", b'"nonsense"'])
def test_rubbish_is_unknown_and_harms_nobody(client: Outsider, rubbish: bytes) -> None:
    assert client.ask(rubbish) == [b"Unknown Message"]
    for word in (b"get", b"set", b"do"):
        assert client.ask(word) == [b"ok"]
        assert client.ask(rubbish) == [b"Unknown Message"]
    assert client.ask(b"density")[0].startswith(b'{"dtype"')


def test_a_model_without_a_grid_has_empty_arrays(serve: Serve, visit: Visit) -> None:
    client = visit(zmq.REQ, serve("Counter"))
    assert client.ask(b"density") == [b'{"dtype": "float64", "shape": [0]}', b""]
    assert get(client, "stride", "Nxy") == {"stride": 1, "Nxy": []}


def test_its_clients_and_ours_share_a_room(client: Outsider, serve: Serve, visit: Visit) -> None:
    service = serve("Wave")
    theirs, ours = visit(zmq.REQ, service), visit(zmq.DEALER, service)
    ours.say(type="hello", protocol=1)
    assert ours.hear_of("welcome")["room"] == "Wave"
    assert theirs.ask(b"set") == [b"ok"]
    assert theirs.ask(b'{"speed": 0.5, "finger_x": 0.25}') == [b"ok"]
    assert ours.hear_of("state")["params"] == {"speed": 0.5}
    ours.say(type="ask")
    [finger] = ours.hear_of("report")["state"]["fingers"]
    assert finger["pointer"] == [0.25, 0.5]
