"""A room in a native thread: it never runs on the hub, and is replaced when it dies or hangs."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator

import gevent
import pytest
from msgspec import UNSET

from app.engines import base, hang_detector, local, worker
from app.engines.local import LocalEngine, LocalLink
from app.protocol.messages import Do, Error, Notice, Set, State, Visitor, Visitors, Welcome
from tests.support.audience import ANNA, BERT, PATIENCE_S, RAW, Audience
from tests.support.client import decode
from tests.support.toy import Mischief

# Threads die here, and on purpose.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

Open = Callable[..., LocalLink]


@pytest.fixture
def enter(local: LocalEngine, audience: Audience) -> Iterator[Open]:
    """Opens a room and lets Anna and Bert in."""
    links = []

    def opened(model: str) -> LocalLink:
        link = local.open("hall", model, audience)
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


def test_the_model_runs_in_a_thread_of_its_own_and_news_come_on_the_hub(
    enter: Open, audience: Audience
) -> None:
    link = enter("Wave")
    link.want(frozenset({RAW}))
    audience.wait(lambda: audience.frames and audience.stats.steps_per_s > 0)
    assert audience.threads == {threading.main_thread()}
    room = link._worker.room
    assert room is not None
    assert room._model.threads == {link._worker.thread}  # type: ignore[attr-defined]


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
    audience.wait(lambda: audience.stats.restarts == 1)


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
    monkeypatch.setattr(hang_detector, "HUNG_S", 0.3)
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
    # The old thread wakes up, says nothing any more and takes no command from its successor.
    Mischief.released.set()
    old.thread.join(PATIENCE_S)
    assert not old.thread.is_alive()
    assert audience.of(Notice) == []


@pytest.mark.long
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
    monkeypatch.setattr(worker, "MAX_TASKS", 50)
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
