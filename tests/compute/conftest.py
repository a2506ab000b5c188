"""A compute server that knows a toy and BEC, and outsiders who talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import models
from tests.support.compute_service import Outsider, Service
from tests.support.toy import Counter, Echo, Wave

Serve = Callable[..., Service]
Visit = Callable[..., Outsider]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts compute servers."""
    for toy in (Wave, Counter, Echo):
        monkeypatch.setitem(models._EXHIBITS, toy.__name__, toy)
    services: list[Service] = []

    def start(model: str = "Wave", **options: Any) -> Service:
        services.append(Service(model, **options))
        return services[-1]

    yield start
    for service in services:
        service.stop()


@pytest.fixture
def visit() -> Iterator[Visit]:
    """Connects sockets of a kind to a service."""
    outsiders: list[Outsider] = []

    def connect(kind: int, service: Service, **options: Any) -> Outsider:
        outsiders.append(Outsider(kind, service.endpoint, **options))
        return outsiders[-1]

    yield connect
    for outsider in outsiders:
        outsider.close()
