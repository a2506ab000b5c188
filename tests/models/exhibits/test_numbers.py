"""The numbers: ten are kept, seeds repeat them, and each kind is spread as its name says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from models.exhibits.numbers import TOP, Numbers
from models.parameters import ParameterError


def drawn(count: int, **params: Any) -> list[float]:
    """So many numbers of a new model."""
    model = Numbers(params)
    numbers = []
    for _ in range(count):
        model.step(1)
        numbers.append(model.channel("numbers")[-1])
    return numbers


def test_a_step_is_a_number_and_the_last_ten_are_kept() -> None:
    model = Numbers({"seed": 5})
    assert model.channel("numbers") == []
    model.step(3)
    assert len(model.channel("numbers")) == 3
    three = model.channel("numbers")
    model.step(9)
    ten = model.channel("numbers")
    assert len(ten) == 10
    assert ten[0] == three[2]
    assert len(three) == 3  # what was handed out is not changed afterwards
    json.dumps(ten, allow_nan=False)
    with pytest.raises(KeyError):
        model.channel("nothing")


def test_time_goes_on_by_the_delay_which_is_live() -> None:
    model = Numbers()
    assert model.pause_s == 1.0
    model.step(2)
    before = model.channel("numbers")
    model.set({"delay": 0.25})
    assert model.pause_s == 0.25
    assert model.channel("numbers") == before
    model.step(2)
    assert model.t == pytest.approx(2.5)
    for wrong in (0.0, -1.0, 61.0, float("nan"), "soon"):
        with pytest.raises(ParameterError):
            model.set({"delay": wrong})


def test_a_seed_gives_the_same_numbers_and_none_gives_others() -> None:
    assert drawn(10, seed=7) == drawn(10, seed=7)
    assert drawn(10, seed=7) != drawn(10, seed=8)
    assert drawn(10) != drawn(10)


def test_a_restart_begins_anew() -> None:
    model = Numbers({"seed": 7})
    model.step(10)
    first = model.channel("numbers")
    model.reset()
    assert (model.t, model.channel("numbers")) == (0.0, [])
    model.step(10)
    assert model.channel("numbers") == first
    model.set({"seed": 8})
    assert model.channel("numbers") == []


@pytest.mark.parametrize("kind", ["even", "bell", "walk"])
def test_all_lie_in_the_range_with_three_decimals(kind: str) -> None:
    numbers = drawn(3000, seed=3, kind=kind)
    assert 0 <= min(numbers) < max(numbers) <= TOP
    assert numbers == [round(number, 3) for number in numbers]


def test_each_kind_is_spread_as_its_name_says() -> None:
    even, bell = (np.array(drawn(3000, seed=3, kind=kind)) for kind in ("even", "bell"))
    # Of 3000 numbers, the mean is known to 2 % of the spread: four times that is allowed.
    assert even.mean() == pytest.approx(5, abs=0.21)
    assert even.std() == pytest.approx(10 / np.sqrt(12), abs=0.15)
    assert bell.mean() == pytest.approx(5, abs=0.11)
    assert bell.std() == pytest.approx(1.5, abs=0.1)
    walk = np.array(drawn(3000, seed=3, kind="walk"))
    assert np.abs(np.diff(walk)).mean() == pytest.approx(np.sqrt(2 / np.pi), abs=0.1)
