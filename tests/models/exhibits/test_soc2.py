"""Spin-orbit coupling: the lower band, stripes, and energy. (Fields: test_reference.)"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.soc2 import SOC2
from models.exhibits.spin_orbit import SpinOrbit
from models.numerics.backend import Backend
from models.vortices import find_vortices

BOX = {"Nx": 64, "Ny": 16, "k_R": 0.6, "cooling": 1e-10, "cooling_steps": 0}


@pytest.mark.parametrize(("d", "w"), [(0.0, 0.3), (0.0, 1.5), (0.2, 0.5), (-0.7, 0.2), (0.3, 0.0)])
def test_the_minimum_is_where_the_lower_band_is_lowest(d: float, w: float) -> None:
    """Against a fine search; without detuning also k_R sqrt(1 - w^2), or 0 for w >= 1."""
    light = SpinOrbit(1.0, 1.0, 0.7, d, w)
    k = np.linspace(-2, 2, 400001)
    if d != 0:
        assert light.minimum() == pytest.approx(k[light.lower(k).argmin()], abs=2e-5)
    assert light.lower(light.minimum()) <= light.lower(k).min() + 1e-12
    if d == 0:
        assert light.minimum() == pytest.approx(-0.7 * np.sqrt(max(0, 1 - w**2)), abs=1e-9)


@pytest.mark.parametrize(("precision", "tolerance"), [("single", 1e-3), ("double", 1e-3)])
@pytest.mark.parametrize("waves", [-6, -2, 5])
def test_a_wave_of_the_lower_band_turns_as_the_band_says(
    precision: Any, tolerance: float, waves: int
) -> None:
    """Phase and amplitudes of a thin plane wave after 100 steps of half the usual length: to
    1e-3, which is what the splitting of the step costs."""
    model = SOC2({**BOX, "soc_d": 0.15, "soc_w": 0.5, "dt_t_scale": 0.5}, precision)
    light = model.light()
    k = 2 * np.pi * waves / 64
    a, b = light.spinor(k)
    y = np.ones((1, 16))
    start = 1e-3 * np.stack(
        [
            a * np.exp(1j * (k + light.k_R) * model.grid.x) * y,
            b * np.exp(1j * (k - light.k_R) * model.grid.x) * y,
        ]
    )
    model.load(start)
    model.step(100)
    overlap = np.vdot(start, model.psi) / np.vdot(start, start).real
    assert abs(overlap) == pytest.approx(1, abs=tolerance)
    expected = np.exp(-1j * (light.lower(k) - model.mu) * model.t)
    assert np.angle(overlap / expected) == pytest.approx(0, abs=tolerance * model.t)


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_stripes_form_as_far_apart_as_the_minima_say(seed: int) -> None:
    """A disordered thin fluid, cooled: the strongest wave of its density lies within two of the
    box's waves of 2 k_R sqrt(1 - w^2), which is the 22nd."""
    model = SOC2(
        {**BOX, "Nx": 128, "soc_w": 0.4, "cooling": 1.0, "healing_length": 3.0, "g_ab": 0.2},
        "double",
    )
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(2, 2, 128, 1)) * np.ones(16)
    model.load((noise[0] + 1j * noise[1]) * np.sqrt(model.mu / 4))
    model.step(6000)
    spectrum = np.abs(np.fft.fft(model.density().mean(axis=1)))[1:64]
    step = 2 * np.pi / 128
    expected = 2 * model.light().k_R * np.sqrt(1 - 0.4**2)
    assert abs((spectrum.argmax() + 1) * step - expected) < 2.5 * step
    assert spectrum.max() > 0.08 * model.density().mean(axis=1).sum()


