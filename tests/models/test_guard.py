"""Blow-ups are noticed, never shown, and undone; what is merely wild is left alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from models import guard
from models.exhibits.bec import BEC
from models.parameters import Choice, Float, Integer, Parameter, Toggle

SMALL = {"Nx": 64, "Ny": 64, "cooling_steps": 40}


def shake(model: BEC, frames: int) -> None:
    for frame in range(frames):
        model.touch("a", 0.5 + 0.3 * np.cos(frame / 9), 0.5 + 0.3 * np.sin(frame / 9))
        model.step(20)


def test_hard_stirring_is_healthy() -> None:
    model = BEC({**SMALL, "finger_V0_mu": 5.0})
    for _ in range(20):
        shake(model, 3)
        assert model.healthy() is None


def test_energy_jump_with_the_norm_kept_is_noticed() -> None:
    model = BEC({**SMALL, "cylinder": False}, "double")
    model.step(20)
    assert model.healthy() is None
    psi = model.psi * np.exp(2j * np.pi * 20 * model.grid.x / 64)
    model.load(psi)
    model.step(1)
    assert model.healthy() == guard.ENERGY_JUMP


def test_white_noise_is_noticed() -> None:
    model = BEC(SMALL)
    model.step(1)
    assert model.healthy() is None
    rng = np.random.default_rng(1)
    model.load(rng.normal(size=(64, 64)) + 1j * rng.normal(size=(64, 64)))
    model.step(1)
    assert model.healthy() == guard.TOO_FINE


def test_a_start_from_noise_is_no_trouble() -> None:
    model = BEC({**SMALL, "random_phase": True, "cooling_steps": 0})
    for _ in range(2):
        for _ in range(40):
            model.step(20)
            assert model.healthy() is None
        model.reset()


def test_energy_that_creeps_up_with_nobody_at_it_is_noticed() -> None:
    model = BEC({**SMALL, "cylinder": False, "cooling": 1e-10}, "double")
    wave = np.exp(2j * np.pi * 24 * model.grid.x / 64) * np.ones((1, 64))
    verdicts = []
    for strength in np.linspace(0, 3, 200):
        model.load(np.sqrt(model.mu) * (1 + strength * wave) / np.sqrt(1 + strength**2), model.t)
        model.step(1)
        verdicts.append(model.healthy())
    found = verdicts.index(guard.ENERGY_JUMP)
    assert verdicts[:found] == [None] * found
    assert found > 2 * guard.LOOKS_BETWEEN_STATES


def test_nothing_that_is_not_finite_comes_out() -> None:
    model = BEC(SMALL)
    model.set_tracers(50)
    model.step(20)
    model._settle()
    model._field[5, 5] = np.nan
    model.step(20)
    assert model.healthy() == guard.NOT_FINITE
    for view in model.views:
        picture = model.picture(view.name)
        assert np.isfinite([picture.lo, picture.hi]).all()
    assert np.isfinite(model.tracers()).all()
    for channel in model.channels:
        json.dumps(model.channel(channel), allow_nan=False)


def test_restore_goes_back_and_further_back() -> None:
    model = BEC(SMALL, "double")
    moments = []
    for _ in range(3):
        assert model.healthy() is None
        moments.append((model.t, model.psi))
        for _ in range(guard.LOOKS_BETWEEN_STATES - 1):
            assert model.healthy() is None
        model.step(20)
    model.set({"cooling": 0.5})
    model._settle()
    model._field[5, 5] = np.inf
    model.step(1)
    assert model.healthy() == guard.NOT_FINITE
    assert model.restore() == {"cooling": 0.01}
    assert model.params["cooling"] == 0.01
    for t, psi in reversed(moments):
        assert model.t == t
        np.testing.assert_array_equal(model.psi, psi)
        model.restore()
    assert model.t == 0.0
    model.step(20)
    assert model.healthy() is None


def test_a_new_grid_forgets_the_old_states() -> None:
    model = BEC(SMALL)
    assert model.healthy() is None
    model.set({"Nx": 32})
    model.restore()
    assert model.psi.shape == (32, 64)


def extreme(rng: np.random.Generator, parameter: Parameter) -> Any:
    """An end of the range, or anything in it."""
    if isinstance(parameter, Toggle):
        return bool(rng.integers(2))
    if isinstance(parameter, Choice):
        return str(rng.choice(parameter.options))
    if isinstance(parameter, Integer):
        return parameter.low if rng.random() < 0.5 else min(parameter.high, parameter.low + 32)
    assert isinstance(parameter, Float)
    return float(
        rng.choice([parameter.low, parameter.high, rng.uniform(parameter.low, parameter.high)])
    )


@pytest.mark.parametrize("precision", ["single", "double"])
def test_random_extreme_settings_never_show_and_never_kill(precision: Any) -> None:
    rng = np.random.default_rng(11)
    model = BEC({"Nx": 32, "Ny": 32, "cooling_steps": 5}, precision)
    model.set_tracers(20)
    for _ in range(300):
        chosen = rng.choice(len(model.parameters), 3, replace=False)
        changes = {p.name: extreme(rng, p) for p in (model.parameters[i] for i in chosen)}
        model.set({**changes, "Nx": 32, "Ny": 16})
        model.touch("a", *rng.random(2))
        model.step(20)
        if model.healthy() is not None:
            model.restore()
        for view in model.views:
            picture = model.picture(view.name)
            assert picture.lo < picture.hi < np.inf
        assert np.isfinite(model.psi).all()
        assert np.isfinite(model.tracers()).all()


@pytest.mark.long
def test_a_fluid_without_cooling_stays_beautiful_however_long_it_is_stirred() -> None:
    """Its shortest waves fade. As published they are kept: all becomes noise, and the guard says
    so before there is nothing else to be seen."""
    energies, verdicts = {}, {}
    for published in (False, True):
        model = BEC({**SMALL, "winding": 0, "cooling": 1e-10, "as_published": published})
        verdicts[published] = set()
        for frame in range(1200):
            turn = frame / 20
            model.touch("a", 0.5 + 0.3 * np.cos(turn), 0.5 + 0.3 * np.sin(1.3 * turn))
            model.step(20)
            verdicts[published].add(model.healthy())
        energies[published] = model.channel("energy")
    assert energies[False] < 2.0
    assert energies[True] > 2 * energies[False]
    assert verdicts[False] == {None}
    assert guard.TOO_FINE in verdicts[True]


def test_fading_leaves_alone_what_the_grid_resolves() -> None:
    """Sound of eight cells keeps its energy for 3000 steps to 1e-4, and a pair its distance."""
    model = BEC({**SMALL, "cylinder": False, "winding": 0, "cooling": 1e-10}, "double")
    wave = np.cos(2 * np.pi * 8 * model.grid.x / 64) * np.ones((1, 64))
    model.load(np.sqrt(model.mu) * (1 + 0.02 * wave))
    before = model.channel("energy")
    model.step(3000)
    assert model.channel("energy") - 0.5 == pytest.approx(before - 0.5, rel=1e-2)
