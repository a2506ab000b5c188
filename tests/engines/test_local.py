"""A room in a native thread: it answers in order, never runs on the hub, and is replaced."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import gevent.event
import gevent.hub
import pytest
from msgspec import UNSET

import models
from app.engines import base, local, worker
from app.engines.local import LocalEngine, LocalLink
from app.protocol import frames
from app.protocol.messages import (
    ChannelValue,
    Do,
    Error,
    Finger,
    Notice,
    ServerMessage,
    Set,
    State,
    Visitor,
    Visitors,
    Welcome,
)
from app.rooms.encoder import FrameKey
from app.rooms.figures import Figures
from tests.client import decode
from tests.toy import Counter, Mischief, Wave

# Threads die here, and on purpose.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

RAW = FrameKey("density", frames.RAW)
PATIENCE_S = 10.0
ANNA = Visitor(id=1, name="Anna", colour="#112233")
BERT = Visitor(id=2, name="Bert", colour="#445566")


class Audience:
    """A Listener that remembers, and that a test can wait for."""

    def __init__(self) -> None:
        self.messages: list[tuple[ServerMessage, int | None]] = []
        self.frames: list[tuple[FrameKey, bytes]] = []
        self.figures = Figures()
        self.threads: set[threading.Thread] = set()
        self._news = gevent.event.Event()

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        self.messages.append((message, to))
        self._tell()

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        self.frames.append((key, frame))
        self._tell()

    def on_figures(self, figures: Figures) -> None:
        self.figures = figures
        self._tell()

    def of(self, kind: type) -> list[Any]:
        """Messages of one kind."""
        return [message for message, _ in self.messages if isinstance(message, kind)]

    def wait(self, true: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        """Let the hub run until `true()`."""
        with gevent.Timeout(patience_s, AssertionError(f"in vain; heard {self.messages}")):
            while not (answer := true()):
                self._news.wait()
                self._news.clear()
        return answer

    def _tell(self) -> None:
        self.threads.add(threading.current_thread())
        self._news.set()


Open = Callable[..., LocalLink]


@pytest.fixture
def audience() -> Audience:
    return Audience()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalEngine]:
    """An engine that knows the toys, at 100 frames a second."""
    for toy in (Wave, Counter, Mischief):
        monkeypatch.setitem(models._EXHIBITS, toy.__name__, toy)
    Mischief.released.clear()
    Mischief.broken_builds = 0
    call_soon = gevent.hub.get_hub().loop.run_callback_threadsafe
    engine = LocalEngine(call_soon, 100.0, {"humps": 3, "nobody": 1})

    def look_after() -> None:
        while True:
            gevent.sleep(base.WATCH_S)
            engine.look_after()

    keeper = gevent.spawn(look_after)
    yield engine
    keeper.kill()
    Mischief.released.set()
    engine.close()


@pytest.fixture
def enter(engine: LocalEngine, audience: Audience) -> Iterator[Open]:
    """Opens a room and lets Anna and Bert in."""
    links = []

    def opened(model: str) -> LocalLink:
        link = engine.open("hall", model, audience)
        links.append(link)
        link.enter(ANNA, 5)
        link.enter(BERT, UNSET)
        audience.wait(lambda: len(audience.of(Welcome)) == 2)
        return link

    yield opened
    for link in links:
        link.close()
        Mischief.released.set()
        link._worker.thread.join(PATIENCE_S)
        assert not link._worker.thread.is_alive()


def end_thread(link: LocalLink) -> threading.Thread:
    """Let the room's thread die, as nothing it does itself could."""
    thread = link._worker.thread
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
    )
    return thread


def test_an_unknown_model_is_refused_with_the_known_ones(
    engine: LocalEngine, audience: Audience
) -> None:
    with pytest.raises(KeyError, match="Wave"):
        engine.open("hall", "nobody", audience)


def test_whoever_enters_is_welcomed_with_first_values_that_fit(
    enter: Open, audience: Audience
) -> None:
    enter("Wave")
    first, second = audience.of(Welcome)
    assert first.id == 5
    assert second.id is UNSET
    assert first.state.params["humps"] == 3
    assert "nobody" not in first.state.params


def test_the_model_runs_in_a_thread_of_its_own_and_news_come_on_the_hub(
    enter: Open, audience: Audience
) -> None:
    link = enter("Wave")
    link.want(frozenset({RAW}))
    audience.wait(lambda: audience.frames and audience.figures.steps_per_s > 0)
    assert audience.threads == {threading.main_thread()}
    room = link._worker.room
    assert room is not None
    assert room._model.threads == {link._worker.thread}  # type: ignore[attr-defined]


