"""Friction never raises the energy, keeps the norm, and stops at no flow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.bec_quantum_friction import BECQuantumFriction

SMALL = {"Nx": 64, "Ny": 64, "winding": 0, "cylinder": False}


def noisy(strength: float, precision: Any) -> BECQuantumFriction:
    model = BECQuantumFriction({**SMALL, "Vc_cooling": strength, "dt_t_scale": 0.3}, precision)
    rng = np.random.default_rng(4)
    k = np.zeros(model.shape, complex)
    k[:6, :6] = rng.normal(size=(6, 6)) + 1j * rng.normal(size=(6, 6))
    waves = np.fft.ifft2(k)
    model.load(np.sqrt(model.mu) * (1 + 0.2 * waves / np.abs(waves).max()))
    return model


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("strength", [12.0, 120.0])
def test_energy_never_rises(precision: Any, strength: float) -> None:
    """From look to look, ten steps apart, but for the 1e-6 of rounding in single precision."""
    model = noisy(strength, precision)
    norm = model.density().sum()
    energies = [model.channel("energy")]
    for _ in range(40):
        model.step(10)
        energies.append(model.channel("energy"))
    assert np.diff(energies).max() < 2e-6 * energies[0]
    first, last = (energy - 0.5 for energy in (energies[0], energies[-1]))
    assert last < 0.9 * first
    assert model.density().sum() == pytest.approx(norm, rel=1e-5)


def test_more_friction_cools_faster() -> None:
    weak, strong = noisy(1.0, "double"), noisy(30.0, "double")
    for model in (weak, strong):
        model.step(300)
    assert strong.channel("energy") < weak.channel("energy")


@pytest.mark.parametrize("scale", [0.3, 0.6, 1.0])
def test_energy_never_rises_however_strong_the_friction(scale: float) -> None:
    """In a tangle of vortices, at the highest setting: rises stay below 1e-3 of the energy."""
    model = BECQuantumFriction(
        {
            "Nx": 64,
            "Ny": 64,
            "Vc_cooling": 300.0,
            "random_phase": True,
            "cooling_steps": 60,
            "dt_t_scale": scale,
        }
    )
    energies = []
    for _ in range(30):
        energies.append(model.channel("energy"))
        model.step(20)
    assert np.diff(energies).max() < 1e-3 * energies[0]
    assert energies[-1] < 0.95 * energies[0]
