"""Frames for everybody: vortices only where they are shown, and nothing that is not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.protocol import frames
from app.protocol.frames import FrameKey
from app.rooms import composer
from app.rooms.composer import Composer
from models.contract import Picture, Vortex
from tests.support import client
from tests.support.toy import Wave

DENSITY, VORTICES = FrameKey("density", frames.RAW), FrameKey("vortices", frames.RAW)


class Swirling(Wave):
    """Counts how often its vortices are looked for."""

    asked = 0

    def vortices(self) -> list[Vortex]:
        self.asked += 1
        return [Vortex(0.25, 0.75, 1), Vortex(0.5, 0.5, -1)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(composer.time, "monotonic", lambda: now[0])
    return now


def test_vortices_are_looked_for_only_where_they_are_shown(clock: list[float]) -> None:
    model, frame_of = Swirling(), Composer()
    seen = frame_of.compose(model, [], [DENSITY])
    assert client.decode(seen[DENSITY]).vortices == []
    assert model.asked == 0
    both = frame_of.compose(model, [], [DENSITY, VORTICES])
    assert client.decode(both[DENSITY]).vortices == []
    assert client.decode(both[VORTICES]).vortices == [(16384, 49151, 1), (32768, 32768, -1)]
    assert client.decode(both[VORTICES]).view == 2


def test_vortices_are_looked_for_ten_times_a_second(clock: list[float]) -> None:
    model, frame_of = Swirling(), Composer()
    for _ in range(60):
        seen = frame_of.compose(model, [], [VORTICES])
        assert len(client.decode(seen[VORTICES]).vortices) == 2
        clock[0] += 1 / 60
    assert 9 <= model.asked <= 11
    frame_of.compose(model, [], [VORTICES])
    asked = model.asked
    frame_of.forget_vortices()
    frame_of.compose(model, [], [VORTICES])
    assert model.asked == asked + 1


@pytest.mark.parametrize("wrong", [(0.0, np.inf), (np.nan, 1.0), (-np.inf, 0.0)])
def test_a_scale_that_is_not_finite_never_leaves(
    monkeypatch: pytest.MonkeyPatch, wrong: tuple[float, float]
) -> None:
    model = Wave()
    levels = model.picture("density").levels
    monkeypatch.setattr(model, "picture", lambda _: Picture(levels, *wrong))
    with pytest.raises(FloatingPointError, match="scale"):
        Composer().compose(model, [], [DENSITY])


def test_a_tracer_that_is_nowhere_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Wave()
    places: Any = np.array([[0.5, np.nan]])
    monkeypatch.setattr(model, "tracers", lambda: places)
    with pytest.raises(FloatingPointError, match="tracer"):
        Composer().compose(model, [], [DENSITY])
