"""A room opens whatever the other end does: whoever comes is let in, and told what is wrong."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import gevent
import gevent.hub
import pytest
import zmq

from app.engines.base import Engine, RoomLink
from app.engines.mixed import MixedEngine
from app.engines.process import ProcessEngine
from app.engines.process_describe import described
from app.engines.process_task import Task
from app.engines.remote import RemoteEngine
from app.protocol.frames import FrameKey
from app.protocol.messages import Notice, ServerMessage, Welcome
from app.protocol.stats import RoomStats
from app.web.http.gevent_hub import watch_on
from tests.engines.conftest import elsewhere, here, looked_after
from tests.engines.test_process import PATIENCE_S, SOURCE
from tests.engines.test_remote import started_at
from tests.support.audience import ANNA, BERT, RAW, Audience
from tests.support.compute_service import Service
from tests.support.fake_super_hydro import FakeSuperHydro

SOON_S = 3.0
"""Within this visitors are in and know what is wrong, and see the fluid once it is there."""


class Whole(Audience):
    """An audience that is not whole until it has its link, as a stage is not."""

    link: RoomLink

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        assert self.link is not None
        super().on_message(message, to)

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        assert self.link is not None
        super().on_frame(key, frame)

    def on_stats(self, stats: RoomStats) -> None:
        assert self.link is not None
        super().on_stats(stats)


def opened(engine: Engine, model: str) -> Whole:
    """Anna in a room of that name."""
    audience = Whole()
    audience.link = engine.open(model, model, audience)
    audience.link.want(frozenset({RAW}))
    audience.link.enter(ANNA, 5)
    return audience


def sees(audience: Audience, patience_s: float) -> None:
    """There is a welcome, and a fluid."""
    audience.wait(lambda: audience.of(Welcome) and audience.frames, patience_s)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def endpoint() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def processes(folder: Path) -> ProcessEngine:
    """An engine for a file with Ramp."""
    file = folder / "ramps.py"
    file.write_text(SOURCE)
    task = Task(file=str(file), fps=60.0, params={"Nx": 24, "Ny": 16})
    hub = gevent.hub.get_hub()
    soon = hub.loop.run_callback_threadsafe
    return ProcessEngine(task, described(task), watch_on(hub), soon)


@pytest.mark.usefixtures("_toys")
@pytest.mark.parametrize("model", ["Wave", "Ramp"])
def test_here_in_a_thread_or_a_process(model: str, stack: ExitStack, tmp_path: Path) -> None:
    engine = MixedEngine(processes(tmp_path), here())
    stack.enter_context(looked_after(engine))
    sees(opened(engine, model), PATIENCE_S)


class Mute:
    """Somebody who takes everything and answers nothing."""

    def __init__(self, endpoint: str) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.bind(endpoint)

    def stop(self) -> None:
        self._context.destroy(linger=0)


def legacy(endpoint: str) -> Any:
    return FakeSuperHydro(endpoint, tracers=3)


OTHERS = [started_at, legacy]


def known(engine: RemoteEngine, true: Callable[[], Any]) -> None:
    """Let the hub run until the engine knows what is there."""
    with gevent.Timeout(10):
        while not true():
            gevent.sleep(0.02)


@pytest.mark.usefixtures("_toys")
@pytest.mark.parametrize("other", OTHERS)
def test_elsewhere_at_once(other: Any, endpoint: str, stack: ExitStack) -> None:
    stack.callback(other(endpoint).stop)
    engine = elsewhere(endpoint)
    stack.enter_context(looked_after(engine))
    known(engine, lambda: engine._known is not None)
    audience = opened(engine, "Wave")
    sees(audience, SOON_S)
    assert not audience.of(Notice)


@pytest.mark.usefixtures("_toys")
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("fallback", [False, True])
@pytest.mark.parametrize("already", [False, True])
def test_elsewhere_late(
    other: Any, fallback: bool, already: bool, endpoint: str, stack: ExitStack
) -> None:
    engine = elsewhere(endpoint, fallback)
    stack.enter_context(looked_after(engine))
    if already:  # the server is known to be away when the first visitor comes
        known(engine, lambda: engine._trouble)
    audience = opened(engine, "Wave")
    audience.wait(lambda: audience.of(Welcome) and audience.of(Notice), SOON_S)
    assert "does not answer" in audience.of(Notice)[-1].text
    assert ("this computer" in audience.of(Notice)[-1].text) == fallback
    if fallback:
        sees(audience, SOON_S)
    # So it is for who comes later in the outage.
    audience.messages.clear()
    audience.link.enter(BERT, 6)
    audience.wait(lambda: audience.of(Welcome) and audience.of(Notice), SOON_S)
    assert (audience.of(Notice)[-1], BERT.id) in audience.messages
    audience.messages.clear()
    audience.frames.clear()
    stack.callback(other(endpoint).stop)
    audience.wait(lambda: [told for told in audience.of(Notice) if "is back" in told.text], SOON_S)
    audience.frames.clear()
    audience.wait(lambda: audience.frames, SOON_S)
    # Who comes now hears of no trouble.
    audience.messages.clear()
    audience.link.leave(BERT.id)
    audience.link.enter(BERT, 7)
    audience.wait(lambda: audience.of(Welcome), SOON_S)
    assert not audience.of(Notice)


@pytest.mark.usefixtures("_toys")
@pytest.mark.parametrize("fallback", [False, True])
def test_elsewhere_somebody_who_never_answers(
    fallback: bool, endpoint: str, stack: ExitStack
) -> None:
    stack.callback(Mute(endpoint).stop)
    engine = elsewhere(endpoint, fallback)
    stack.enter_context(looked_after(engine))
    audience = opened(engine, "Wave")
    audience.wait(lambda: audience.of(Welcome) and audience.of(Notice), SOON_S)
    if fallback:
        sees(audience, SOON_S)


@pytest.mark.usefixtures("_toys")
def test_super_hydro_that_is_recognised_and_falls_silent(endpoint: str, stack: ExitStack) -> None:
    theirs = FakeSuperHydro(endpoint)
    stack.callback(theirs.stop)
    engine = elsewhere(endpoint)
    stack.enter_context(looked_after(engine))
    known(engine, lambda: theirs.words)
    theirs.answering.clear()
    audience = opened(engine, "Wave")
    audience.wait(lambda: audience.of(Welcome) and audience.of(Notice), SOON_S)
    theirs.answering.set()
    sees(audience, SOON_S)


@pytest.mark.usefixtures("_toys")
def test_a_server_that_opens_no_room_says_why(stack: ExitStack) -> None:
    service = Service("Wave")
    stack.callback(service.stop)
    engine = elsewhere(service.endpoint)
    stack.enter_context(looked_after(engine))
    known(engine, lambda: engine._known is not None)
    assert engine._known is not None
    engine._known["Elsewhere"] = {**engine._known["Wave"], "name": "Elsewhere"}
    audience = opened(engine, "Elsewhere")
    audience.wait(lambda: audience.of(Welcome) and audience.of(Notice), SOON_S)
    assert "no model 'Elsewhere'" in audience.of(Notice)[-1].text
