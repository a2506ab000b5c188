"""The lower band: waves, a packet of negative mass, sound. (The minimum: test_soc2.)"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.soc1 import SOC1
from models.numerics.arrays import FloatArray

THIN = {"Nx": 128, "Ny": 16, "cloud": 0.0, "cooling": 1e-10, "dt_t_scale": 0.5, "k_R": 0.5}
PRECISIONS = pytest.mark.parametrize("precision", ["single", "double"])


def packet(model: SOC1, k: float) -> Any:
    """A thin wave packet (no interaction to speak of) at wave number `k` from the minimum."""
    envelope = np.exp(-(model.grid.x**2) / (2 * 12**2))
    return 1e-3 * envelope * np.exp(1j * k * model.grid.x) * np.ones((1, 16))


def centre(model: SOC1) -> float:
    along: FloatArray = model.density().sum(axis=1)
    return float((along * model.grid.x[:, 0]).sum() / along.sum())


@PRECISIONS
@pytest.mark.parametrize("waves", [-9, -3, 4, 12])
def test_a_wave_turns_as_the_band_says(precision: Any, waves: int) -> None:
    """The phase of a thin plane wave after 100 steps: to 1e-3, the rounding of float32 over
    the steps."""
    model = SOC1(THIN, precision)
    light = model.light()
    k = 2 * np.pi * waves / 128
    start = 1e-3 * np.exp(1j * k * model.grid.x) * np.ones((1, 16))
    model.load(start)
    model.step(100)
    overlap = np.vdot(start, model.psi) / np.vdot(start, start).real
    k0 = light.minimum()
    energy = float(light.lower(k + k0) - light.lower(k0)) - model.mu
    assert np.angle(overlap * np.exp(1j * energy * model.t)) == pytest.approx(0, abs=1e-3)


@PRECISIONS
@pytest.mark.parametrize("kappa", [-0.3, 0.0, 0.5, 1.2])
def test_a_packet_moves_with_the_slope_of_the_band(precision: Any, kappa: float) -> None:
    """Group velocity dE/dk, averaged over the waves that the packet is made of: to 1 %, or
    1e-3 of the recoil's velocity where it is at rest."""
    model = SOC1(THIN, precision)
    light = model.light()
    k0 = light.minimum()
    start = packet(model, kappa * light.k_R - k0)
    waves = np.abs(np.fft.fft(start[:, 0])) ** 2
    k = model.grid.kx + k0
    slope = (light.lower(k + 1e-4) - light.lower(k - 1e-4)) / 2e-4
    model.load(start)
    begin = centre(model)
    model.step(400)
    speed = (centre(model) - begin) / model.t
    expected = float((slope * waves).sum() / waves.sum())
    assert speed == pytest.approx(expected, rel=0.01, abs=1e-3 * light.k_R)


@PRECISIONS
def test_a_push_against_the_negative_mass_moves_a_packet_the_wrong_way(precision: Any) -> None:
    """A slope of potential that pulls to the right: a packet at the minimum goes right, one
    where the band curves down goes left."""
    ways = []
    for kappa in (None, 0.1):
        model = SOC1({**THIN, "finger_V0_mu": -2.0, "finger_r0": 20.0}, precision)
        light = model.light()
        k0 = light.minimum()
        start = packet(model, 0.0 if kappa is None else kappa * light.k_R - k0)
        places = []
        for pull in (False, True):
            model.reset()
            finger = ((0.65, 0.5), (0.65, 0.5)) if pull else None
            model.load(start, 0.0, finger)
            model.step(150)
            places.append(centre(model))
        ways.append(places[1] - places[0])
    assert ways[0] > 0.05
    assert ways[1] < -0.05


@PRECISIONS
@pytest.mark.parametrize("axis", [0, 1])
def test_sound_knows_both_masses(precision: Any, axis: int) -> None:
    """hbar w = sqrt(e (e + 2 g n)) with e of the band along x (the mean of both ways), of the
    bare mass along y: to 1 % of w."""
    model = SOC1({**THIN, "Ny": 128, "Nx": 128, "dt_t_scale": 1.0, "soc_d": 0.6}, precision)
    light = model.light()
    k0 = light.minimum()
    k = 2 * np.pi * 2 / 128
    along_x = [float(light.lower(k0 + s * k) - light.lower(k0)) for s in (1, -1)]
    e = np.mean(along_x) if axis == 0 else k**2 / 2
    tilt = (along_x[0] - along_x[1]) / 2 if axis == 0 else 0.0
    w = np.sqrt(e * (e + 2 * model.mu))
    line = model.grid.x if axis == 0 else model.grid.y
    wave = np.cos(k * line) + np.zeros(model.shape)
    model.load(np.sqrt(model.mu) * (1 + 0.005 * wave).astype(complex))
    seen, times = [], []
    turning = np.exp(-1j * k * line)
    while model.t < 2.2 * 2 * np.pi / w:
        model.step(5)
        times.append(model.t)
        seen.append((model.density() * turning).sum())
    # Both directions travel: after taking off the drift the amplitude is A cos(w t).
    swings = (np.array(seen) * np.exp(1j * tilt * np.array(times))).real
    zeros = np.flatnonzero(np.diff(np.sign(swings)))
    t = np.array(times)
    crossings = t[zeros] - swings[zeros] * np.diff(t)[zeros] / np.diff(swings)[zeros]
    assert np.pi / np.diff(crossings).mean() == pytest.approx(w, rel=0.01)
