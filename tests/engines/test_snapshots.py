"""A room's data at one instant, wherever it is computed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import gevent.event
import numpy as np
import pytest
from msgspec import UNSET

from app.compute import server as compute_server
from app.compute import snapshot_cache
from app.engines.base import Engine, RoomLink
from app.engines.remote import RemoteEngine
from app.protocol import compute
from app.protocol.compute import CHUNK_BYTES, WHOLE, SnapshotPart
from app.protocol.messages import Set, State, Welcome
from app.rooms import snapshot
from app.rooms.snapshot import SnapshotError
from tests.support.audience import ANNA, PATIENCE_S, RAW, Audience
from tests.support.compute_service import Service
from tests.support.toy import Wave

Open = Callable[..., RoomLink]


@pytest.fixture(params=["local", "remote"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine there is."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture
def enter(engine: Engine, audience: Audience) -> Iterator[Open]:
    """Opens a room and lets Anna in."""
    links = []

    def opened(model: str = "Wave") -> RoomLink:
        with gevent.Timeout(PATIENCE_S):
            while model not in engine.catalogue():
                gevent.sleep(0.01)
        link = engine.open("hall", model, audience)
        links.append(link)
        link.enter(ANNA, UNSET)
        audience.wait(lambda: audience.of(Welcome))
        return link

    yield opened
    for link in links:
        link.close()


def ask(link: RoomLink, parts: tuple[SnapshotPart, ...] = WHOLE) -> gevent.event.AsyncResult[Any]:
    """What will be the answer."""
    answer: gevent.event.AsyncResult[Any] = gevent.event.AsyncResult()
    link.ask_snapshot(parts, answer.set)
    return answer


def saved(link: RoomLink, parts: tuple[SnapshotPart, ...] = WHOLE) -> dict[str, Any]:
    """The arrays of a snapshot."""
    data = ask(link, parts).get(timeout=PATIENCE_S)
    assert isinstance(data, bytes), data
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return dict(file)


def test_all_of_it_is_of_one_instant(
    enter: Open, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wave, "size", (256, 128))  # of more than one piece
    link = enter()
    link.want(frozenset({RAW}))
    link.send(1, Set(params={"humps": 5}))
    audience.wait(lambda: audience.of(State))
    first = saved(link)
    assert set(first) == {"psi", "density", "t", "params"}
    assert (first["psi"].shape, first["psi"].dtype.kind) == ((256, 128), "c")
    assert first["psi"].nbytes > 3 * CHUNK_BYTES
    np.testing.assert_allclose(first["density"], np.abs(first["psi"]) ** 2)
    hump = np.angle(first["psi"][0, 0] * np.exp(1j * first["t"]))  # it goes with the time
    assert hump == pytest.approx(0.0, abs=1e-6)
    assert (first["t"].shape, first["params"].shape) == ((), ())
    assert json.loads(str(first["params"]))["humps"] == 5
    with gevent.Timeout(PATIENCE_S):  # the next one is of a later instant, once time has gone on
        while saved(link)["t"] == first["t"]:
            gevent.sleep(0.01)


def test_parts_can_be_chosen(enter: Open) -> None:
    link = enter()
    assert saved(link, ("tracers", "shape"))["shape"].tolist() == [24, 16]


def test_several_at_a_time_are_all_answered(enter: Open) -> None:
    link = enter()
    answers = [ask(link) for _ in range(3)]
    assert all(isinstance(answer.get(timeout=PATIENCE_S), bytes) for answer in answers)


def test_without_a_grid_there_is_none(enter: Open) -> None:
    answer = ask(enter("Counter")).get(timeout=PATIENCE_S)
    assert isinstance(answer, SnapshotError)
    assert "no grid" in str(answer)


def test_one_that_is_too_large_is_refused(enter: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MAX_SNAPSHOT_BYTES", 1000)
    answer = ask(enter()).get(timeout=PATIENCE_S)
    assert isinstance(answer, SnapshotError)
    assert "smaller grid" in str(answer)


def test_a_model_that_cannot_tell_or_tells_rubbish_goes_on(
    enter: Open, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = enter()
    for rubbish in (lambda _: 1 / 0, lambda _: np.array([{}], object)):
        monkeypatch.setattr(Wave, "density", rubbish)
        answer = ask(link).get(timeout=PATIENCE_S)
        assert isinstance(answer, SnapshotError)
    link.send(1, Set(id="on", params={"speed": 0.5}))
    audience.wait(lambda: any(state.id == "on" for state in audience.of(State)))
    assert not any(state.params.get("speed") == 1.0 for state in audience.of(State))  # no restart


def test_the_largest_grid_in_double_precision_fits() -> None:
    field = {"psi": np.zeros((2, 1024, 1024), complex), "density": np.zeros((1024, 1024))}
    assert sum(array.nbytes for array in field.values()) < snapshot.MAX_SNAPSHOT_BYTES
    assert snapshot.unpacked(snapshot.packed(field))["psi"].shape == (2, 1024, 1024)


# --- only elsewhere ----------------------------------------------------------------------


def test_a_server_that_goes_is_no_reason_to_wait(
    service: Service, remote: RemoteEngine, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = remote.open("hall", "Wave", audience)
    link.enter(ANNA, UNSET)
    audience.wait(lambda: audience.of(Welcome))
    # It takes the question, and never answers it.
    monkeypatch.setattr(snapshot_cache.SnapshotCache, "_put", lambda *_: None)
    answer = ask(link)
    service.stop()
    assert "does not answer" in str(answer.get(timeout=PATIENCE_S))
    later = ask(link).get(timeout=PATIENCE_S)
    assert isinstance(later, SnapshotError)


def test_what_nobody_fetches_is_forgotten(
    service: Service, remote: RemoteEngine, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_cache, "KEPT_S", 0.2)
    monkeypatch.setattr(compute_server, "WATCH_S", 0.05)
    link = remote.open("hall", "Wave", audience)
    link.enter(ANNA, UNSET)
    audience.wait(lambda: audience.of(Welcome))
    monkeypatch.setattr(compute, "CHUNK_BYTES", 100)
    monkeypatch.setattr(snapshot_cache, "CHUNK_BYTES", 100)
    monkeypatch.setattr("app.engines.remote_downloads.More", lambda **_: Set(params={}))
    answer = ask(link).get(timeout=PATIENCE_S)
    assert isinstance(answer, SnapshotError)
    assert not service.server._handlers.snapshots._items
