"""Dark solitons: their speed, and how they snake into vortices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.bec_soliton import BECSoliton


def valley(model: BECSoliton) -> float:
    """Where the density along x is lowest, between grid points."""
    n = model.density()[:, 0].astype(float)
    i = int(n.argmin())
    a, b, c = n[i - 1], n[i], n[(i + 1) % len(n)]
    return float(model.grid.x[i, 0] + 0.5 * (a - c) / (a - 2 * b + c))


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("speed", [-0.6, 0.05, 0.3, 0.7])
def test_a_soliton_moves_at_its_speed(precision: Any, speed: float) -> None:
    """In the box, where the fluid flows so that its phase closes round it: 2 %, for the valley
    is only six points wide, and 0.005 of that of sound."""
    model = BECSoliton({"Nx": 128, "Ny": 16, "v_c": speed, "wobble": 0.0}, precision)
    start = valley(model)
    while model.t < 60:
        model.step(10)
    found = (valley(model) - start) / model.t / model.sound
    assert found == pytest.approx(speed, rel=0.02, abs=0.005)


def test_a_straight_black_one_keeps_its_shape() -> None:
    model = BECSoliton({"Nx": 96, "Ny": 16, "v_c": 0.0, "wobble": 0.0}, "double")
    before = model.density()
    model.step(100)
    waves = np.fft.fft(model.density(), axis=0)
    back = np.fft.ifft(waves * np.exp(1j * model.grid.kx * valley(model))[:, None], axis=0).real
    assert np.abs(back - before).max() < 0.05 * before.max()


@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_bent_one_snakes_into_pairs(precision: Any) -> None:
    model = BECSoliton({"Nx": 96, "Ny": 128, "v_c": 0.1, "wobble": 1.0}, precision)
    assert model.vortices() == []
    model.step(1200)
    signs = [vortex.sign for vortex in model.vortices()]
    assert len(signs) >= 4
    assert sum(signs) == 0
