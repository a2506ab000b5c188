"""A user's model in a process of its own: it dies, hangs or eats memory, and the hall goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gevent
import gevent.hub
import msgspec
import pytest

from app.engines import process
from app.engines.process import BROKEN, ENDED, LATE, SILENT, TOO_MUCH, ProcessEngine
from app.engines.process_describe import Described, described
from app.engines.process_task import Task
from app.engines.startup_model import UnfitError
from app.protocol.messages import Error, Notice, Set, State, Welcome
from app.web.http.gevent_hub import watch_on
from tests.engines.conftest import looked_after
from tests.support.audience import ANNA, BERT, RAW, Audience
from tests.support.client import decode

PATIENCE_S = 30.0
SOURCE = '''\
import os
from pathlib import Path
import numpy as np
from models.contract import Model

print("READY to confuse whoever reads this")


class Ramp:
    """A ramp with moods."""

    sliders = [["mood", "slider", "None", "range", 0, 4, 1]]

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
        while self.mood == 4:
            self.hoard.append([0] * 1000)


class Moody(Model):
    """Cannot always be made."""

    def __init__(self, params=None, precision="single"):
        super().__init__(params, precision)
        mood = Path(__file__).with_suffix(".mood")
        mood = mood.read_text() if mood.exists() else ""
        if mood == "raise":
            raise ZeroDivisionError("one over nothing")
        if mood == "die":
            os._exit(9)
        while mood == "hang":
            pass

    def step(self, n):
        self.t += n

    def reset(self):
        self.t = 0.0
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
    engine = ProcessEngine(task, described(task), watch_on(hub), call_soon)
    with looked_after(engine):
        yield engine


def test_a_file_is_described_without_being_loaded_here(task: Task) -> None:
    assert list(described(task).models) == ["Ramp", "Moody"]
    Path(task.file).write_text("class Half:\n    sliders = []\n")
    with pytest.raises(UnfitError, match=r"ramps\.py, line 1: class Half lacks"):
        described(task)
    Path(task.file).write_text("import os\nos._exit(0)\n")
    with pytest.raises(UnfitError, match=r"ramps\.py"):
        described(task)


@pytest.mark.parametrize(
    ("mood", "why"), [(1, ENDED), pytest.param(2, SILENT, marks=pytest.mark.long)]
)
def test_a_model_that_dies_or_hangs_is_started_again(
    engine: ProcessEngine, audience: Audience, mood: int, why: str
) -> None:
    link = engine.open("Ramp", "Ramp", audience)
    link.want(frozenset({RAW}))
    link.enter(ANNA, 5)
    audience.wait(lambda: audience.of(Welcome) and audience.frames, PATIENCE_S)
    frame = decode(audience.frames[-1][1])
    assert (frame.nx, frame.ny) == (24, 16)
    link.send(1, Set(params={"mood": mood}))
    audience.wait(lambda: audience.of(Notice), PATIENCE_S)
    assert audience.of(Notice)[0].text.startswith(why)
    audience.frames.clear()
    audience.wait(lambda: audience.frames, PATIENCE_S)
    assert audience.of(Notice)[-1].level == "info"
    assert audience.of(State)[-1].params["mood"] == 0
    assert decode(audience.frames[0][1]).seq > frame.seq
    assert len(audience.of(Welcome)) == 1


@pytest.mark.long
@pytest.mark.parametrize("mood", [3, 4])
def test_one_that_eats_memory_is_called_so_and_started_again(
    engine: ProcessEngine, audience: Audience, mood: int
) -> None:
    link = engine.open("Ramp", "Ramp", audience)
    link.enter(ANNA, 5)
    audience.wait(lambda: audience.of(Welcome), PATIENCE_S)
    link.send(1, Set(params={"mood": mood}))
    audience.wait(lambda: audience.of(Notice), PATIENCE_S)
    assert audience.of(Notice)[0].text.startswith(TOO_MUCH)
    audience.wait(lambda: audience.of(Notice)[-1].level == "info", PATIENCE_S)


# --- models that cannot be made -----------------------------------------------------------


@pytest.fixture
def mood(task: Task) -> Path:
    """What Moody does when it is made is written here."""
    return Path(task.file).with_suffix(".mood")


def test_whoever_waits_for_one_that_cannot_be_made_is_told_and_let_in_once_it_can(
    engine: ProcessEngine, audience: Audience, mood: Path
) -> None:
    mood.write_text("raise")
    link = engine.open("Moody", "Moody", audience)
    link.enter(ANNA, 5)
    audience.wait(lambda: audience.of(Error) and audience.of(Notice), PATIENCE_S)
    assert (audience.of(Error)[0].id, audience.of(Error)[0].code) == (5, "failed")
    assert "ZeroDivisionError: one over nothing" in audience.of(Notice)[0].text
    link.enter(BERT, 6)
    audience.wait(lambda: audience.of(Error)[-1].id == 6, PATIENCE_S)
    mood.unlink()
    audience.wait(lambda: len(audience.of(Welcome)) == 2, PATIENCE_S)


@pytest.mark.long
def test_one_that_fails_again_and_again_is_left_off(
    engine: ProcessEngine, audience: Audience, mood: Path
) -> None:
    mood.write_text("die")
    link = engine.open("Moody", "Moody", audience)
    link.enter(ANNA, 5)
    audience.wait(
        lambda: audience.of(Notice) and BROKEN in audience.of(Notice)[-1].text, PATIENCE_S
    )
    assert audience.of(Notice)[-1].text.startswith(ENDED)
    # They saw the room as it was declared, and so does whoever comes now.
    link.enter(BERT, 6)
    audience.wait(lambda: len(audience.of(Welcome)) == 2)
    assert BROKEN in audience.of(Notice)[-1].text
    # It is left off.
    assert link._line._start_at is None  # type: ignore[attr-defined]


@pytest.mark.long
def test_one_that_hangs_when_it_is_made_is_noticed_soon_after_its_usual_time(
    task: Task, audience: Audience, mood: Path
) -> None:
    hub = gevent.hub.get_hub()
    known = msgspec.structs.replace(task, usual_s=0.01)
    call_soon = hub.loop.run_callback_threadsafe
    engine = ProcessEngine(known, described(task), watch_on(hub), call_soon)
    mood.write_text("hang")
    with looked_after(engine):
        link = engine.open("Moody", "Moody", audience)
        link.enter(ANNA, 5)
        audience.wait(lambda: any(n.text.startswith(SILENT) for n in audience.of(Notice)), 12.0)
        mood.unlink()
        audience.wait(lambda: audience.of(Notice)[-1].level == "info", PATIENCE_S)


def test_a_file_that_hangs_when_it_is_loaded_is_noticed(
    task: Task, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LATE_S", 1.0)
    told = described(task)
    Path(task.file).write_text("while True:\n    pass\n")
    hub = gevent.hub.get_hub()
    call_soon = hub.loop.run_callback_threadsafe
    engine = ProcessEngine(task, Described(told.models, 0.0, told.files), watch_on(hub), call_soon)
    with looked_after(engine):
        engine.open("Ramp", "Ramp", audience).enter(ANNA, 5)
        audience.wait(lambda: audience.of(Notice), PATIENCE_S)
        assert audience.of(Notice)[0].text.startswith(LATE)
