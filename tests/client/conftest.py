"""Programs' rooms: joined by the client under test, on both kinds of server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from app.client import Room
from tests.conftest import SMALL, StartExhibit
from tests.support.compute_service import Service
from tests.support.program_hosts import ComputeHost, WebHost

Join = Callable[..., Room]
GRID = {"Nx": 96, "Ny": 64, "tracers": 100}


@pytest.fixture(scope="module")
def bec() -> Iterator[Service]:
    """A compute server with a fluid that is not square."""
    service = Service("BEC", params=GRID)
    yield service
    service.stop()


@pytest.fixture(params=["exhibit", "compute"])
def host(request: pytest.FixtureRequest) -> WebHost | ComputeHost:
    """A server of each kind, for tests that leave it as it was."""
    if request.param == "exhibit":
        return WebHost(request.getfixturevalue("exhibit"))
    return ComputeHost(request.getfixturevalue("bec"))


@pytest.fixture(params=["exhibit", "compute"])
def mortal(request: pytest.FixtureRequest) -> Iterator[WebHost | ComputeHost]:
    """A server of each kind that a test may kill."""
    if request.param == "exhibit":
        start: StartExhibit = request.getfixturevalue("start")
        yield WebHost(start(*SMALL).ready())
        return
    service = Service("BEC", params=GRID)
    yield ComputeHost(service)
    service.stop()


@pytest.fixture
def join() -> Iterator[Join]:
    """Joins rooms, and leaves them at the end."""
    with ExitStack() as rooms:

        def enter(address: str, room: str | None = "BEC", **options: object) -> Room:
            options = {"timeout_s": 30.0, **options}
            return rooms.enter_context(Room(address, room, **options))  # type: ignore[arg-type]

        yield enter
