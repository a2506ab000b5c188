"""Visitors' pictures: upright, in proportion, with the density that Thomas and Fermi say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import models
from models.contract import ActionError
from models.exhibits.bec import BEC
from models.exhibits.hello_world import HelloWorld
from models.exhibits.wave_tank import WaveTank
from models.gpe import GrossPitaevskii
from models.numerics.arrays import ByteArray
from models.numerics.grid import Grid
from models.picture_trap import PICTURE_WALL_MU, brightness

BOX = {"Nx": 96, "Ny": 64, "cylinder": False, "cooling": 1e-10}
TAKERS = [name for name in models.names() if models.get(name).pictures]


def letter_f() -> ByteArray:
    """A white F on black, 40 high and 30 wide: no turn and no mirror makes it itself."""
    levels = np.zeros((40, 30), np.uint8)
    levels[4:36, 6:12] = levels[4:10, 6:26] = levels[18:24, 6:20] = 255
    return levels


def likeness(one: Any, other: Any) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize("use", ["trap", "density"])
def test_a_picture_is_upright_and_not_mirrored(use: Any) -> None:
    model = BEC({**BOX, "Nx": 60, "Ny": 80})
    model.load_picture(letter_f(), use)
    shown = model.picture("density").levels.astype(float)
    upright = np.kron(letter_f(), np.ones((2, 2)))
    best = likeness(shown, upright)
    assert best > 0.85
    for wrong in (upright[::-1], upright[:, ::-1], upright[::-1, ::-1]):
        assert likeness(shown, wrong) < best - 0.2


@pytest.mark.parametrize(("across", "up"), [(96, 64), (64, 96), (64, 64), (250, 16)])
def test_a_picture_keeps_its_proportions_and_its_middle(across: int, up: int) -> None:
    square = np.full((20, 20), 255, np.uint8)
    M = brightness(square, Grid(across, up, 0.5), edge=0.25)
    inside = np.argwhere(M > 0.5)
    side = min(across, up)
    assert tuple(np.ptp(inside, axis=0) + 1) == (side, side)
    assert abs(inside.mean(axis=0) - (np.array([across, up]) - 1) / 2).max() <= 0.5


def test_a_picture_of_any_size_fits_any_grid() -> None:
    rng = np.random.default_rng(1)
    for shape in ((1, 1), (1, 128), (128, 1), (3, 128), (128, 128)):
        levels = rng.integers(0, 256, shape, np.uint8)
        for grid in (Grid(16, 1024, 1.0), Grid(1024, 16, 1.0), Grid(16, 16, 10.0)):
            M = brightness(levels, grid, edge=grid.dx)
            assert M.shape == grid.shape
            assert 0 <= M.min() <= M.max() <= 1


@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_healed_fluid_follows_thomas_and_fermi(precision: Any) -> None:
    """Three plates of grey: n g / mu = 1 - WALL (1 - M), within 2 %; black holds no fluid."""
    levels = np.zeros((64, 96), np.uint8)
    greys = (255, 220, 180)
    for i, grey in enumerate(greys):
        levels[12:52, 12 + 24 * i : 12 + 24 * (i + 1)] = grey
    model = BEC({**BOX, "Nx": 192, "Ny": 128, "cooling_steps": 500}, precision)
    model.load_picture(levels, "trap")
    model.step(200)
    n = model.density() / model.mu
    for i, grey in enumerate(greys):
        middle = n[48 * (i + 1) - 6 : 48 * (i + 1) + 7, 52:76]
        expected = 1 - PICTURE_WALL_MU * (1 - grey / 255)
        assert middle.mean() == pytest.approx(expected, rel=0.02)
    assert n[:4].max() < 1e-3


def test_norm_and_chemical_potential_are_those_declared() -> None:
    model = BEC({**BOX, "cooling_steps": 500}, "double")
    levels = np.zeros((64, 96), np.uint8)
    levels[8:56, 8:88] = 255
    model.load_picture(levels, "trap")
    M = brightness(levels, model.grid, 1.0)
    declared = np.maximum(1 - PICTURE_WALL_MU * (1 - M), 0).sum() * model.mu
    assert model.density().sum() == pytest.approx(declared, rel=1e-6)
    model.step(100)
    assert model.density().sum() == pytest.approx(declared, rel=1e-6)
    parts = model.energy_parts()
    mu = parts["kinetic"] + parts["potential"] + 2 * parts["interaction"]
    assert mu == pytest.approx(1.0, rel=0.03)


def test_as_fluid_the_density_is_the_picture() -> None:
    model = HelloWorld({"Nx": 64, "Ny": 64}, "double")
    levels = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (64, 1))
    model.load_picture(levels, "density")
    M = brightness(levels, model.grid, 1.0)
    expected = M * (model.mu - model._external())
    assert np.allclose(model.density(), expected, atol=1e-9)
    model.step(50)
    assert model.healthy() is None


@pytest.mark.parametrize("use", ["trap", "density"])
@pytest.mark.parametrize("name", TAKERS)
def test_every_taker_stays_healthy_in_the_roughest_picture(name: str, use: Any) -> None:
    """A chequerboard of single cells, black and white, at the exhibit's own time step."""
    model = models.get(name)({"Nx": 64, "Ny": 48, "cooling": 1e-10})
    assert isinstance(model, GrossPitaevskii)
    model.set_tracers(50)
    levels = np.indices((48, 64)).sum(axis=0).astype(np.uint8) % 2 * 255
    model.load_picture(levels, use)
    norm = model.density().sum(dtype=float)
    for _ in range(5):
        model.step(20)
        assert model.healthy() is None
    assert model.density().sum(dtype=float) == pytest.approx(norm, rel=1e-4)
    assert len(model.tracers()) == 50


