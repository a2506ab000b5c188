"""Silence is told from the sleep of whoever listens."""

from __future__ import annotations

import math

import pytest

from app.process import heartbeat
from app.process.heartbeat import BEAT_S, SILENT_S, Heartbeat


class Clock:
    """The monotonic clock, put forward by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """As in `time`."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """In place of the real one."""
    clock = Clock()
    monkeypatch.setattr(heartbeat, "time", clock)
    return clock


def silent_for(signs: Heartbeat, clock: Clock, duration_s: float) -> bool:
    """Is it over after so long, in which it was looked for as it should be?"""
    for _ in range(round(duration_s / BEAT_S)):
        clock.now += BEAT_S
        if signs.is_over():
            return True
    return False


def test_silence_ends_the_patience_and_a_beat_renews_it(clock: Clock) -> None:
    one = Heartbeat(10 * SILENT_S)
    assert not silent_for(one, clock, 9 * SILENT_S)
    one.beat()
    assert not silent_for(one, clock, SILENT_S)
    one.beat()
    assert silent_for(one, clock, SILENT_S + BEAT_S)


def test_a_listener_who_was_held_up_forgives(clock: Clock) -> None:
    one = Heartbeat(SILENT_S)
    for _ in range(3):
        clock.now += 3600
        assert not one.is_over()
    assert silent_for(one, clock, SILENT_S)


def test_who_gives_no_signs_is_never_silent(clock: Clock) -> None:
    assert not silent_for(Heartbeat(math.inf), clock, 10_000)
