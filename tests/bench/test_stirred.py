"""The room that step rates come from counts what it does, and rests while others are measured."""

from __future__ import annotations

from collections.abc import Iterator

import gevent
import numpy as np
import pytest

from app.bench.stirred import StirredRoom
from app.protocol import frames
from app.protocol.frames import FrameKey


class Listening(StirredRoom):
    """Also keeps sequence number and simulation time of each frame."""

    seen: list[tuple[int, float]]

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        shown = frames.unpack(frame)
        self.seen.append((shown.seq, shown.time))
        super().on_frame(key, frame)


@pytest.fixture
def room() -> Iterator[Listening]:
    Listening.seen = []
    stirred = Listening({"Nx": 32, "Ny": 32, "tracers": 0, "steps": 5})
    stirred.open("BEC", "density")
    yield stirred
    stirred.close()


def test_each_number_stands_for_a_frame_of_steps(room: Listening) -> None:
    room.seen.clear()
    assert room.run(0.1) > 0
    numbers, times = (np.array(column) for column in zip(*room.seen[1:-2], strict=True))
    steps = np.diff(times) / np.diff(numbers)
    assert steps == pytest.approx(steps[0], rel=1e-6)


def test_a_paused_room_rests(room: Listening) -> None:
    room.run(0.1)
    gevent.sleep(0.1)
    room.seen.clear()
    gevent.sleep(0.3)
    assert len(room.seen) <= 1
