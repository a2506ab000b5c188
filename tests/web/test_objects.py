"""Objects of a room over a real socket: by each role, and by whoever wants more."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.support.client import Client
from tests.support.exhibit import ROOT, Exhibit

PIN = "2718"


@pytest.fixture
def anna(exhibit: Exhibit) -> Client:
    """A guest."""
    return exhibit.visitor(name="Anna")


@pytest.fixture
def operator(exhibit: Exhibit, environment: dict[str, str]) -> Client:
    """Somebody who knows the PIN."""
    subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "operator"],
        input=f"{PIN}\n", text=True, env=environment, check=True, capture_output=True,
        timeout=60,
    )  # fmt: skip
    client = exhibit.visitor(name="Olga")
    assert client.ask("login", pin=PIN)["role"] == "operator"
    return client


def ask(client: Client, op: str, target: str, *args: Any, **kwargs: Any) -> Any:
    """The value, or the code of the error."""
    answer = client.ask("rpc", op=op, target=target, args=args, kwargs=kwargs)
    return answer["value"] if answer["type"] == "reply" else answer["code"]


def test_what_one_sets_all_see(exhibit: Exhibit, anna: Client) -> None:
    bert = exhibit.visitor(name="Bert")
    assert ask(anna, "set", "model.cooling", 0.125) == 0.125
    told = bert.hear("state", lambda state: "cooling" in state["params"])
    assert (told["params"], told["by"]) == ({"cooling": 0.125}, anna.id)
    assert ask(bert, "get", "model.cooling") == 0.125
    assert ask(bert, "call", "model.energy") == pytest.approx(ask(bert, "get", "model.energy"), 0.2)
    assert ask(bert, "call", "model.density_at", 0.5, y=0.5) > 0
    assert (
        ask(anna, "set", "notes.mine", "<script>alert(1)</script>") == "<script>alert(1)</script>"
    )
    bert.ask("subscribe", names=["notes"])
    assert bert.hear("channel")["value"] == {"mine": "<script>alert(1)</script>"}
    assert ask(anna, "delete", "notes.mine") is None
    assert bert.hear("channel")["value"] == {}


def test_only_operators_clear_the_board(anna: Client, operator: Client) -> None:
    ask(anna, "set", "notes.mine", "hello")
    assert ask(anna, "call", "notes.clear") == "forbidden"
    assert ask(anna, "call", "notes.list") == ["mine"]
    assert ask(operator, "call", "notes.clear") is None
    assert ask(anna, "call", "notes.list") == []


def test_nobody_breaks_out(exhibit: Exhibit, anna: Client) -> None:
    before = exhibit.json("/api/rooms/BEC/state")["params"]
    for op in ("get", "set", "call", "delete"):
        for target in (
            "__class__", "model.__class__", "model._params", "model.params", "model._backend.fft",
            "model.step.__globals__", "model.__init__.__globals__", "constructor", "model.psi",
            "model.a.b.c.d", "model.cooling.__class__", "model.load", "model.reset.__func__",
            "os.system", "__builtins__", "notes.__class__.x", "model.*",
        ):  # fmt: skip
            assert ask(anna, op, target, "id") == "not_exposed", (op, target)
    for op, target in (("set", "model.energy"), ("delete", "model.cooling"), ("call", "model.g")):
        assert ask(anna, op, target, 1) == "not_exposed"
    for value in ("x" * 20_000, None, [0.5], {"a": 1}, "0.5", True):
        assert ask(anna, "set", "model.cooling", value) == "bad_value"
    assert ask(anna, "set", "model.cooling", 0.5, 0.5) == "bad_value"
    assert ask(anna, "set", "model.cooling", 1e300) == "out_of_range"
    assert ask(anna, "call", "model.density_at", 0.5, 1.5) == "out_of_range"
    anna.socket.send('{"type":"rpc","id":1,"op":"set","target":"model.cooling","args":[NaN]}')
    assert anna.hear("error")["code"] == "bad_message"
    assert exhibit.json("/api/rooms/BEC/state")["params"] == before


def test_a_megabyte_ends_the_connection(anna: Client) -> None:
    anna.send(type="rpc", op="set", target="notes.mine", args=["x" * 1_000_000])
    assert anna.closed() == 1009
