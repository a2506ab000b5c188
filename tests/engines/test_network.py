"""A bad network between an exhibit and its compute server."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from app.engines.remote_link import RemoteLink
from app.protocol.messages import Do, Finger, Notice, Set, State, Welcome
from tests.engines.conftest import elsewhere, looked_after
from tests.support.audience import ANNA, RAW, Audience
from tests.support.client import decode
from tests.support.compute_service import Service
from tests.support.relay import Relay

SOON_S = 3.0
"""Within this visitors know what is wrong, and are back after the network is."""

Over = Callable[..., tuple[Relay, RemoteLink]]


@pytest.fixture
def over(service: Service, audience: Audience) -> Iterator[Over]:
    """Has Anna look at a room through a network that is bad in a stated way."""
    with ExitStack() as stack:

        def look(**faults: Any) -> tuple[Relay, RemoteLink]:
            relay = Relay(service.endpoint, **faults)
            stack.callback(relay.close)
            engine = elsewhere(relay.endpoint)
            stack.enter_context(looked_after(engine))
            link = engine.open("hall", "Wave", audience)
            link.want(frozenset({RAW}))
            link.enter(ANNA, 5)
            audience.wait(lambda: audience.of(Welcome) and len(audience.frames) > 3)
            return relay, link

        yield look


def test_a_connection_that_is_cut_in_the_middle_of_a_message(over: Over) -> None:
    over(cut_first_after=2_000)


def test_connections_that_are_cut_again_and_again(over: Over, audience: Audience) -> None:
    relay, link = over()
    for humps in (3, 5, 7):
        relay.cut()
        # ZeroMQ connects again by itself; what was lost on the way is noticed by silence.
        audience.frames.clear()
        audience.wait(lambda: audience.frames)
        audience.messages.clear()
        link.send(1, Set(id=humps, params={"humps": humps}))
        audience.wait(lambda: any(s.id == humps for s in audience.of(State)))  # noqa: B023


def test_a_network_that_swallows_all_is_noticed_and_nobody_is_lost(
    over: Over, audience: Audience
) -> None:
    relay, link = over()
    link.send(1, Set(params={"humps": 5}))
    audience.wait(lambda: audience.of(State))
    audience.messages.clear()
    relay.swallow()
    audience.wait(lambda: audience.of(Notice), SOON_S)
    assert "does not answer" in audience.of(Notice)[0].text
    relay.flow()
    audience.wait(lambda: audience.of(Notice)[-1].level == "info", SOON_S)
    audience.frames.clear()
    audience.wait(lambda: audience.frames, SOON_S)
    assert audience.of(Welcome) == []
    link.send(1, Do(id="on", action="pause"))
    audience.wait(lambda: any(state.id == "on" for state in audience.of(State)))
    assert all(state.params.get("humps", 5) == 5 for state in audience.of(State))


@pytest.mark.long
def test_a_network_that_delays_is_no_dead_one(over: Over, audience: Audience) -> None:
    _, link = over(delay_s=0.15)
    link.send(1, Finger(touch=0, x=0.5, y=0.5))
    audience.wait(lambda: any(decode(frame).finger_of(1) for _, frame in audience.frames))
    audience.frames.clear()
    audience.wait(lambda: len(audience.frames) > 5)
    assert audience.of(Notice) == []


def test_a_slow_network_lowers_the_rate_and_never_the_freshness(
    service: Service, over: Over, audience: Audience
) -> None:
    # A raw frame of the toy has half a kilobyte, and a hundred a second are made.
    _, link = over(bytes_per_s=40_000)
    audience.wait(lambda: len(audience.frames) > 30)
    seqs = [decode(frame).seq for _, frame in audience.frames]
    skipped = [later - seq for seq, later in itertools.pairwise(seqs)]
    assert sorted(skipped)[len(skipped) // 2] > 1, "frames were left out"
    assert audience.of(Notice) == []
    # A touch shows in one of the next frames, not after a queue of old ones.
    audience.frames.clear()
    link.send(1, Finger(touch=0, x=0.5, y=0.5))
    audience.wait(lambda: any(decode(frame).finger_of(1) for _, frame in audience.frames))
    assert len(audience.frames) < 10
