"""A quench freezes in vortices that go as 1 / t."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.quench import Quench
from models.vortices import find_vortices


@pytest.mark.parametrize("precision", ["single", "double"])
def test_vortices_go_as_one_over_time(precision: Any) -> None:
    """Bray: the density of defects falls as log(t) / t; a power law fitted to it from 20 to 160
    units of time lies between 0.6 and 1.2."""
    model = Quench({"Nx": 192, "Ny": 192, "cylinder": False, "cooling": 0.1}, precision)
    times, counts = [], []
    for time in (20, 40, 80, 160):
        while model.t < time:
            model.step(20)
        signs = [vortex.sign for vortex in model.vortices()]
        assert abs(sum(signs)) <= 2
        times.append(model.t)
        counts.append(len(signs))
    slope = np.polyfit(np.log(times), np.log(counts), 1)[0]
    assert counts[0] > 60
    assert -1.2 < slope < -0.6


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


def test_energy_only_falls() -> None:
    model = Quench({"Nx": 96, "Ny": 96})
    energies = []
    for _ in range(10):
        energies.append(model.channel("energy"))
        model.step(60)
    assert (np.diff(energies) < 0).all()


def test_another_seed_is_another_quench() -> None:
    fields = [Quench({"Nx": 32, "Ny": 32, "seed": seed}).psi for seed in (1, 1, 2)]
    np.testing.assert_array_equal(fields[0], fields[1])
    assert np.abs(fields[0] - fields[2]).max() > 0.1