def test_wishes_are_granted_in_order(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    for number in range(200):
        link.send(1, Set(id=number, params={"steps": 1 + number}))
    link.send(1, Do(id="end", action="pause"))
    audience.wait(lambda: audience.of(State) and audience.of(State)[-1].action == "pause")
    states = audience.of(State)
    assert [state.id for state in states] == [*range(200), "end"]
    assert [state.params.get("steps") for state in states[:-1]] == list(range(1, 201))


def test_the_newest_frame_wins(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.want(frozenset({RAW}))
    audience.wait(lambda: audience.frames)
    before = decode(audience.frames[-1][1]).seq
    audience.frames.clear()
    time.sleep(0.3)  # the hub is held up, and some 30 frames become old meanwhile
    audience.wait(lambda: len(audience.frames) >= 2)
    first, second = (decode(frame) for _, frame in audience.frames[:2])
    assert second.seq > first.seq
    # Not what was made first came first, but what was newest at the end of the wait.
    assert first.seq - before > second.seq - first.seq


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


def test_the_state_can_be_asked_for(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.send(2, Finger(touch=7, x=0.5, y=0.25))
    answer: gevent.event.AsyncResult[dict[str, Any]] = gevent.event.AsyncResult()
    link.ask_state(answer.set)
    report = answer.get(timeout=PATIENCE_S)
    assert report["running"] is True
    assert [(f["visitor"], f["touch"]) for f in report["fingers"]] == [(2, 7)]


def test_a_dead_thread_is_replaced_and_its_visitors_stay(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.want(frozenset({RAW}))
    link.send(1, Do(action="pause"))
    audience.wait(lambda: audience.of(State) and audience.frames)
    number = decode(audience.frames[-1][1]).seq
    audience.messages.clear()
    audience.frames.clear()
    dead = end_thread(link)
    audience.wait(lambda: audience.of(Notice), patience_s=5.0)
    assert not dead.is_alive()
    assert audience.of(Notice)[0].level == "trouble"
    # Nobody had to come in again, and both are heard.
    assert audience.of(Welcome) == []
    link.send(2, Set(id=1, params={"speed": 0.5}))
    audience.wait(lambda: any(state.by == 2 for state in audience.of(State)))
    assert audience.of(State)[-1].running is False
    link.enter(Visitor(id=3, name="Cleo", colour=""), UNSET)
    audience.wait(lambda: audience.of(Visitors))
    assert [v.name for v in audience.of(Visitors)[-1].list] == ["Anna", "Bert", "Cleo"]
    audience.wait(lambda: audience.frames)
    assert decode(audience.frames[0][1]).seq > number
    audience.wait(lambda: audience.figures.restarts == 1)


def test_wishes_that_wait_while_the_thread_is_replaced_are_granted(
    enter: Open, audience: Audience
) -> None:
    link = enter("Wave")
    dead = end_thread(link)
    dead.join(PATIENCE_S)
    link.send(1, Set(id="late", params={"humps": 5}))
    audience.wait(lambda: any(state.id == "late" for state in audience.of(State)))


def test_a_model_that_hangs_is_left_behind(
    enter: Open, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "HUNG_S", 0.3)
    link = enter("Mischief")
    old = link._worker
    link.send(1, Set(params={"mood": "hang"}))
    audience.wait(lambda: audience.of(Notice))
    assert old.thread.is_alive()
    told = audience.of(State)[-1]
    assert told.params["mood"] == "good"
    audience.messages.clear()
    link.send(1, Set(id="on", params={"speed": 0.5}))
    audience.wait(lambda: any(state.id == "on" for state in audience.of(State)))
    # The old thread wakes up, says nothing any more and takes no wish from its successor.
    Mischief.released.set()
    old.thread.join(PATIENCE_S)
    assert not old.thread.is_alive()
    assert audience.of(Notice) == []


def test_a_model_that_raises_goes_on_with_what_worked(enter: Open, audience: Audience) -> None:
    link = enter("Mischief")
    thread = link._worker.thread
    link.send(1, Set(params={"mood": "raise"}))
    audience.wait(lambda: audience.of(Notice))
    assert "ZeroDivisionError" in audience.of(Notice)[0].text
    assert audience.of(State)[-1].params["mood"] == "good"
    link.send(1, Do(id="bang", action="explode"))
    audience.wait(lambda: len(audience.of(Notice)) == 2)
    link.send(2, Set(id="on", params={"speed": 0.5}))
    audience.wait(lambda: any(state.id == "on" for state in audience.of(State)))
    assert link._worker.thread is thread


def test_visitors_stay_though_the_successor_cannot_be_built_at_first(
    enter: Open, audience: Audience
) -> None:
    link = enter("Mischief")
    Mischief.broken_builds = 2
    audience.messages.clear()
    end_thread(link)
    audience.wait(lambda: audience.of(Notice))
    link.send(2, Set(id="on", params={"speed": 0.5}))
    audience.wait(lambda: any(state.id == "on" for state in audience.of(State)))


def test_wishes_without_end_are_refused_not_hoarded(
    enter: Open, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MAX_WISHES", 50)
    link = enter("Mischief")
    link.send(1, Set(params={"mood": "hang"}))
    audience.wait(lambda: audience.of(State))
    for _ in range(60):
        link.send(1, Set(params={"speed": 0.5}))
    [(error, to), *_] = [pair for pair in audience.messages if isinstance(pair[0], Error)]
    assert isinstance(error, Error)
    assert (error.code, to) == ("busy", 1)


def test_a_closed_room_says_nothing_more(enter: Open, audience: Audience) -> None:
    link = enter("Wave")
    link.want(frozenset({RAW}))
    audience.wait(lambda: audience.frames)
    link.close()
    link._worker.thread.join(PATIENCE_S)
    audience.frames.clear()
    gevent.sleep(0.05)
    assert audience.frames == []
    assert not link._worker.thread.is_alive()


def test_the_keeper_waits_longer_for_a_thread_that_dies_again_and_again() -> None:
    assert list(local.REPLACE_PAUSE_S) == sorted(local.REPLACE_PAUSE_S)
    assert base.WATCH_S + local.REPLACE_PAUSE_S[0] < 5.0
