"""`--remote` on a super_hydro server: recognised, driven, and taken up again after its death."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import gevent.event
import numpy as np
import pytest
from msgspec import UNSET

from app.engines.remote import RemoteEngine
from app.engines.remote_link import RemoteLink
from app.engines.super_hydro.conversation import fractions
from app.engines.super_hydro.layout import Layout
from app.engines.super_hydro.wire import Wire, get_values
from app.protocol.compute import WHOLE
from app.protocol.messages import Do, Error, Finger, Notice, RoomState, Set, Welcome
from app.rooms.snapshot import unpacked
from models.parameters import Float
from tests.engines.conftest import elsewhere, looked_after
from tests.support.audience import ANNA, BERT, RAW, Audience
from tests.support.client import decode
from tests.support.fake_super_hydro import SHAPE, FakeSuperHydro, recorded


@pytest.fixture
def endpoint() -> str:
    """Where nobody is yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


@pytest.fixture
def theirs(endpoint: str) -> Iterator[FakeSuperHydro]:
    """A super_hydro server with three tracers."""
    fake = FakeSuperHydro(endpoint, tracers=3)
    yield fake
    fake.stop()


@pytest.fixture
def engine(theirs: FakeSuperHydro) -> Iterator[RemoteEngine]:
    """An engine that was told nothing but the address."""
    engine = elsewhere(theirs.endpoint, model="BEC")
    with looked_after(engine):
        yield engine


@pytest.fixture
def enter(engine: RemoteEngine, audience: Audience) -> RemoteLink:
    """Anna in its room, once it is known whose it is."""
    return entered(engine, audience)


def entered(engine: RemoteEngine, audience: Audience) -> RemoteLink:
    """Anna in the room of its model, where something is to be seen."""
    link = engine.open("BEC", "BEC", audience)
    link.want(frozenset({RAW}))
    link.enter(ANNA, 5)
    audience.wait(lambda: audience.of(Welcome) and audience.frames)
    return link


def test_the_layout_gives_the_controls() -> None:
    layout = Layout(recorded()[1])
    values = {"cylinder": True, "cooling": 0.01, "finger_V0_mu": 2.0, "finger_x": 0.5, "dx": 1.0}
    trap, cooling, depth = layout.parameters(values, {"cooling": "How much."})
    assert (trap.name, trap.label, trap.kind) == ("cylinder", "Trap", "bool")
    assert cooling == Float(
        name="cooling", default=0.01, low=1e-10, high=10.0, step=0.2, scale="log",
        label="Cooling", help="How much.",
    )  # fmt: skip
    assert isinstance(depth, Float)
    assert (depth.low, depth.high, depth.default, depth.label) == (-2.0, 2.0, 2.0, "V0/mu")


@pytest.mark.parametrize(
    ("value", "low", "high", "scale"),
    [(5.0, 1e-10, 10.0, "log"), (50.0, 1e-10, 50.0, "log"), (0.0, 0.0, 10.0, "linear")],
)
def test_a_value_outside_its_own_slider_widens_it(
    value: float, low: float, high: float, scale: str
) -> None:
    (cooling,) = Layout(recorded()[1]).parameters({"cooling": value}, {})
    assert isinstance(cooling, Float)
    assert (cooling.low, cooling.high, cooling.scale) == (low, high, scale)
    assert cooling.check(cooling.default) == value
    (depth,) = Layout(recorded()[1]).parameters({"finger_V0_mu": 5}, {})
    assert (depth.schema()["low"], depth.schema()["high"]) == (-2.0, 5.0)


@pytest.mark.parametrize(
    ("layout", "title"),
    [("VBox(children=())", ""), ("SOC2(children=())", "SOC2"), ("HBox(name='_')", ""),
     ("VBox(description='A ring', name='ring')", "A ring"), ("VBox(name='ring')", "ring"),
     ("FloatSlider(name='a')", ""), ("1 + 1", ""), ("(", "")],
)  # fmt: skip
def test_a_layout_may_say_what_the_fluid_is_called(layout: str, title: str) -> None:
    assert Layout(layout).title == title


@pytest.mark.parametrize(
    "layout",
    ["", "(", "1/0", "__import__('os').abort()", "f(" * 500, "IntSlider(min=3, max=1, name='a')",
     "FloatSlider(name=[x for x in y])", "FloatSlider(min='a', name='b')", "VBox(children=(1,))",
     "FloatLogSlider(base=0, name='a')", "FloatSlider(max=1e999, name='a')", "Dropdown(name='a')"],
)  # fmt: skip
def test_a_layout_is_read_and_never_run(layout: str) -> None:
    assert Layout(layout).parameters({"a": 1.0, "b": 1.0}, {}) == ()


