"""What every engine does alike, wherever it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gevent
import gevent.event
import pytest
from msgspec import UNSET

from app.engines import local
from app.engines.base import Engine, RoomLink
from app.protocol import frames
from app.protocol.commands import LoadPicture
from app.protocol.frames import FrameKey
from app.protocol.messages import (
    ChannelValue,
    Do,
    Error,
    Finger,
    Notice,
    Reply,
    Rpc,
    Set,
    State,
    Visitor,
    Visitors,
    Welcome,
)
from app.rooms.call_threads import CallDeadline
from app.rooms.source import SourceError
from tests.support.audience import ANNA, BERT, PATIENCE_S, RAW, Audience
from tests.support.client import decode
from tests.support.exhibit import wait_until
from tests.support.toy import Counter, Mischief

Open = Callable[..., RoomLink]


@pytest.fixture(params=["local", "remote"])
def engine(request: pytest.FixtureRequest, audience: Audience) -> Engine:
    """Each engine there is, ready to make rooms."""
    engine: Engine = request.getfixturevalue(request.param)
    with gevent.Timeout(PATIENCE_S):
        while "Wave" not in engine.catalogue():
            gevent.sleep(0.01)
    return engine


@pytest.fixture
def enter(engine: Engine, audience: Audience) -> Iterator[Open]:
    """Opens a room and lets Anna and Bert in."""
    links = []

    def opened(model: str) -> RoomLink:
        link = engine.open("hall", model, audience)
        links.append(link)
        link.enter(ANNA, 5)
        link.enter(BERT, UNSET)
        audience.wait(lambda: len(audience.of(Welcome)) == 2)
        return link

    yield opened
    for link in links:
        link.close()


def test_the_catalogue_describes_every_model(engine: Engine) -> None:
    about = engine.catalogue()["Wave"]
    assert [view["name"] for view in about["views"]][:2] == ["density", "phase"]
    assert "kick" in about["actions"]


def test_an_unknown_model_is_refused_with_the_known_ones(
    engine: Engine, audience: Audience
) -> None:
    with pytest.raises(KeyError, match="Wave"):
        engine.open("hall", "nobody", audience)


def test_code_is_shown_only_where_it_is(engine: Engine, enter: Open) -> None:
    enter("Wave")
    if engine.near:
        assert "class Wave(" in engine.source("Wave")
    else:
        with pytest.raises(SourceError, match="on the compute server"):
            engine.source("Wave")
    with pytest.raises(KeyError, match="nobody"):
        engine.source("nobody")


def test_whoever_enters_is_welcomed_with_first_values_that_fit(
    enter: Open, audience: Audience
) -> None:
    enter("Wave")
    first, second = audience.of(Welcome)
    assert first.id == 5
    assert second.id is UNSET
    assert first.state.params["humps"] == 3
    assert "nobody" not in first.state.params


def test_wishes_are_granted_in_order(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    for number in range(200):
        link.send(1, Set(id=number, params={"steps": 1 + number}))
    link.send(1, Do(id="end", action="pause"))
    audience.wait(lambda: audience.of(State) and audience.of(State)[-1].action == "pause")
    states = audience.of(State)
    assert [state.id for state in states] == [*range(200), "end"]
    assert [state.params.get("steps") for state in states[:-1]] == list(range(1, 201))


def test_frames_come_only_in_the_forms_that_are_wanted(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    phase = FrameKey("phase", frames.RAW)
    link.want(frozenset({phase}))
    audience.wait(lambda: len(audience.frames) > 2)
    assert {key for key, _ in audience.frames} == {phase}


def test_a_paused_room_shows_itself_to_whoever_asks_anew(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.send(1, Do(action="pause"))
    audience.wait(lambda: audience.of(State))
    audience.frames.clear()
    link.want(frozenset({RAW}))
    audience.wait(lambda: audience.frames)
    # A finger and a new value are seen though time stands still.
    audience.frames.clear()
    link.send(1, Finger(touch=0, x=0.5, y=0.5))
    audience.wait(lambda: any(decode(f).finger_of(1) for _, f in audience.frames))


def test_channels_are_heard_at_once_and_on_change(enter: Open, audience: Audience) -> None:
    link = enter("Counter")
    link.listen(frozenset({"count"}))
    audience.wait(lambda: len(audience.of(ChannelValue)) >= 3)
    values = [message.value for message in audience.of(ChannelValue)]
    assert values == sorted(set(values))
    assert {message.name for message in audience.of(ChannelValue)} == {"count"}


def answers(audience: Audience) -> dict[Any, Any]:
    """By id: the value of a reply, or the code of an error."""
    found: dict[Any, Any] = {}
    for message, _ in audience.messages:
        if isinstance(message, Reply | Error):
            found[message.id] = message.value if isinstance(message, Reply) else message.code
    return found


def test_objects_are_got_set_called_and_deleted(enter: Open, audience: Audience) -> None:
    link = enter("Counter")
    for number, (op, target, *args) in enumerate(
        [
            ("set", "model.stride", 3),
            ("get", "model.stride"),
            ("call", "crate.add", 4, 5),
            ("set", "crate.a", 7),
            ("get", "crate.a"),
            ("delete", "crate.a"),
            ("get", "crate.a"),
            ("set", "notes.mine", "hello"),
            ("get", "notes.mine"),
            ("set", "crate.a", -1),
            ("call", "crate.add", "x"),
            ("get", "crate.gate"),
            ("get", "crate.__class__"),
            ("call", "notes.clear"),
        ]
    ):
        link.send(1, Rpc(id=number, op=op, target=target, args=args))  # type: ignore[arg-type]
    audience.wait(lambda: 13 in answers(audience))
    assert list(answers(audience).values()) == [
        3, 3, 9.0, 7, 7, None, 1, "hello", "hello",
        "out_of_range", "bad_value", "not_exposed", "not_exposed", "forbidden",
    ]  # fmt: skip
    assert {to for message, to in audience.messages if isinstance(message, Reply | Error)} == {1}
    (state,) = audience.of(State)
    assert (state.params, state.by) == ({"stride": 3}, 1)


def test_a_slow_call_holds_up_neither_the_room_nor_other_calls(
    enter: Open, audience: Audience
) -> None:
    link = enter("Counter")
    gate = Counter.served["crate.wait"].owner.gate  # type: ignore[attr-defined]
    gate.clear()
    link.send(1, Rpc(id="slow", op="call", target="crate.wait"))
    link.listen(frozenset({"count"}))
    audience.wait(lambda: len(audience.of(ChannelValue)) >= 3)
    link.send(2, Rpc(id="quick", op="call", target="crate.add", args=[1]))
    audience.wait(lambda: "quick" in answers(audience))
    assert "slow" not in answers(audience)
    gate.set()
    audience.wait(lambda: answers(audience).get("slow") == "open")


def test_changes_push_themselves_and_only_the_newest_counts(
    enter: Open, audience: Audience
) -> None:
    link = enter("Counter")
    link.send(1, Do(action="pause"))
    link.listen(frozenset({"crate.a"}))
    audience.wait(lambda: audience.of(ChannelValue))
    link.send(1, Rpc(id="storm", op="call", target="crate.storm", args=[100_000]))
    audience.wait(lambda: audience.of(ChannelValue)[-1].value == 100_000)
    assert len(audience.of(ChannelValue)) < 1000


def test_a_call_that_cannot_start_in_time_is_refused_and_never_runs(
    enter: Open, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        local, "CallDeadline", lambda who, request, _: CallDeadline(who, request, 0.3)
    )
    link = enter("Mischief")
    link.send(1, Set(params={"mood": "hang"}))
    wait_until(Mischief.hangs.is_set, "it hangs", rest=gevent.sleep)
    link.send(1, Rpc(id="late", op="set", target="model.speed", args=[0.125]))
    # The thread still hangs when this is told.
    audience.wait(lambda: answers(audience).get("late") == "too_late")
    assert not Mischief.released.is_set()
    Mischief.released.set()
    link.send(1, Set(id="after", params={"mood": "good"}))
    audience.wait(lambda: any(state.id == "after" for state in audience.of(State)))
    assert all("speed" not in state.params for state in audience.of(State) if state.by == 1)


def test_a_picture_becomes_part_of_the_room(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.send(1, Do(action="pause"))
    link.listen(frozenset({"position"}))
    levels = bytes([0, 10, 200, 30, 40, 50])
    link.send(1, LoadPicture(id=8, width=3, height=2, levels=levels, use="density"))
    audience.wait(lambda: any(v.value == 200.0 for v in audience.of(ChannelValue)))
    state = audience.of(State)[-1]
    assert (state.id, state.by, state.action) == (8, 1, "picture")
    everything = bytes(range(256)) * 64
    link.send(1, LoadPicture(width=128, height=128, levels=everything, use="density"))
    audience.wait(lambda: any(v.value == 127.0 for v in audience.of(ChannelValue)))


def test_a_picture_that_does_not_fit_is_refused_to_its_sender(
    enter: Open, audience: Audience
) -> None:
    link = enter("Wave")
    link.send(2, LoadPicture(id=1, width=2, height=2, levels=bytes(4), use="density"))
    link.send(2, LoadPicture(id=2, width=2, height=2, levels=b"1234", use="trap"))
    audience.wait(lambda: len(audience.of(Error)) == 2)
    told = [(m.id, m.code, to) for m, to in audience.messages if isinstance(m, Error)]
    assert told == [(1, "bad_value", 2), (2, "bad_value", 2)]
    assert "density" in audience.of(Error)[1].message
    link.send(1, Do(id="on", action="kick", args={"by": 1.0}))
    audience.wait(lambda: any(state.id == "on" for state in audience.of(State)))


def test_the_state_can_be_asked_for(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.send(2, Finger(touch=7, x=0.5, y=0.25))
    answer: gevent.event.AsyncResult[dict[str, Any]] = gevent.event.AsyncResult()
    link.ask_state(answer.set)
    report = answer.get(timeout=PATIENCE_S)
    assert report["running"] is True
    assert [(f["visitor"], f["touch"]) for f in report["fingers"]] == [(2, 7)]


def test_a_model_that_raises_goes_on_with_what_worked(enter: Open, audience: Audience) -> None:
    link = enter("Mischief")
    link.send(1, Set(params={"mood": "raise"}))
    audience.wait(lambda: audience.of(Notice))
    assert "ZeroDivisionError" in audience.of(Notice)[0].text
    audience.wait(lambda: audience.of(State)[-1].params.get("mood") == "good")
    link.send(1, Do(id="bang", action="explode"))
    audience.wait(lambda: len(audience.of(Notice)) == 2)
    link.send(2, Set(id="on", params={"speed": 0.5}))
    audience.wait(lambda: any(state.id == "on" for state in audience.of(State)))


def test_presence_is_told_to_all(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.promote(Visitor(id=2, name="Bert", colour="#445566", role="operator"))
    audience.wait(
        lambda: audience.of(Visitors) and audience.of(Visitors)[-1].list[-1].role != "guest"
    )
    link.leave(1)
    audience.wait(lambda: audience.of(Visitors)[-1].left == [1])
    assert [visitor.id for visitor in audience.of(Visitors)[-1].list] == [2]


def test_what_does_not_fit_is_refused_to_its_sender(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.send(2, Set(id=7, params={"speed": 1000.0}))
    audience.wait(lambda: audience.of(Error))
    [(error, to)] = [pair for pair in audience.messages if isinstance(pair[0], Error)]
    assert isinstance(error, Error)
    assert (error.id, error.code, to) == (7, "out_of_range", 2)


def test_how_it_runs_is_told(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.want(frozenset({RAW}))
    audience.wait(lambda: audience.stats.steps_per_s > 0 and audience.stats.fps > 0)


def test_a_closed_room_shows_nothing_more(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.want(frozenset({RAW}))
    audience.wait(lambda: audience.frames)
    link.close()
    gevent.sleep(0.05)
    audience.frames.clear()
    gevent.sleep(0.05)
    assert audience.frames == []