def test_a_reset_forgets_the_picture() -> None:
    model, fresh = BEC(BOX), BEC(BOX)
    model.load_picture(letter_f(), "trap")
    assert model.density()[:4].max() < 0.1 * model.mu < fresh.density()[:4].min()
    model.set({"cooling": 0.02})  # what needs no new beginning leaves the picture alone
    model.step(20)
    assert model.density()[:4].max() < 0.1 * model.mu
    model.reset()
    assert np.allclose(model.psi, fresh.psi)
    model.load_picture(letter_f(), "trap")
    model.set({"healing_length": 2.0})
    assert np.allclose(model.psi, BEC({**BOX, "healing_length": 2.0}).psi)


def test_a_roll_back_keeps_the_picture() -> None:
    model = BEC({**BOX, "cooling": 0.01})
    model.step(20)
    assert model.healthy() is None
    model.load_picture(letter_f(), "trap")
    for _ in range(25):
        model.step(20)
        assert model.healthy() is None
    good = model.density()
    model._settle()
    model._field[...] = np.nan
    model.step(1)
    assert model.healthy() is not None
    model.restore()
    assert likeness(model.density(), good) > 0.95
    model.step(40)
    assert model.density()[:4].max() < 0.1 * model.mu
    assert model.healthy() is None


def test_before_a_picture_is_no_good_state_to_go_back_to() -> None:
    model = BEC(BOX)
    model.step(20)
    assert model.healthy() is None
    model.load_picture(letter_f(), "trap")
    model.restore()
    assert np.allclose(model.density(), BEC(BOX).density())


@pytest.mark.parametrize("use", ["trap", "density"])
def test_a_black_picture_is_refused_and_changes_nothing(use: Any) -> None:
    model = BEC(BOX)
    model.step(20)
    psi, t = model.psi, model.t
    with pytest.raises(ActionError, match="too dark"):
        model.load_picture(np.zeros((8, 8), np.uint8), use)
    assert np.array_equal(model.psi, psi)
    assert model.t == t


def test_who_takes_no_pictures_says_so() -> None:
    with pytest.raises(ActionError, match="nothing"):
        WaveTank({"Nx": 32, "Ny": 32}).load_picture(letter_f(), "trap")
    with pytest.raises(ActionError, match="nothing"):
        models.get("SOC2")({"Nx": 32, "Ny": 32}).load_picture(letter_f(), "density")
