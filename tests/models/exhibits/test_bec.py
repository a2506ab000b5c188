"""BEC against known results: conservation, order of the method, sound, healing, vortices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import models
from models.exhibits.bec import BEC
from models.gpe import GrossPitaevskii

BOX = {"Nx": 64, "Ny": 32, "cylinder": False, "cooling": 1e-10, "winding": 0}
CALM = {"BEC": {"winding": 0}, "BECQuantumFriction": {"winding": 0}}


@pytest.mark.parametrize(("precision", "tolerance"), [("single", 0.02), ("double", 0.02)])
@pytest.mark.parametrize("waves", [1, 3, 8])
def test_sound_has_bogoliubovs_frequency(precision: Any, tolerance: float, waves: int) -> None:
    """hbar w = sqrt(e (e + 2 g n)), e = hbar^2 k^2 / 2m, to 2 %: what a step of 0.5 costs
    at the shortest wave, whose period is then 30 steps."""
    model = BEC({**BOX, "dt_t_scale": 0.5}, precision)
    k = 2 * np.pi * waves / 64
    e = k**2 / 2
    w = np.sqrt(e * (e + 2 * model.mu))
    wave = np.cos(k * model.grid.x) * np.ones((1, 32))
    model.load(np.sqrt(model.mu) * (1 + 0.01 * wave).astype(complex))
    times, amplitudes = [], []
    for _ in range(int(8 / (w * model.dt)) + 1):
        times.append(model.t)
        amplitudes.append((model.density() * wave).sum())
        model.step(1)
    swings = np.array(amplitudes)
    zeros = np.flatnonzero(np.diff(np.sign(swings)))
    crossings = [times[i] - swings[i] * model.dt / (swings[i + 1] - swings[i]) for i in zeros]
    assert np.pi / np.diff(crossings).mean() == pytest.approx(w, rel=tolerance)


@pytest.mark.parametrize(("precision", "drift"), [("single", 2e-3), ("double", 2e-3)])
def test_norm_and_energy_are_kept_without_cooling(precision: Any, drift: float) -> None:
    """At the exhibit's time step, hbar / max(K): 600 steps of a stirred fluid at rest again."""
    model = BEC({"Nx": 128, "Ny": 128, "cooling": 1e-10}, precision)
    norm, energy = model.density().sum(), model.channel("energy")
    model.step(600)
    assert model.density().sum() == pytest.approx(norm, rel=1e-5)
    assert model.channel("energy") == pytest.approx(energy, rel=drift)


def test_error_falls_with_the_square_of_the_step() -> None:
    def after(scale: float) -> np.ndarray:
        model = BEC({**BOX, "dt_t_scale": scale, "finger_V0_mu": 1.0}, "double")
        rng = np.random.default_rng(2)
        k = np.zeros(model.shape, complex)
        k[:4, :4] = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
        model.load(1 + 20 * np.fft.ifft2(k))
        model.step(round(40 / scale))
        return model.psi

    exact = after(0.0625)
    coarse, fine = (np.abs(after(scale) - exact).max() for scale in (1.0, 0.5))
    assert 3.5 < coarse / fine < 4.8


def test_density_heals_as_thomas_and_fermi_say() -> None:
    """Far from the wall the cooled fluid is flat: g n = mu' to 1 %, mu' that of the norm."""
    model = BEC({"Nx": 128, "Ny": 128, "winding": 0, "cooling_steps": 400}, "double")
    r2 = model.grid.radius2
    bulk = model.density()[r2 < 0.6]
    assert bulk.std() < 0.01 * bulk.mean()
    # Solve for the Thomas-Fermi level that holds the same norm.
    low, high = 0.0, 5.0
    for _ in range(50):
        level = (low + high) / 2
        filled = np.maximum(level - model._potential, 0).sum()
        low, high = (level, high) if filled < model.density().sum() else (low, level)
    assert bulk.mean() == pytest.approx(level, rel=0.03)


@pytest.mark.parametrize("winding", [-9, -3, 0, 1, 6, 7, 12])
def test_first_state_holds_the_vortices_asked_for(winding: int) -> None:
    model = BEC({"Nx": 192, "Ny": 160, "winding": winding})
    signs = [vortex.sign for vortex in model.vortices()]
    assert signs == [1 if winding > 0 else -1] * abs(winding)
    turning = model.channel("vortex_number")
    assert turning == {"anticlockwise": max(winding, 0), "clockwise": max(-winding, 0)}


def test_first_state_is_calm() -> None:
    model = BEC()
    before = model.picture("density")
    model.step(200)
    after = model.picture("density")
    assert len(model.vortices()) == 7
    assert after.hi == pytest.approx(before.hi, rel=0.01)
    change = np.abs(after.levels.astype(int) - before.levels)
    assert np.median(change) <= 1


def test_a_two_second_drag_sheds_vortices() -> None:
    """What visitors do first: from 0.2 to 0.8 of the screen in 2400 steps."""
    model = BEC()
    frames = 120
    for frame in range(frames):
        model.touch("me", 0.2 + 0.6 * frame / (frames - 1), 0.4)
        model.step(20)
    (finger,) = model.fingers()
    assert finger.potential[0] > 0.7
    new = len(model.vortices()) - 7
    assert new >= 2


def test_cooling_lowers_the_energy() -> None:
    model = BEC({"Nx": 64, "Ny": 64, "random_phase": True, "cooling": 0.1, "cooling_steps": 10})
    energies = []
    for _ in range(10):
        energies.append(model.channel("energy"))
        model.step(20)
    assert (np.diff(energies) < 0).all()


def test_random_start_repeats_for_a_seed() -> None:
    params = {"Nx": 32, "Ny": 32, "random_phase": True}
    a, b, c = (BEC({**params, "seed": seed}).psi for seed in (4, 4, 5))
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0.1


@pytest.mark.parametrize("name", ["BEC", "BECVortices", "BECQuantumFriction", "BECVortexRing"])
def test_walls_leave_the_units_true(name: str) -> None:
    """The fluid between them has the density mu / g, within the 3 % that its healed edge takes:
    what is called the speed of sound and the healing length is so. As published it had more."""
    size = {"Nx": 192, "Ny": 192}
    for published, low, high in ((False, 0.98, 1.04), (True, 1.05, 1.7)):
        exhibit = models.get(name)
        model = exhibit({**size, "as_published": published, **CALM.get(name, {})})
        assert isinstance(model, GrossPitaevskii)
        n = model.density()
        bulk = float((n * n).sum() / n.sum())
        assert low < bulk * float(model.params["g"]) / model.mu < high
