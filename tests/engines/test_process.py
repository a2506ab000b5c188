"""A user's model in a process of its own: it dies, hangs or eats memory, and the hall goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gevent
import gevent.hub
import pytest

from app.compute.task import Task
from app.engines.process import ENDED, ProcessEngine
from app.first_model import UnfitError
from app.place import _described
from app.protocol.messages import Notice, Set, State, Welcome
from app.web.hub import watch_on
from tests.client import decode
from tests.engines.audience import ANNA, RAW, Audience
from tests.engines.conftest import looked_after

PATIENCE_S = 30.0
SOURCE = '''\
import os
import numpy as np

print("READY to confuse whoever reads this")


class Ramp:
    """A ramp with moods."""

    sliders = [["mood", "slider", "None", "range", 0, 3, 1]]

    def __init__(self, opts):
        self.shape, self.mood, self.hoard = (opts.Nx, opts.Ny), 0.0, []

    def get_density(self):
        return np.linspace(0, 1, self.shape[0])[:, None] * np.ones(self.shape[1])

    def get_trace_particles(self):
        return []

    def get(self, name):
        return self.mood

    def set(self, name, value):
        self.mood = value

    def step(self, N, tracer_particles):
        if self.mood == 1:
            os._exit(9)
        while self.mood == 2:
            pass
        while self.mood == 3:
            self.hoard.append(bytearray(1 << 26))
'''


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """A file with one model, and its size."""
    file = tmp_path / "ramps.py"
    file.write_text(SOURCE)
    return Task(file=str(file), fps=60.0, params={"Nx": 24, "Ny": 16})


@pytest.fixture
def engine(task: Task) -> Iterator[ProcessEngine]:
    """An engine for that file."""
    hub = gevent.hub.get_hub()
    call_soon = hub.loop.run_callback_threadsafe
    engine = ProcessEngine(task, _described(task), watch_on(hub), call_soon)
    with looked_after(engine):
        yield engine


def test_a_file_is_described_without_being_loaded_here(task: Task) -> None:
    assert list(_described(task)) == ["Ramp"]
    Path(task.file).write_text("class Half:\n    sliders = []\n")
    with pytest.raises(UnfitError, match=r"ramps\.py, line 1: class Half lacks"):
        _described(task)
    Path(task.file).write_text("import os\nos._exit(0)\n")
    with pytest.raises(UnfitError, match=r"ramps\.py"):
        _described(task)


@pytest.mark.parametrize("mood", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_model_that_dies_or_hangs_is_started_again(
    engine: ProcessEngine, audience: Audience, mood: int
) -> None:
    link = engine.open("Ramp", "Ramp", audience)
    link.want(frozenset({RAW}))
    link.enter(ANNA, 5)
    audience.wait(lambda: audience.of(Welcome) and audience.frames, PATIENCE_S)
    frame = decode(audience.frames[-1][1])
    assert (frame.nx, frame.ny) == (24, 16)
    link.send(1, Set(params={"mood": mood}))
    audience.wait(lambda: audience.of(Notice), PATIENCE_S)
    assert audience.of(Notice)[0].text.startswith(ENDED)
    audience.frames.clear()
    audience.wait(lambda: audience.frames, PATIENCE_S)
    assert audience.of(Notice)[-1].level == "info"
    assert audience.of(State)[-1].params["mood"] == 0
    assert decode(audience.frames[0][1]).seq > frame.seq
    assert len(audience.of(Welcome)) == 1


@pytest.mark.long
def test_one_that_eats_memory_is_stopped_or_started_again(
    engine: ProcessEngine, audience: Audience
) -> None:
    link = engine.open("Ramp", "Ramp", audience)
    link.enter(ANNA, 5)
    audience.wait(lambda: audience.of(Welcome), PATIENCE_S)
    link.send(1, Set(params={"mood": 3}))
    audience.wait(lambda: audience.of(Notice), PATIENCE_S)
    assert audience.of(Notice)[0].level == "trouble"
