"""Modes of a harmonic bowl, and the shapes of Saint-Jalm et al."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.bec_breather import BECBreather


def moments(model: BECBreather) -> tuple[float, float]:
    """Mean x and mean r^2."""
    n = model.density().astype(float)
    n /= n.sum()
    r2 = model.grid.x**2 + model.grid.y**2
    return float((n * model.grid.x).sum()), float((n * r2).sum())


def fitted(times: np.ndarray, values: np.ndarray, guess: float) -> float:
    """Angular frequency of the best a + b cos + c sin through `values`."""
    best, found = np.inf, 0.0
    for w in guess * np.linspace(0.95, 1.05, 401):
        basis = np.stack([np.ones_like(times), np.cos(w * times), np.sin(w * times)], axis=1)
        residue = np.linalg.lstsq(basis, values, rcond=None)[1]
        if residue.size and residue[0] < best:
            best, found = float(residue[0]), float(w)
    return found


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("corners", [0, 3, 4])
def test_mean_square_radius_swings_at_twice_omega(precision: Any, corners: int) -> None:
    model = BECBreather({"Nx": 96, "Ny": 96, "Nshape": corners, "a_HO": 0.11}, precision)
    times, values = [], []
    while model.t < 1.5 * np.pi / model.omega:
        times.append(model.t)
        values.append(moments(model)[1])
        model.step(10)
    w = fitted(np.array(times), np.array(values), 2 * model.omega)
    assert w == pytest.approx(2 * model.omega, rel=5e-3)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_kohns_mode_swings_at_omega(precision: Any) -> None:
    model = BECBreather({"Nx": 96, "Ny": 96, "Nshape": 5, "a_HO": 0.11, "R": 0.3}, precision)
    model.load(np.roll(model.psi, 6, axis=0))
    times, values = [], []
    while model.t < 2.2 * np.pi / model.omega:
        times.append(model.t)
        values.append(moments(model)[0])
        model.step(10)
    w = fitted(np.array(times), np.array(values), model.omega)
    assert w == pytest.approx(model.omega, rel=5e-3)


def overlap(model: BECBreather, first: np.ndarray) -> float:
    n = model.density().astype(float)
    return float((n * first).sum() / np.sqrt((n * n).sum() * (first * first).sum()))


@pytest.mark.parametrize(
    ("corners", "periods"), [(3, 0.5), (0, 2.0)], ids=["triangle T/2", "disc 2T"]
)
def test_breathers_come_back(corners: int, periods: float) -> None:
    """The scalar product of first and present density; 1 only where the healing length is
    nothing to the size, here it is a fortieth."""
    model = BECBreather({"Nx": 192, "Ny": 192, "Nshape": corners, "a_HO": 0.08})
    first = model.density().astype(float)
    period = 2 * np.pi / model.omega
    seen = []
    while model.t < periods * period:
        model.step(round(period / model.dt / 40))
        seen.append(overlap(model, first))
    assert seen[-1] > 0.95
    assert min(seen) < 0.9
