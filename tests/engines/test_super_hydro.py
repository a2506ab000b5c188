"""`--remote` on a super_hydro server: recognised, driven, and taken up again after its death."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import gevent.event
import pytest
from msgspec import UNSET

from app.engines.remote import RemoteEngine
from app.engines.remote_link import RemoteLink
from app.engines.super_hydro_layout import labels, sliders
from app.engines.super_hydro_wire import Wire
from app.protocol.compute import WHOLE
from app.protocol.messages import Do, Finger, Notice, Set, State, Welcome
from app.rooms.snapshot import unpacked
from tests.client import decode
from tests.engines.audience import ANNA, RAW, Audience
from tests.engines.conftest import elsewhere, looked_after
from tests.engines.fake_super_hydro import SHAPE, FakeSuperHydro, recorded


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
    link = engine.open("BEC", "BEC", audience)
    link.want(frozenset({RAW}))
    link.enter(ANNA, 5)
    audience.wait(lambda: audience.of(Welcome) and audience.frames)
    return link


def test_the_layout_gives_the_controls() -> None:
    _, layout = recorded()
    assert sliders(layout) == [
        ["cylinder", "toggle", "None", "checkbox", None, None, None],
        ["cooling", "slider", "logarithmic", "range", -10.0, 1.0, 0.2],
        ["finger_V0_mu", "slider", "None", "range", -2.0, 2.0, 0.1],
    ]
    assert labels(layout)["cylinder"] == "Trap"


@pytest.mark.parametrize(
    "layout",
    ["", "(", "1/0", "__import__('os').abort()", "f(" * 500, "IntSlider(min=3, max=1, name='a')",
     "FloatSlider(name=[x for x in y])", "FloatSlider(min='a', name='b')", "VBox(children=(1,))"],
)  # fmt: skip
def test_a_layout_is_read_and_never_run(layout: str) -> None:
    assert sliders(layout) == []


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
    assert len(frame.tracers) == 3


def test_it_is_driven(enter: RemoteLink, audience: Audience, theirs: FakeSuperHydro) -> None:
    enter.send(1, Set(id=1, params={"cooling": 0.25}))
    enter.send(1, Finger(touch=0, x=0.25, y=0.75))
    audience.wait(lambda: theirs.values["cooling"] == 0.25 and theirs.values["finger_y"] == 0.75)
    audience.wait(lambda: (mark := decode(audience.frames[-1][1]).finger_of(1))
                  and mark.potential[0] < 0.3)  # fmt: skip
    for action in ("pause", "start", "reset", "reset_tracers"):
        enter.send(1, Do(id=action, action=action))
    audience.wait(lambda: {state.action for state in audience.of(State)} >= {"reset_tracers"})
    assert [word for word in theirs.done if word != "reset_tracers"] == ["pause", "start", "reset"]
    assert "reset_tracers" in theirs.done


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
    broken._ask(b"get")
    broken.close()
    whole = Wire(theirs.endpoint)
    assert whole.get(["Nx"]) == {"Nx": SHAPE[0]}
    whole.close()


def test_of_its_data_only_the_density_is_known(enter: RemoteLink) -> None:
    answer: gevent.event.AsyncResult[Any] = gevent.event.AsyncResult()
    enter.ask_snapshot(WHOLE, answer.set)
    saved = unpacked(answer.get(timeout=10))
    assert set(saved) == {"density", "t", "params"}
    assert saved["density"].shape == SHAPE