def test_it_is_recognised_and_shown(enter: RemoteLink, audience: Audience) -> None:
    welcome = audience.of(Welcome)[-1]
    assert welcome.id in (5, UNSET)
    names = {parameter["name"] for parameter in welcome.model["parameters"]}
    assert {"cylinder", "cooling", "finger_V0_mu"} <= names
    assert not {"finger_x", "finger_y"} & names
    cooling = next(p for p in welcome.model["parameters"] if p["name"] == "cooling")
    assert (cooling["low"], cooling["high"], cooling["scale"]) == (1e-10, 10.0, "log")
    assert cooling["help"].startswith("Amount of cooling")
    frame = decode(audience.frames[-1][1])
    assert (frame.nx, frame.ny) == SHAPE
    assert frame.levels.max() > frame.levels.min()
    along, across = np.array(frame.tracers).T / 65535
    assert along == pytest.approx([0, 14.5 / 30, 14.5 / 15], abs=1e-4)
    assert across == pytest.approx([0.25] * 3, abs=1e-4)


def test_it_is_driven(enter: RemoteLink, audience: Audience, theirs: FakeSuperHydro) -> None:
    enter.send(1, Set(id=1, params={"cooling": 0.25}))
    enter.send(1, Finger(touch=0, x=0.25, y=0.75))
    audience.wait(lambda: theirs.values["cooling"] == 0.25 and theirs.values["finger_y"] == 0.75)
    audience.wait(lambda: (mark := decode(audience.frames[-1][1]).finger_of(1))
                  and mark.potential[0] < 0.3)  # fmt: skip
    for action in ("pause", "start", "reset", "reset_tracers"):
        enter.send(1, Do(id=action, action=action))
    audience.wait(lambda: theirs.done[-1:] == ["reset_tracers"] and "reset" in theirs.done)
    once = [word for word in theirs.done if word != "reset_tracers"]
    assert once == ["start", "pause", "start", "reset"]


def test_a_picture_costs_one_exchange(
    enter: RemoteLink, audience: Audience, theirs: FakeSuperHydro
) -> None:
    looks, pictures = theirs.looks, theirs.pictures
    enter.send(1, Finger(touch=0, x=0.25, y=0.75))
    enter.send(1, Set(params={"cooling": 0.25}))
    audience.wait(lambda: theirs.pictures > pictures + 20)
    # All questions of one picture are there when the server looks at its socket.
    assert theirs.looks - looks <= 1.5 * (theirs.pictures - pictures)


def test_tracers_that_a_server_has_not_are_not_asked_for(endpoint: str, audience: Audience) -> None:
    theirs = FakeSuperHydro(endpoint)
    with looked_after(engine := elsewhere(endpoint, model="BEC")):
        entered(engine, audience)
        about = audience.of(Welcome)[0].model
        pictures, asked = theirs.pictures, theirs.words.count(b"tracers")
        audience.wait(lambda: theirs.pictures > pictures + 5)
    theirs.stop()
    assert theirs.words.count(b"tracers") == asked
    assert "tracers" not in {parameter["name"] for parameter in about["parameters"]}
    assert "reset_tracers" not in about["actions"]


def test_only_what_works_is_offered(enter: RemoteLink, audience: Audience) -> None:
    about = audience.of(Welcome)[0].model
    names = [parameter["name"] for parameter in about["parameters"]]
    assert sorted(names) == ["cooling", "cylinder", "finger_V0_mu", "tracers"]
    assert about["parameters"][-1]["high"] == 3
    assert list(about["actions"]) == ["start", "pause", "reset", "reset_tracers"]
    enter.send(1, Do(id=3, action="step"))
    audience.wait(lambda: audience.of(Error))
    assert "start, pause, reset, reset_tracers" in audience.of(Error)[0].message
    enter.send(1, Set(params={"tracers": 2}))
    audience.wait(lambda: len(decode(audience.frames[-1][1]).tracers) == 2)


def test_it_is_called_by_its_address(enter: RemoteLink, audience: Audience, endpoint: str) -> None:
    address = endpoint.removeprefix("tcp://")
    assert audience.of(Welcome)[0].model["title"] == f"super_hydro at {address}"


def test_what_is_shown_after_a_restart_is_computed_with(
    enter: RemoteLink, audience: Audience, theirs: FakeSuperHydro
) -> None:
    enter.send(1, Set(params={"cooling": 0.25}))
    audience.wait(lambda: theirs.values["cooling"] == 0.25)
    enter.send(1, Do(action="reset"))
    audience.wait(lambda: "reset" in theirs.done and theirs.values["cooling"] == 0.25)
    answer: gevent.event.AsyncResult[Any] = gevent.event.AsyncResult()
    enter.ask_state(answer.set)
    assert answer.get(timeout=10)["params"]["cooling"] == theirs.values["cooling"]


def test_a_room_that_opens_again_computes_with_what_it_shows(
    enter: RemoteLink, engine: RemoteEngine, audience: Audience, theirs: FakeSuperHydro
) -> None:
    enter.send(1, Set(params={"cooling": 0.25}))
    enter.send(1, Do(action="pause"))
    later = Audience()
    audience.wait(lambda: theirs.values["cooling"] == 0.25 and "pause" in theirs.done)
    enter.close()
    entered(engine, later)
    assert later.of(Welcome)[0].state.params["cooling"] == 0.01
    assert later.of(Welcome)[0].state.running
    later.wait(lambda: theirs.values["cooling"] == 0.01 and theirs.done[-1] == "start")


