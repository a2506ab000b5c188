"""Fed states reach a room by every engine, whoever is in it, and outlast its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec import UNSET

from app.engines.base import Engine, RoomLink
from app.engines.local import LocalEngine
from app.engines.remote import RemoteEngine
from app.protocol.compute import Fed
from app.protocol.messages import ChannelValue, Do, Error, Notice, Set, State, Welcome
from tests.engines.conftest import elsewhere, looked_after
from tests.support.audience import ANNA, Audience
from tests.support.compute_service import Service

LOUD = {"tone": "high", "volume": 2.0}


class Post:
    """A program's post, and its answer."""

    def __init__(self, link: RoomLink, audience: Audience, state: dict[str, Any]) -> None:
        self.answers: list[Fed | Error] = []
        self._audience = audience
        link.feed(state, self._take)

    def _take(self, answer: Fed | Error) -> None:
        self.answers.append(answer)
        self._audience.on_stats(self._audience.stats)  # wakes who waits

    def answer(self) -> Any:
        """What came of it."""
        (answer,) = self._audience.wait(lambda: self.answers)
        return answer


@pytest.fixture(params=["local", "remote"])
def engine(request: pytest.FixtureRequest, audience: Audience) -> Engine:
    """Each engine there is."""
    engine: Engine = request.getfixturevalue(request.param)
    if isinstance(engine, RemoteEngine):
        link = engine.open("probe", "Wave", audience)
        audience.wait(lambda: "Echo" in engine.catalogue() and engine._line.up)
        link.close()
    return engine


@pytest.fixture
def opened(engine: Engine, audience: Audience) -> Iterator[Callable[[str], RoomLink]]:
    """Opens a room in which nobody is."""
    links = []

    def begin(model: str) -> RoomLink:
        links.append(engine.open("hall", model, audience))
        return links[-1]

    yield begin
    for link in links:
        link.close()


def heard(audience: Audience) -> list[Any]:
    """Values of the echo's channel."""
    return [message.value for message in audience.of(ChannelValue) if message.name == "heard"]


def test_a_state_is_told_to_listeners_running_or_paused(
    opened: Callable[[str], RoomLink], audience: Audience
) -> None:
    link = opened("Echo")
    link.enter(ANNA, UNSET)
    link.listen(frozenset({"heard"}))
    assert Post(link, audience, LOUD).answer().state == LOUD
    audience.wait(lambda: LOUD in heard(audience))
    link.send(1, Do(action="pause"))
    audience.wait(lambda: [state for state in audience.of(State) if not state.running])
    assert Post(link, audience, {"volume": 0.5}).answer().state == {"tone": "low", "volume": 0.5}
    audience.wait(lambda: {"tone": "low", "volume": 0.5} in heard(audience))


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"tone": "shrill"}, "out_of_range"),
        ({"tone": "high", "volume": 3.0}, "out_of_range"),
        ({"tone": "high", "pitch": 3}, "unknown_parameter"),
        ({"volume": "loud"}, "bad_value"),
        ({}, "bad_value"),
    ],
)
def test_a_state_is_taken_whole_or_not_at_all(
    opened: Callable[[str], RoomLink], audience: Audience, state: dict[str, Any], code: str
) -> None:
    link = opened("Echo")
    assert Post(link, audience, LOUD).answer().state == LOUD
    assert Post(link, audience, state).answer().code == code
    link.listen(frozenset({"heard"}))
    audience.wait(lambda: heard(audience))
    assert heard(audience) == [LOUD]
    assert audience.of(Notice) == []


def test_a_model_without_a_feed_says_so(
    opened: Callable[[str], RoomLink], audience: Audience
) -> None:
    assert "no feed" in Post(opened("Wave"), audience, LOUD).answer().message


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_was_fed_outlasts_a_death_of_the_thread(
    local: LocalEngine, audience: Audience
) -> None:
    link = local.open("hall", "Echo", audience)
    Post(link, audience, LOUD).answer()

    def die(room: Any) -> None:
        raise SystemExit

    link._worker.post(die)
    link.listen(frozenset({"heard"}))
    audience.wait(lambda: audience.of(Notice))
    audience.messages.clear()
    link.listen(frozenset())
    link.listen(frozenset({"heard"}))
    audience.wait(lambda: LOUD in heard(audience))


def test_what_was_fed_outlasts_a_death_of_the_server(service: Service, audience: Audience) -> None:
    engine = elsewhere(service.endpoint)
    with looked_after(engine):
        link = engine.open("hall", "Echo", audience)
        link.enter(ANNA, UNSET)
        audience.wait(lambda: audience.of(Welcome))
        assert Post(link, audience, LOUD).answer().state == LOUD
        service.stop()
        audience.wait(lambda: audience.of(Notice))
        assert Post(link, audience, LOUD).answer().code == "busy"
        link.listen(frozenset({"heard"}))
        assert heard(audience) == []
        service.again()
        audience.wait(lambda: LOUD in heard(audience))
        link.close()


def test_a_stand_in_shows_what_was_fed_to_the_server(service: Service, audience: Audience) -> None:
    engine = elsewhere(service.endpoint, fallback=True)
    with looked_after(engine):
        link = engine.open("hall", "Echo", audience)
        link.enter(ANNA, UNSET)
        audience.wait(lambda: audience.of(Welcome))
        assert Post(link, audience, LOUD).answer().state == LOUD
        link.listen(frozenset({"heard"}))
        audience.wait(lambda: heard(audience))
        audience.messages.clear()
        service.stop()
        audience.wait(lambda: LOUD in heard(audience))
        assert Post(link, audience, {"tone": "high"}).answer().state["volume"] == 1.0
        link.close()


def test_a_slow_model_steps_when_it_is_due_and_its_pause_is_live(
    opened: Callable[[str], RoomLink], audience: Audience
) -> None:
    link = opened("Numbers")
    link.enter(ANNA, UNSET)
    link.listen(frozenset({"numbers"}))
    audience.wait(lambda: audience.of(Welcome))
    link.send(1, Set(params={"delay": 60.0}))
    audience.wait(lambda: audience.of(State))
    lengths = {len(message.value) for message in audience.of(ChannelValue)}
    assert lengths <= {0, 1}
    link.send(1, Set(params={"delay": 0.1}))
    audience.wait(
        lambda: [m for m in audience.of(ChannelValue) if len(m.value) == 10], patience_s=20.0
    )
