"""Whatever visitors set, no frame shows a value that is not finite, and the room lives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import models
from app.protocol import frames
from app.protocol.frames import FrameKey
from app.rooms.recovery import MAX_ROLL_BACKS, SAFE_AFTER_FRAMES
from models import guard
from models.exhibits.bec import BEC
from models.gpe import GrossPitaevskii
from models.parameters import Choice, Float, Integer, Parameter, Toggle
from tests.support import client

SMALL = {"Nx": 32, "Ny": 24, "cooling_steps": 5, "tracers": 100, "steps": 4}
SIZES = (16, 24, 32)
FLUIDS = [name for name in models.names() if issubclass(models.get(name), GrossPitaevskii)]
MakeHall = Callable[..., Any]


def idle() -> None:
    """Nobody sends a command."""


def extreme(rng: np.random.Generator, parameter: Parameter) -> Any:
    """An end of the range, or anything in it; of what only costs time, little."""
    if isinstance(parameter, Toggle):
        return bool(rng.integers(2))
    if isinstance(parameter, Choice):
        return str(rng.choice(parameter.options))
    if parameter.name in ("Nx", "Ny"):
        return int(rng.choice(SIZES))
    if isinstance(parameter, Integer):
        if parameter.name in ("cooling_steps", "steps", "tracers"):
            steps = int(rng.integers(4))
            return min(parameter.high, parameter.low + steps * parameter.step)
        return int(rng.choice([parameter.low, parameter.high, parameter.default]))
    assert isinstance(parameter, Float)
    u = rng.uniform()
    if parameter.scale == "log":
        inside = parameter.low * (parameter.high / parameter.low) ** u
    else:
        inside = parameter.low + (parameter.high - parameter.low) * u
    return float(
        rng.choice([parameter.low, parameter.high, np.clip(inside, parameter.low, parameter.high)])
    )


def views(hall: Any) -> list[FrameKey]:
    return [FrameKey(view.name, frames.RAW) for view in hall.room._class.views]


def look(hall: Any) -> None:
    """See all that a visitor can, and refuse what is not finite."""
    for key, data in hall.room.compose(views(hall)).items():
        frame = client.decode(data)
        assert np.isfinite([frame.lo, frame.hi, frame.time]).all(), key
        assert frame.lo < frame.hi
    # Asked of the model itself, for on the wire NaN would be null.
    for channel in hall.room._class.channels:
        json.dumps(hall.room._model.channel(channel), allow_nan=False)
    report = hall.room.report()
    json.dumps([report["params"], report["fingers"], report["sim_time"]], allow_nan=False)


def shaken(hall: Any, rng: np.random.Generator, rounds: int) -> Iterator[int]:
    """Set, touch, use tools and look, at random and at the extremes."""
    declared = hall.room._class.parameters
    for turn in range(rounds):
        chosen = rng.choice(len(declared), rng.integers(1, 4), replace=False)
        hall.set(**{p.name: extreme(rng, p) for p in (declared[i] for i in chosen)})
        assert hall.heard.take("error") == []
        x, y = rng.random(2)
        hall.finger(1, int(rng.integers(3)), x, y, down=bool(rng.random() < 0.7))
        if rng.random() < 0.2:
            tool = str(rng.choice(list(hall.room._class.actions)))
            place = hall.room._class.actions[tool].takes_place
            hall.do(tool, **({"x": x, "y": y} if place else {}))
        hall.room.advance(idle)
        look(hall)
        hall.heard.take("error")
        yield turn


@pytest.mark.parametrize("rounds", [300, pytest.param(10_000, marks=pytest.mark.long)])
def test_extreme_settings(make_hall: MakeHall, rounds: int) -> None:
    hall = make_hall(BEC, **SMALL)
    told = []
    for _ in shaken(hall, np.random.default_rng(5), rounds):
        told += hall.heard.take("notice")
        hall.heard.all.clear()
    assert {visitor.id for visitor in hall.room.visitors} == {1, 2}
    assert hall.room.running
    # Among them are some that no grid can bear.
    assert len(told) >= rounds // 300
    assert {notice["level"] for notice in told} == {"trouble"}


@pytest.mark.parametrize("name", [name for name in FLUIDS if name != "BEC"])
def test_every_fluid_at_its_extremes(make_hall: MakeHall, name: str) -> None:
    hall = make_hall(models.get(name), **SMALL)
    assert sum(1 for _ in shaken(hall, np.random.default_rng(6), 30)) == 30


def test_ten_times_the_energy_is_undone_and_explained(make_hall: MakeHall) -> None:
    hall = make_hall(BEC, **{**SMALL, "cylinder": False, "healing_length": 2.0})
    model = hall.room._model
    for _ in range(SAFE_AFTER_FRAMES - 10):
        hall.room.advance(idle)
    hall.set(cooling=0.02)
    hall.finger(2, 0, 0.5, 0.5)
    hall.room.advance(idle)
    energy, norm, t = sum(model.energy_parts().values()), model.channel("norm"), model.t
    wave = np.exp(2j * np.pi * 8 * model.grid.x / model.grid.size[0])
    model.load(model.psi * wave, t)
    assert model.channel("norm") == pytest.approx(norm)
    assert np.isfinite(model.psi).all()
    assert sum(model.energy_parts().values()) > 10 * energy
    hall.heard.all.clear()
    hall.room.advance(idle)
    assert model.t < t
    assert sum(model.energy_parts().values()) == pytest.approx(energy, rel=0.2)
    assert hall.heard.last("notice") == {
        "type": "notice",
        "level": "trouble",
        "text": f"The fluid went back to a good moment: there was {guard.ENERGY_JUMP}.",
    }
    # The change of parameters that came before is undone with it, and told to everybody.
    state = hall.heard.last("state")
    assert state["params"] == hall.room.params
    assert state["params"]["cooling"] == 0.01
    assert hall.fingers() == set()
    look(hall)
    hall.room.advance(idle)
    assert hall.heard.take("notice") == []


def test_a_fluid_that_will_not_heal_is_made_anew(make_hall: MakeHall) -> None:
    hall = make_hall(BEC, **SMALL)
    for _ in range(MAX_ROLL_BACKS + 1):
        hall.room._model._settle()
        hall.room._model._field[3, 3] = np.nan
        hall.room.advance(idle)
        look(hall)
    texts = [notice["text"] for notice in hall.heard.take("notice")]
    assert [text.startswith("The model was restarted") for text in texts] == [False] * 3 + [True]
    assert hall.room.stats().restarts == 1
    hall.room.advance(idle)
    assert hall.heard.take("notice") == []


def test_a_single_step_is_looked_after_too(make_hall: MakeHall) -> None:
    hall = make_hall(BEC, **SMALL)
    hall.do("step")
    hall.room._model._settle()
    hall.room._model._field[3, 3] = np.nan
    hall.do("step")
    assert hall.heard.last("notice")["level"] == "trouble"
    look(hall)
