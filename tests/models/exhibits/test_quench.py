"""A quench freezes in vortices that go as 1 / t."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.quench import Quench
from models.vortices import find_vortices

ENDLESS = {"cylinder": False, "seed": 1}
FULL = 0.8
"""Of the final density: here the fluid counts as condensed."""


def condensed(model: Quench) -> int:
    """Steps until the fluid is there, and counts its vortices."""
    while model.density().mean() < FULL * model.mu:
        model.step(20)
    signs = [vortex.sign for vortex in model.vortices()]
    assert abs(sum(signs)) <= 2
    assert model.healthy() is None
    return len(signs)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_vortices_go_as_one_over_time(precision: Any) -> None:
    """Bray: the density of defects falls as log(t) / t; a power law fitted to it from 40 to 320
    units of time after a quick quench lies between 0.6 and 1.2."""
    model = Quench({**ENDLESS, "Nx": 192, "Ny": 192, "quench_time": 5.0, "cooling": 0.3}, precision)
    condensed(model)
    start = model.t
    times, counts = [], []
    for time in (40, 80, 160, 320):
        while model.t - start < time:
            model.step(20)
        times.append(time)
        counts.append(len(model.vortices()))
    slope = np.polyfit(np.log(times), np.log(counts), 1)[0]
    assert counts[0] > 60
    assert -1.2 < slope < -0.6


@pytest.mark.long
def test_a_slow_quench_leaves_fewer_vortices_as_zurek_says() -> None:
    """Patches grow as tau^(1/4), so there are tau^(-1/2) of them, and their vortices go on
    vanishing while the fluid fills up: the exponent lies between 0.4 and 0.9."""
    taus, counts = (50.0, 200.0, 800.0), []
    for tau in taus:
        quenches = [
            Quench({**ENDLESS, "Nx": 128, "Ny": 128, "quench_time": tau, "cooling": 0.3, "seed": k})
            for k in (1, 2)
        ]
        counts.append(np.mean([condensed(model) for model in quenches]))
    assert counts[0] > counts[1] > counts[2] > 0
    assert -0.9 < np.polyfit(np.log(taus), np.log(counts), 1)[0] < -0.4


def test_the_first_noise_is_in_balance_with_the_gas() -> None:
    """kT / (E + mu) in each long wave: the mean over three bands of 2000 waves, within 8 %; none
    in waves that the grid hardly resolves."""
    model = Quench(ENDLESS, "double")
    waves = np.abs(np.fft.fft2(model.psi)) ** 2 / model.psi.size
    energy = (model.grid.kx[:, None] ** 2 + model.grid.ky**2) / 2
    kT = float(model.params["temperature"]) * model.mu
    assert waves[energy > 1].max() < 1e-12
    for low in (0.0, 0.25, 0.5):
        band = (energy >= low) & (energy < low + 0.25)
        expected = (kT / (energy[band] + model.mu)).mean()
        assert waves[band].mean() == pytest.approx(expected, rel=0.08)


def test_the_gas_keeps_the_noise_in_balance() -> None:
    """What it takes and what it gives are in proportion: while the chemical potential hardly
    moves, the noise stays as it began, within 10 %. It is given every 16 steps: a mean over all
    moments between them."""
    model = Quench({**ENDLESS, "Nx": 64, "Ny": 64, "cooling": 0.1, "quench_time": 5000.0}, "double")
    began = model.channel("norm")
    numbers = []
    for _ in range(64):
        model.step(33)
        numbers.append(model.channel("norm"))
    assert np.mean(numbers) == pytest.approx(began, rel=0.1)


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("steps", [30, 50])
def test_a_random_wave_has_as_many_vortices_as_its_waves_say(steps: int, precision: Any) -> None:
    """Halperin: <k^2> / 4 pi in a unit of area, for a field of many independent waves; to 8 %,
    the chance of a thousand vortices and the beginning of interaction."""
    params = {"cylinder": False, "healing_length": 3.0, "cooling_steps": steps}
    shares = []
    for seed in (1, 2):
        model = Quench({**params, "seed": seed}, precision)
        psi = model.psi
        weights = np.abs(np.fft.fft2(psi)) ** 2
        k2 = model.grid.kx[:, None] ** 2 + model.grid.ky**2
        expected = (k2 * weights).sum() / weights.sum() / (4 * np.pi) * psi.size
        # All of them, in whatever thin fluid.
        shares.append(len(find_vortices(psi, 0.0, 1e-9)) / expected)
    assert np.mean(shares) == pytest.approx(1, abs=0.08)


def test_another_seed_is_another_quench() -> None:
    small = {"Nx": 32, "Ny": 32}
    fields = []
    for seed in (1, 1, 2):
        model = Quench({**small, "seed": seed})
        model.step(40)
        fields.append(model.psi)
    np.testing.assert_allclose(fields[0], fields[1], atol=1e-5)
    assert np.abs(fields[0] - fields[2]).max() > 0.01