def test_a_room_that_begins_paused_holds_the_fluid_there(
    engine: RemoteEngine, audience: Audience, theirs: FakeSuperHydro
) -> None:
    entered(engine, audience).close()
    still = RoomState(running=False, params={"cooling": 0.25}, sim_time=0.0)
    later = Audience()
    link = engine.open("BEC", "BEC", later, state=still)
    link.want(frozenset({RAW}))
    link.enter(ANNA, 5)
    later.wait(lambda: later.of(Welcome) and later.frames)
    assert not later.of(Welcome)[0].state.running
    later.wait(lambda: theirs.done[-1] == "pause" and theirs.values["cooling"] == 0.25)


def test_one_fluid_is_in_one_room_and_one_conversation(
    enter: RemoteLink, engine: RemoteEngine, theirs: FakeSuperHydro
) -> None:
    other = Audience()
    second = engine.open("den", "BEC", other)
    second.enter(BERT, 6)
    other.wait(lambda: other.of(Welcome) and other.of(Notice))
    assert "one fluid" in other.of(Notice)[-1].text
    assert theirs.words.count(b"[]") == 1  # which every conversation begins with


def test_a_room_for_another_model_is_told_that_it_is_not_there(
    endpoint: str, audience: Audience
) -> None:
    with looked_after(engine := elsewhere(endpoint, model="BEC")):
        link = engine.open("Wave", "BECFlow", audience)
        link.enter(BERT, 6)
        ours = Audience()
        engine.open("BEC", "BEC", ours).enter(ANNA, 5)
        theirs = FakeSuperHydro(endpoint)
        audience.wait(lambda: [told for told in audience.of(Notice) if "BEC only" in told.text])
        ours.wait(lambda: ours.of(Welcome))
        assert audience.of(Welcome)
    theirs.stop()


def test_one_that_is_silent_for_a_while_is_waited_for(
    enter: RemoteLink, audience: Audience, theirs: FakeSuperHydro
) -> None:
    theirs.answering.clear()
    audience.wait(lambda: audience.of(Notice), 3.0)
    enter.send(1, Set(params={"cooling": 0.25}))
    theirs.answering.set()
    audience.wait(lambda: len(audience.of(Notice)) == 2)
    assert [told.level for told in audience.of(Notice)] == ["trouble", "info"]
    audience.wait(lambda: theirs.values["cooling"] == 0.25)
    assert theirs.words.count(b"[]") == 1  # still the same conversation


@pytest.mark.parametrize(
    ("tracers", "at"),
    [(np.array([[0.0, 15.0], [3.5, 7.0]]), [[0.0, 0.5], [0.0, 0.0]]),
     (np.array([-8 + 0j, 4 + 2j]), [[0.0, 0.5], [0.75, 0.75]]),
     (np.array([[np.nan, 7.5], [0.0, 3.5]]), [[0.5, 0.5]]),
     (np.zeros((3, 4)), []), (np.zeros(0), []), (np.zeros((2, 0)), [])],
)  # fmt: skip
def test_tracers_are_taken_for_what_they_are(tracers: Any, at: list[list[float]]) -> None:
    assert fractions(tracers, SHAPE).tolist() == at


def test_its_death_is_told_and_its_return_finds_what_was_set(
    enter: RemoteLink, audience: Audience, theirs: FakeSuperHydro
) -> None:
    enter.send(1, Set(id=1, params={"cooling": 0.25}))
    audience.wait(lambda: theirs.values["cooling"] == 0.25)
    theirs.stop()
    audience.wait(lambda: audience.of(Notice), 3.0)
    assert "does not answer" in audience.of(Notice)[0].text
    audience.messages.clear()
    theirs.again()
    audience.wait(lambda: audience.of(Notice), 4.0)
    assert audience.of(Notice)[0].level == "info"
    audience.wait(lambda: theirs.values["cooling"] == 0.25)
    audience.frames.clear()
    audience.wait(lambda: len(audience.frames) > 2)


def test_one_that_still_waits_for_half_a_request_is_not_waited_for(
    theirs: FakeSuperHydro, audience: Audience
) -> None:
    # Its REP socket waits for the rest of a client's request that will never come.
    broken = Wire(theirs.endpoint)
    broken._call()
    broken._send(b"get")
    assert broken._receive() == [b"ok"]
    broken.close()
    whole = Wire(theirs.endpoint)
    assert whole.ask(get_values("Nx")) == [{"Nx": SHAPE[0]}]
    whole.close()


def test_of_its_data_only_the_density_is_known(enter: RemoteLink) -> None:
    answer: gevent.event.AsyncResult[Any] = gevent.event.AsyncResult()
    enter.ask_snapshot(WHOLE, answer.set)
    saved = unpacked(answer.get(timeout=10))
    assert set(saved) == {"density", "t", "params"}
    assert saved["density"].shape == SHAPE
