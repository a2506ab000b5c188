"""Random extreme settings: nothing that is not finite is ever shown, and every exhibit lives."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import models
from models.contract import FieldModel
from models.parameters import Choice, Float, Integer, Parameter, Toggle
from tests.support.fields import FIELDS

EVERY = pytest.mark.parametrize("name", FIELDS)


def extreme(rng: np.random.Generator, parameter: Parameter) -> Any:
    """An end of the range, or anything in it."""
    if isinstance(parameter, Toggle):
        return bool(rng.integers(2))
    if isinstance(parameter, Choice):
        return str(rng.choice(parameter.options))
    if isinstance(parameter, Integer):
        return parameter.low if rng.random() < 0.5 else min(parameter.high, parameter.low + 32)
    assert isinstance(parameter, Float)
    low, high = parameter.low, parameter.high
    return float(rng.choice([low, high, rng.uniform(low, high)]))


def abuse(name: str, settings: int, precision: Any) -> None:
    rng = np.random.default_rng(11)
    model = models.get(name)({"Nx": 32, "Ny": 32}, precision)
    assert isinstance(model, FieldModel)
    model.set_tracers(20)
    for _ in range(settings):
        chosen = rng.choice(len(model.parameters), 3, replace=False)
        changes = {p.name: extreme(rng, p) for p in (model.parameters[i] for i in chosen)}
        model.set({**changes, "Nx": 32, "Ny": 16})
        model.touch("a", *rng.random(2))
        model.step(20)
        # The last good state may be as wild as this one; the initial state ends it.
        for _ in range(5):
            if model.healthy() is None:
                break
            model.restore()
        for view in model.views:
            picture = model.picture(view.name)
            assert picture.lo < picture.hi < np.inf
        assert np.isfinite(model.psi).all()
        assert np.isfinite(model.tracers()).all()
        assert np.isfinite(model.density()).all()
        for channel in model.channels:
            json.dumps(model.channel(channel), allow_nan=False)


@EVERY
@pytest.mark.parametrize("precision", ["single", "double"])
def test_some_extreme_settings(name: str, precision: Any) -> None:
    abuse(name, 40, precision)


@EVERY
@pytest.mark.long
def test_ten_thousand_extreme_settings_in_all(name: str) -> None:
    abuse(name, 10_000 // len(FIELDS) + 1, "single")
