"""Rates over the last second, by a clock that the test turns."""

from __future__ import annotations

import pytest

from app.rooms import rates
from app.rooms.rates import Rate


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(rates.time, "monotonic", lambda: now[0])
    return now


def test_a_rate_is_what_the_last_second_saw(clock: list[float]) -> None:
    rate = Rate()
    for _ in range(20):
        rate.add(3)
        clock[0] += 0.1
    assert rate.per_s() == pytest.approx(30, abs=3)


def test_a_rate_falls_to_nothing_when_nothing_happens(clock: list[float]) -> None:
    rate = Rate()
    rate.add(50)
    assert rate.per_s() == 50
    clock[0] += 1.01
    assert rate.per_s() == 0
    rate.add()
    assert rate.per_s() == 1


def test_nothing_is_remembered_for_ever(clock: list[float]) -> None:
    rate = Rate()
    for _ in range(5000):
        rate.add()
        clock[0] += 0.01
    assert len(rate._events) <= 102
