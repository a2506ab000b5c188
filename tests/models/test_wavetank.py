"""Linear waves: their dispersion, their energy, and the stripes behind two slits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.wavetank import WaveTank

OPEN = {"wall": False, "paddle": False, "beach": False, "damping": 1e-6}


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("waves", [(1, 0), (5, 3), (0, -11)])
def test_dispersion(precision: Any, waves: tuple[int, int]) -> None:
    """omega = c k for plane waves of any length, to 1e-4."""
    model = WaveTank({**OPEN, "Nx": 64, "Ny": 48}, precision)
    kx, ky = 2 * np.pi * waves[0] / 64, 2 * np.pi * waves[1] / 48
    wave = np.exp(1j * (kx * model.grid.x + ky * model.grid.y))
    model.load(wave)
    model.step(50)
    turned = np.angle((model.psi * wave.conj()).mean())
    omega = np.hypot(kx, ky)
    expected = -omega * model.t
    assert (turned - expected + np.pi) % (2 * np.pi) - np.pi == pytest.approx(
        0, abs=1e-4 * omega * model.t + 1e-5
    )


@pytest.mark.parametrize("precision", ["single", "double"])
def test_energy_is_kept_in_an_open_tank(precision: Any) -> None:
    model = WaveTank({**OPEN, "Nx": 64, "Ny": 64}, precision)
    model.load(np.exp(-(model.grid.x**2 + model.grid.y**2) / 20).astype(complex))
    energy = model.channel("energy")
    model.step(400)
    decay = np.exp(-2 * 1e-6 * model.t)
    rounding = 1e-4 if precision == "single" else 1e-9
    assert model.channel("energy") == pytest.approx(energy * decay, rel=rounding)


def test_a_wave_equation_it_is() -> None:
    """The height alone obeys u_tt = c^2 laplace u: d'Alembert's two halves run apart."""
    model = WaveTank({**OPEN, "Nx": 256, "Ny": 16}, "double")
    model.load(np.exp(-(model.grid.x**2) / 50) * np.ones((1, 16), complex))
    model.step(round(40 / model.dt))
    x, t = model.grid.x, model.t
    expected = (np.exp(-((x - t) ** 2) / 50) + np.exp(-((x + t) ** 2) / 50)) / 2
    # Only the mean over y, k = 0, has no frequency; it is small here.
    np.testing.assert_allclose(model.psi.real, expected * np.ones((1, 16)), atol=0.01)


def test_stripes_behind_two_slits() -> None:
    model = WaveTank({"Nx": 192, "Ny": 192, "wavelength": 10.0, "slit_width": 0.03})
    model.step(round(260 / model.dt))
    strength = np.zeros(192)
    for _ in range(10):
        model.step(20)
        strength += model.density()[150]
    y = model.grid.y[0]
    inside = np.abs(y) < 55
    far = model.grid.x[150, 0] + 192 / 8
    k = 2 * np.pi / 10
    waves = np.zeros(192, complex)
    for slit in (-0.12 * 192, 0.12 * 192):
        r = np.hypot(far, y - slit)
        # Obliquely a slit is narrower: the cosine of the angle.
        waves += np.exp(1j * k * r) / np.sqrt(r) * far / r
    likeness = np.corrcoef(strength[inside], np.abs(waves[inside]) ** 2)[0, 1]
    assert likeness > 0.9


def test_a_finger_makes_waves_and_the_beach_takes_them() -> None:
    model = WaveTank({"Nx": 96, "Ny": 96, "wall": False, "paddle": False})
    model.touch("a", 0.5, 0.5)
    model.step(400)
    most = model.channel("energy")
    assert most > 0
    assert model.picture("height").levels.std() > 3
    model.lift("a")
    model.step(3000)
    assert model.fingers() == []
    assert model.channel("energy") < 0.02 * most


def test_the_wall_holds_waves_back_but_for_the_slits() -> None:
    walls = ({"wall": False}, {"slit_width": 0.1}, {"slit_width": 0.01})
    behind = []
    for wall in walls:
        model = WaveTank({"Nx": 96, "Ny": 96, **wall})
        model.step(600)
        behind.append(model.density()[60:, 20:76].sum())
    assert behind[0] > 2 * behind[1]
    assert behind[1] > 1.5 * behind[2]