def test_faults_are_ends_of_stripes() -> None:
    """Each is a vortex of one of the two waves: six of each sign, and no net turning."""
    model = SOC2({"Nx": 128, "Ny": 128, "cooling_steps": 0, "healing_length": 1.0}, "double")
    light = model.light()
    k0 = 2 * np.pi / 128 * round(light.minimum() * 128 / (2 * np.pi))
    wave = np.fft.fft2(model.psi[0] * np.exp(-1j * (k0 + light.k_R) * model.grid.x))
    kx, ky = np.meshgrid(model.grid.kx, model.grid.ky, indexing="ij")
    wave[np.hypot(kx, ky) > abs(k0)] = 0
    # Without its short waves the field has wide cores, hence the small density asked for.
    signs = [vortex.sign for vortex in find_vortices(np.fft.ifft2(wave), 2.0, 0.02)]
    assert (signs.count(1), signs.count(-1)) == (6, 6)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_energy_is_kept_without_cooling_and_falls_with_it(precision: Any) -> None:
    """Kept to 1e-3 of mu in 300 steps at the usual time step."""
    params = {"Nx": 64, "Ny": 64, "g_bb": 0.7, "cooling_steps": 20}
    model = SOC2({**params, "cooling": 1e-10}, precision)
    before = model.channel("energy")
    model.step(300)
    assert model.channel("energy") == pytest.approx(before, abs=1e-3)
    model.set({"cooling": 0.2})
    energies = []
    for _ in range(10):
        # After a step: the last one's loss of norm is made good by the next.
        model.step(20)
        energies.append(model.channel("energy"))
    assert (np.diff(energies) < 0).all()


@pytest.mark.parametrize(("precision", "tolerance"), [("single", 2e-5), ("double", 1e-12)])
@pytest.mark.parametrize("rabi", [0.4, 40.0])
def test_compiled_and_plain_steps_agree(precision: Any, tolerance: float, rabi: float) -> None:
    """Also where the angle is so large that the series give way to the library."""
    model = SOC2({**BOX, "g_bb": 0.4, "cooling": 0.2}, precision)
    model.touch("a", 0.3, 0.5)
    model.step(30)
    model._mixing[...] *= rabi / 0.4
    rng = np.random.default_rng(1)
    start = (rng.normal(size=(2, 64, 16)) + 1j * rng.normal(size=(2, 64, 16))) * 0.7
    fields = []
    for kernels in (model._kernels, Backend(precision, plain=True).kernels):
        model._kernels = kernels
        model._field[...] = start
        model._potential_step(0.9, model._fingers.table)
        fields.append(model._field.copy())
    assert np.abs(fields[0] - fields[1]).max() < tolerance * np.abs(fields[1]).max()


@pytest.mark.parametrize("plain", [False, True])
def test_tracers_stay_where_the_total_current_vanishes(plain: bool) -> None:
    """In stripes each component streams, one to the right and one to the left: on the whole
    nothing moves, so neither do specks, the speed, the probe and the angular momentum."""
    model = SOC2({**BOX, "start": "stripes", "k_R": 0.3, "cooling_steps": 400})
    if plain:
        model._kernels = Backend("single", plain=True).kernels
    model.set_tracers(200)
    before = model.tracers()
    model.step(200)
    moved = (model.tracers() - before + 0.5) % 1 - 0.5
    assert np.abs(moved * [64, 16]).max() < 1.0
    assert model.picture("velocity").levels.max() < 20
    model.act("probe", {"x": 0.5, "y": 0.5})
    assert model.channel("probe")["speed"] < 0.05
    assert abs(model.channel("angular_momentum")) < 0.05


def test_tracers_go_with_the_one_current_there_is() -> None:
    """Both components with the phase of one plane wave: all atoms at hbar k / m."""
    model = SOC2({**BOX, "k_R": 0.0, "soc_w": 0.0, "start": "one current"}, "double")
    k = 2 * np.pi * 3 / 64
    wave = np.exp(1j * k * model.grid.x) * np.ones((1, 16))
    model.load(np.stack([0.5 * wave, 0.3 * wave]))
    model.set_tracers(20)
    before = model.tracers()
    model.step(40)
    moved = (model.tracers() - before + 0.5) % 1 - 0.5
    np.testing.assert_allclose(moved[:, 0] * 64, k * model.t, rtol=2e-2)
    model.act("probe", {"x": 0.5, "y": 0.5})
    assert model.channel("probe")["speed"] == pytest.approx(k / np.sqrt(model.mu), rel=2e-2)


@pytest.mark.parametrize(("g_ab", "apart"), [(0.8, False), (1.5, True)])
def test_a_mixture_comes_apart_if_it_must(g_ab: float, apart: bool) -> None:
    """Two fluids mix if g_ab^2 < g_aa g_bb, and the seed's noise lets them part if not."""
    mixture = {"Nx": 64, "Ny": 64, "k_R": 0.0, "soc_w": 0.0, "healing_length": 1.0, "seed": 2}
    model = SOC2({**mixture, "g_ab": g_ab, "start": "stripes", "cooling": 0.01})
    model.step(6000)
    a, b = np.abs(model.psi) ** 2
    spin = (b - a) / (a + b)
    assert (spin.std() > 0.5) == apart
