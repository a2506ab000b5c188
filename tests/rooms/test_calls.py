"""What visitors may get, set, call and delete in a room, and all that they may not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from app.protocol.messages import Rpc, Visitor
from app.rooms import exposure
from app.rooms.call_threads import CallDeadline, CallLimits
from models.user_file import load
from tests.rooms.conftest import Hall
from tests.support.toy import Wave

MakeHall = Callable[..., Hall]

LAB = '''
import threading
import time
from typing import Annotated, Any

import numpy as np

from models.exposed import Part, Range, Tracked, exposed, restricted
from models.serving import serve
from tests.support.toy import Counter


class Meter(Counter):
    """Counts."""

    @exposed
    def twice(self, n: Annotated[int, Range(0, 100)]) -> int:
        "Of a number."
        return 2 * n


class Base:
    @exposed
    def inherited(self) -> str:
        return "from below"

    @exposed
    def withdrawn(self) -> str:
        return "secret"


class Deep(Base):
    depth = Part()

    def __init__(self, left: int) -> None:
        self.depth = Deep(left - 1) if left else Leaf()


class Leaf:
    @exposed
    def name(self) -> str:
        return "leaf"


class Sample(Base):
    a = Tracked(1, low=0, high=10, doc="How much.")
    word = Tracked("test")
    any = Tracked([2, 3], kind=Any)
    fixed = Tracked(5, settable=False)
    odd = Tracked(None, kind=Any)
    deep = Part()
    secret = "hunter2"

    def __init__(self):
        self.deep = Deep(5)
        self.gate = threading.Event()
        self.at_once = self.most = 0
        self.ran = []
        self._level = 0.5

    @exposed
    def add(self, a: float, b: Annotated[float, Range(-1, 1)] = 0.0) -> float:
        "The sum."
        return a + b

    @exposed
    def echo(self, value: Any) -> Any:
        return value

    @exposed
    def array(self, n: int) -> Any:
        return np.arange(n, dtype=np.float32)

    @exposed
    def odds(self) -> Any:
        return [np.float64(0.5), np.int8(-3), np.bool_(True), 1j, float("nan"), 2**80, (1, "x")]

    @exposed
    def give(self, what: str) -> Any:
        things = {"object": object(), "set": {1}, "deep": nested(), "bytes": b"x"}
        return things.get(what, "x" * 70_000)

    @exposed
    def fail(self) -> None:
        raise RuntimeError("the pump is dry")

    @exposed
    @property
    def level(self) -> float:
        "Of the water."
        return self._level

    @level.setter
    def level(self, value: Annotated[float, Range(0, 1)]) -> None:
        self._level = value

    @exposed
    @property
    def only_read(self) -> int:
        return 7

    @exposed(operator=True)
    def drain(self) -> str:
        return "drained"

    @restricted
    def withdrawn(self) -> str:
        return "secret"

    def plain_method(self) -> str:
        return "secret"

    @exposed
    def _internal(self) -> str:
        return "secret"

    @exposed
    def __call__(self) -> str:
        return "secret"

    @exposed(slow=True)
    def slowly(self, name: str) -> str:
        return self._work(name)

    @exposed(locked=True)
    def alone(self, name: str) -> str:
        return self._work(name)

    def _work(self, name: str) -> str:
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.gate.wait(20)
        self.at_once -= 1
        self.ran.append(name)
        return f"{name} in {threading.current_thread().name}"

    @exposed(slow=True)
    def storm(self, count: int) -> int:
        for self.a in range(count):
            pass
        return count


def nested():
    endless = []
    endless.append(endless)
    return endless


serve("sample", Sample())
'''


@pytest.fixture
def hall(tmp_path: Path, make_hall: MakeHall) -> Hall:
    """Anna, and Bert the operator, in a room whose file serves a sample."""
    path = tmp_path / "lab.py"
    path.write_text(LAB)
    (kind,) = load(f"{path}:Meter", {}).values()
    made = make_hall(kind)
    made.room.promote(Visitor(id=2, name="Bert", colour="", role="operator"))
    made.heard.all.clear()
    return made


def sample(hall: Hall) -> Any:
    return type(hall.room.model).served["sample.a"].owner


def contents(hall: Hall) -> Any:
    """All that a visitor could have changed."""
    thing = sample(hall)
    values = [thing.a, thing.word, thing.any, thing.fixed, thing.level, thing.ran]
    return hall.room.params, hall.room.notes.texts, msgspec.to_builtins(values), vars(thing).keys()


# --- what may be done --------------------------------------------------------------------------


def test_a_parameter_is_got_and_set_as_everybody_may_see(hall: Hall) -> None:
    assert hall.rpc("get", "model.stride") == 1
    assert hall.rpc("set", "model.stride", 3) == 3
    ((state, to),) = [(m, to) for m, to in hall.heard.all if m["type"] == "state"]
    assert (state["params"], state["by"], to) == ({"stride": 3}, 1, None)
    assert "id" not in state
    assert hall.room.params["stride"] == 3
    assert hall.rpc("set", "model.stride", 11) == "out_of_range"
    assert hall.rpc("set", "model.stride", True) == "bad_value"
    assert hall.rpc("set", "model.stride", float("nan")) == "bad_value"
    assert hall.room.params["stride"] == 3


def test_actions_and_channels_of_the_model(make_hall: MakeHall) -> None:
    hall = make_hall(Wave)
    assert hall.rpc("call", "model.kick", 2.0) is None
    assert hall.heard.last("state")["action"] == "kick"
    assert hall.rpc("call", "model.kick", by=1, x=2) == "bad_value"
    assert hall.rpc("call", "model.kick") == "bad_value"
    assert hall.rpc("call", "model.kick", 99) == "out_of_range"
    assert hall.rpc("call", "model.kick", 1, 2) == "bad_value"
    assert hall.rpc("get", "model.position") == 2.0
    assert hall.rpc("call", "model.put", x=0.5, y=0.5) is None
    assert hall.rpc("get", "model.position") == pytest.approx(3.1416, abs=1e-3)
    assert hall.rpc("call", "model.pause") is None
    assert hall.heard.last("state")["running"] is False
    assert hall.rpc("get", "model.fps") == 0.0
    assert hall.rpc("call", "model.density_at", 0.5, 0.5) == pytest.approx(2.5, abs=0.1)


def test_too_many_tools_are_too_fast_by_this_way_too(make_hall: MakeHall) -> None:
    hall = make_hall(Wave)
    answers = [hall.rpc("call", "model.kick", 0.1) for _ in range(30)]
    assert answers[0] is None
    assert answers[-1] == "too_fast"


def test_a_model_exposes_methods(hall: Hall) -> None:
    assert hall.rpc("call", "model.twice", 21) == 42
    assert hall.rpc("call", "model.twice", n=4) == 8
    assert hall.rpc("call", "model.twice", 101) == "out_of_range"
    assert hall.rpc("call", "model.twice", "4") == "bad_value"


def test_a_served_object(hall: Hall) -> None:
    assert hall.rpc("call", "sample.add", 4, 1) == 5.0
    assert hall.rpc("call", "sample.add", 4, b=-0.5) == 3.5
    assert hall.rpc("call", "sample.add", 4, 2) == "out_of_range"
    assert hall.rpc("call", "sample.add") == "bad_value"
    assert hall.rpc("call", "sample.add", 1, 1, 1) == "bad_value"
    assert hall.rpc("call", "sample.add", 1, c=1) == "bad_value"
    assert hall.rpc("get", "sample.a") == 1
    assert hall.rpc("set", "sample.a", 2) == 2
    assert sample(hall).a == 2
    assert hall.rpc("set", "sample.a", 11) == "out_of_range"
    assert hall.rpc("set", "sample.a", 2.5) == "bad_value"
    assert hall.rpc("set", "sample.a") == "bad_value"
    assert hall.rpc("set", "sample.a", 1, 2) == "bad_value"
    assert hall.rpc("delete", "sample.a") is None
    assert hall.rpc("get", "sample.a") == 1
    assert hall.rpc("get", "sample.level") == 0.5
    assert hall.rpc("set", "sample.level", 1) == 1.0
    assert hall.rpc("set", "sample.level", 1.5) == "out_of_range"
    assert hall.rpc("call", "sample.inherited") == "from below"
    assert hall.rpc("call", "sample.deep.depth.name") == "not_exposed"
    assert hall.rpc("call", "sample.deep.depth.inherited") == "from below"


def test_results_are_json_within_limits(hall: Hall) -> None:
    assert hall.rpc("call", "sample.array", 3) == [0.0, 1.0, 2.0]
    assert hall.rpc("call", "sample.odds") == [
        0.5, -3, True, [0.0, 1.0], None, float(2**80), [1, "x"],
    ]  # fmt: skip
    assert hall.rpc("call", "sample.array", 100_000) == "failed"
    for what in ("object", "set", "deep", "bytes", "big"):
        assert hall.rpc("call", "sample.give", what) == "failed"


def test_notes_are_a_board_with_limits(hall: Hall) -> None:
    assert hall.rpc("set", "notes.mine", "hello") == "hello"
    assert hall.rpc("get", "notes.mine", by=2) == "hello"
    assert hall.rpc("set", "notes.mine", "x" * 257) == "bad_value"
    for wrong in (3, None, ["x"], {"a": "b"}):
        assert hall.rpc("set", "notes.mine", wrong) == "bad_value"
    for name in ("", "_x", "__proto__", "a b", "a" * 33, "é", "*", "1"):
        assert hall.rpc("set", f"notes.{name}", "x") == "bad_value"
    for number in range(31):
        assert hall.rpc("set", f"notes.n{number}", "<b>") == "<b>"
    assert hall.rpc("set", "notes.more", "x") == "out_of_range"
    assert hall.rpc("set", "notes.mine", "x" * 256) == "x" * 256
    assert len(hall.rpc("call", "notes.list")) == 32
    assert hall.rpc("delete", "notes.mine") is None
    assert hall.rpc("delete", "notes.mine") == "bad_value"
    assert hall.rpc("get", "notes.mine") == "bad_value"
    assert hall.rpc("call", "notes.clear") == "forbidden"
    assert len(hall.room.notes.texts) == 31
    assert hall.rpc("call", "notes.clear", by=2) is None
    assert hall.rpc("call", "notes.list") == []


def test_a_successor_keeps_the_notes(hall: Hall) -> None:
    hall.rpc("set", "notes.mine", "hello")
    heir = hall.room.successor(hall.heard.emit, hall.posted.put)
    heir.handle(1, Rpc(id=9, op="get", target="notes.mine"))
    assert hall.answer() == "hello"


def test_operators_may_what_guests_may_not(hall: Hall) -> None:
    assert hall.rpc("call", "sample.drain") == "forbidden"
    assert hall.rpc("call", "sample.drain", by=2) == "drained"


def test_what_fails_inside_is_told_and_only_operators_see_where(hall: Hall) -> None:
    for visitor, shown in ((1, False), (2, True)):
        hall.room.handle(visitor, Rpc(id=9, op="call", target="sample.fail"))
        error = hall.heard.last("error")
        assert error["code"] == "failed"
        assert "the pump is dry" in error["message"]
        assert ("Traceback" in error["message"]) is shown
        assert ("lab.py" in error["message"]) is shown


# --- what may not ------------------------------------------------------------------------------

BEYOND = [
    "model", "model.", ".model", "", "model.params", "model._params", "model.__class__",
    "model.__init__.__globals__", "model.step.__globals__", "model.__class__.__mro__",
    "model.t", "model.set", "model.act", "model.served", "model.psi", "model.stride.real",
    "model.twice.__func__", "model.*", "*", "*.*", "constructor", "model.constructor",
    "toString", "__proto__", "model.prototype", "room", "room.model", "notes", "notes.a.b",
    "notes.texts.mine", "notes._notes.x", "sample", "sample.secret", "sample.gate",
    "sample.plain_method", "sample.withdrawn", "sample._internal", "sample.__call__",
    "sample._work", "sample.__dict__", "sample._level", "sample.a.real", "sample.add.__self__",
    "sample.deep", "sample.deep.withdrawn.x", "sample.deep.depth.depth.inherited",
    "sample.deep.depth.depth.depth.inherited", "sample.storm.x", "os.system", "sample\x00.a",
    "SAMPLE.a", "sample..a", "sample.a ", "model.step()", "sample['a']",
]  # fmt: skip


@pytest.mark.parametrize("op", ["get", "set", "call", "delete"])
def test_nothing_else_is_within_reach(hall: Hall, op: str) -> None:
    before = contents(hall)
    for target in BEYOND:
        answer = hall.rpc(op, target, "x")
        assert answer == "not_exposed", (op, target)
    assert contents(hall) == before
    # What one class restricts, another that does not still exposes.
    assert hall.rpc("call", "sample.deep.withdrawn") == "secret"


def test_each_name_only_as_it_is_declared(hall: Hall) -> None:
    before = contents(hall)
    for op, target in (
        ("call", "sample.a"), ("call", "sample.level"), ("get", "sample.add"),
        ("set", "sample.add"), ("delete", "sample.add"), ("set", "sample.fixed"),
        ("delete", "sample.fixed"), ("set", "sample.only_read"), ("delete", "sample.level"),
        ("delete", "model.stride"), ("call", "model.stride"), ("set", "model.count"),
        ("get", "model.reset"), ("set", "model.twice"), ("call", "model.steps_per_s"),
    ):  # fmt: skip
        assert hall.rpc(op, target, 1) == "not_exposed", (op, target)
    assert contents(hall) == before


def test_huge_and_odd_arguments_are_bad_values(hall: Hall) -> None:
    before = contents(hall)
    endless: Any = 1
    for _ in range(100):
        endless = [endless]
    for value in ("x" * 1_000_000, "x" * 2000, ["x" * 900] * 20, {"k": "x" * 9000}):
        assert hall.rpc("set", "sample.any", value) == "bad_value"
        assert hall.rpc("call", "sample.echo", value) == "bad_value"
    for value in (float("nan"), float("inf"), "1", None, True, [1], {}, 10**400):
        assert hall.rpc("call", "sample.add", value) == "bad_value", value
    assert hall.rpc("call", "sample.echo", endless) == "failed"
    assert hall.rpc("set", "sample.word", 5) == "bad_value"
    assert hall.rpc("get", "sample.a", 1) == "bad_value"
    assert hall.rpc("get", "sample.a", by=1, x=1) == "bad_value"
    assert contents(hall) == before


def test_a_stranger_is_not_heard(hall: Hall) -> None:
    hall.room.handle(77, Rpc(id=9, op="set", target="sample.a", args=[2]))
    assert hall.heard.all == []
    assert sample(hall).a == 1


def test_calls_leave_the_model_its_time(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 1000, 1))
    monkeypatch.setattr("app.rooms.calls.time.perf_counter", lambda: 0.3 * next(ticks))
    assert hall.rpc("get", "sample.a") == 1
    assert hall.rpc("get", "sample.a") == "too_fast"


# --- beside the model, and in time -------------------------------------------------------------


def test_a_slow_call_runs_beside_the_room_which_goes_on(hall: Hall) -> None:
    call = Rpc(id=9, op="call", target="sample.slowly", args=["one"])
    hall.room.handle(1, call)
    assert hall.rpc("get", "model.stride") == 1
    assert sample(hall).ran == []
    sample(hall).gate.set()
    hall.catch_up()
    assert hall.answer().startswith("one in slow calls")
    hall.room.close()


def test_slow_calls_run_a_few_at_a_time_and_locked_ones_one_at_a_time(hall: Hall) -> None:
    for target, most in (("sample.slowly", 3), ("sample.alone", 1)):
        thing = sample(hall)
        thing.gate.clear()
        thing.most = 0
        for _ in range(6):
            hall.room.handle(1, Rpc(id=9, op="call", target=target, args=["x"]))
        end = time.monotonic() + 10
        while thing.most < most and time.monotonic() < end:
            threading.Event().wait(0.01)
        thing.gate.set()
        for _ in range(6):
            hall.catch_up()
        assert thing.most == most
        hall.heard.all.clear()


def test_too_many_slow_calls_are_refused(hall: Hall) -> None:
    for _ in range(60):
        hall.room.handle(1, Rpc(id=9, op="call", target="sample.slowly", args=["x"]))
    assert {error["code"] for error in hall.heard.take("error")} == {"busy"}
    sample(hall).gate.set()


def test_a_call_that_comes_too_late_never_runs(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hall.room._calls, "limits", CallLimits(start_s=-1.0))
    assert hall.rpc("set", "sample.a", 5) == "too_late"
    hall.room.handle(1, Rpc(id=9, op="call", target="sample.slowly", args=["x"]))
    hall.catch_up()
    assert hall.answer() == "too_late"
    refused = CallDeadline(1, 9, -1.0)
    assert refused.claim()
    hall.room.handle(1, Rpc(id=9, op="set", target="sample.a", args=[5]), refused)
    assert hall.heard.all == []
    assert sample(hall).a == 1
    assert sample(hall).ran == []


# --- channels ----------------------------------------------------------------------------------


def test_tracked_values_are_told_once_however_often_they_change(hall: Hall) -> None:
    hall.room.publish(["sample.a"])
    assert hall.heard.last("channel")["value"] == 1
    thing = sample(hall)
    for thing.a in range(10_000):
        pass
    assert hall.posted.qsize() == 1
    assert hall.room.has_news
    hall.room.publish(["sample.a"])
    assert [message["value"] for message in hall.heard.take("channel")] == [9999]
    assert not hall.room.has_news
    # Nobody hears the word, so nobody is woken for it.
    thing.word = "other"
    assert not hall.room.has_news


def test_the_board_is_a_channel(hall: Hall) -> None:
    hall.room.publish(["notes"])
    hall.rpc("set", "notes.mine", "hello")
    hall.room.publish(["notes"])
    assert [message["value"] for message in hall.heard.take("channel")] == [{}, {"mine": "hello"}]


def test_a_value_that_is_not_json_is_told_as_none(hall: Hall) -> None:
    sample(hall).odd = object()
    hall.room.publish(["sample.odd"])
    assert hall.heard.last("channel")["value"] is None


# --- what is told of it ------------------------------------------------------------------------


def test_the_list_of_what_is_exposed(hall: Hall) -> None:
    about = {(e["name"], "call" in e["ops"]): e for e in exposure.listing(type(hall.room.model))}
    assert about["sample.add", True] == {
        "name": "sample.add", "ops": ["call"], "help": "The sum.",
        "args": [
            {"name": "a", "type": "float", "required": True},
            {"name": "b", "type": "float", "required": False, "low": -1, "high": 1},
        ],
    }  # fmt: skip
    assert about["sample.a", False]["ops"] == ["get", "set", "delete"]
    assert about["sample.a", False]["help"] == "How much."
    assert about["sample.only_read", False]["ops"] == ["get"]
    assert about["sample.slowly", True]["manner"] == ["slow"]
    assert about["model.stride", False]["ops"] == ["get", "set"]
    assert about["model.reset", True]["ops"] == ["call"]
    assert not any("_" in name.split(".")[-1][:1] for name, _ in about)
    msgspec.json.encode(list(about.values()))


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("serve('model', Thing())", "serve('model')"),
        ("serve('_x', Thing())", "begins with a letter"),
        ("serve('x y', Thing())", "serve('x y')"),
        ("serve('x', object())", "exposes 0 names"),
        ("serve('x', Thing)", "not the class Thing"),
        ("serve('x', Thing()); serve('x', Thing())", "already"),
        ("exposed(3)", "methods and properties"),
        ("class A:\n    @exposed\n    def f(self, *x): ...\nserve('a', A())", "name each argument"),
        ("class A:\n    @exposed\n    def f(self, x: 'Nobody'): ...\nserve('a', A())", "Nobody"),
        ("class A:\n    p = Part()\n    t = Tracked(1)\nserve('a', A())", "never set"),
    ],
)
def test_what_cannot_be_served_is_told_when_the_file_is_loaded(
    tmp_path: Path, code: str, says: str
) -> None:
    path = tmp_path / "wrong.py"
    path.write_text(
        "from models.exposed import Part, Tracked, exposed\nfrom models.serving import serve\n"
        "class Thing:\n    t = Tracked(1)\n" + code
    )
    with pytest.raises(Exception, match=r"wrong\.py, line") as refused:
        load(str(path), {})
    assert says in str(refused.value)


def test_visitors_who_left_get_no_answer_that_breaks_anything(hall: Hall) -> None:
    hall.room.handle(1, Rpc(id=9, op="call", target="sample.slowly", args=["x"]))
    hall.room.leave(1)
    sample(hall).gate.set()
    hall.catch_up()
    hall.heard.all.clear()
    hall.room.enter(Visitor(id=1, name="Anna", colour=""), UNSET)
    assert hall.rpc("get", "sample.a") == 1
