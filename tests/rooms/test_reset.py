"""A room restarts for whoever comes next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import UNSET

import models
from app.protocol.commands import ResetRoom
from app.rooms import parameters
from tests.support.toy import Wave


def test_all_is_as_at_the_start_and_it_was_nobodys_wish(make_hall: Callable[..., Any]) -> None:
    hall = make_hall(Wave, speed=0.5, tracers=100)
    first = hall.room.params
    hall.set(speed=-1.0, humps=5, steps=7, precision="double")
    hall.finger(2, 0, 0.25, 0.5)
    hall.room.advance(lambda: None)
    hall.do("pause")
    hall.heard.all.clear()
    hall.room.handle(1, ResetRoom())
    assert hall.room.params == first
    assert hall.room.running
    assert hall.room.model.t == 0
    assert hall.fingers() == set()
    told = hall.heard.take("state")
    assert {state["by"] for state in told} == {None}
    changed = {name for state in told for name in state["params"]}
    assert changed == {"speed", "humps", "steps", "precision"}
    assert hall.heard.all == []
    hall.finger(2, 0, 0.3, 0.5)  # they still drag what is gone
    assert hall.fingers() == set()


def test_what_is_as_it_was_is_not_set(hall: Any) -> None:
    hall.room.handle(1, ResetRoom(id=UNSET))
    assert {name for state in hall.heard.take("state") for name in state["params"]} == set()


@pytest.mark.parametrize("name", models.names())
def test_every_exhibit_comes_back_from_every_preset(
    make_hall: Callable[..., Any], name: str
) -> None:
    model = models.get(name)
    sizes = {p.name: 32 for p in parameters.declared(model) if p.name in ("Nx", "Ny")}
    hall = make_hall(model, **sizes)
    first = hall.room.params
    for preset in model.presets.values():
        hall.set(**{key: value for key, value in preset.items() if key not in sizes})
        hall.heard.all.clear()
        hall.room.handle(1, ResetRoom())
        assert hall.heard.take("error") == []
        assert hall.room.params == first
