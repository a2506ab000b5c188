"""Engines under test, on the hub of the test's own thread, and rooms that know the toys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import gevent
import gevent.hub
import pytest

import models
from app.engines import base
from app.engines.base import Engine
from app.engines.local import LocalEngine
from app.engines.remote import RemoteEngine
from app.web.http.gevent_hub import watch_on
from tests.support.audience import Audience
from tests.support.compute_service import Service
from tests.support.toy import Counter, Echo, Mischief, Wave

FPS = 100.0
FIRST = {"humps": 3, "nobody": 1}


@pytest.fixture
def audience() -> Audience:
    return Audience()


@pytest.fixture
def _toys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toys are listed."""
    for toy in (Wave, Counter, Echo, Mischief):
        monkeypatch.setitem(models._EXHIBITS, toy.__name__, toy)
    Mischief.released.clear()
    Mischief.hangs.clear()
    Mischief.broken_builds = 0
    yield
    Mischief.released.set()


@contextmanager
def looked_after(engine: Engine) -> Iterator[None]:
    """What an engine's owner does, and its end."""

    def poll() -> None:
        while True:
            gevent.sleep(base.WATCH_S)
            engine.poll()

    keeper = gevent.spawn(poll)
    yield
    keeper.kill()
    Mischief.released.set()
    engine.close()


def here() -> LocalEngine:
    """An engine with threads in this process."""
    return LocalEngine(gevent.hub.get_hub().loop.run_callback_threadsafe, FPS, FIRST)


def elsewhere(endpoint: str, fallback: bool = False, model: str = "Wave") -> RemoteEngine:
    """An engine for what is at `endpoint`."""
    hub = gevent.hub.get_hub()
    return RemoteEngine(
        endpoint,
        here(),
        model=model,
        params=FIRST,
        fallback=fallback,
        keys=None,
        watch=watch_on(hub),
        call_soon=hub.loop.run_callback_threadsafe,
    )


@pytest.fixture
def local(_toys: None) -> Iterator[LocalEngine]:
    """Rooms in threads here."""
    engine = here()
    with looked_after(engine):
        yield engine


@pytest.fixture
def service(_toys: None) -> Iterator[Service]:
    """A compute server that knows the toys."""
    service = Service("Wave")
    yield service
    Mischief.released.set()
    service.stop()


@pytest.fixture
def remote(service: Service) -> Iterator[RemoteEngine]:
    """Rooms on `service`."""
    engine = elsewhere(service.endpoint)
    with looked_after(engine):
        yield engine
