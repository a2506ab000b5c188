"""Linear waves: their dispersion, their energy, beach, wall, and the stripes behind two slits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.wave_tank import WaveTank
from models.numerics.backend import Backend

OPEN = {"wall": False, "paddle": False, "beach": False, "damping": 1e-6}
PRECISIONS = pytest.mark.parametrize("precision", ["single", "double"])


def stencil_omega(kx: float, ky: float) -> float:
    """The frequency that the Laplacian of nine points gives a plane wave."""
    cx, cy = np.cos(kx), np.cos(ky)
    return float(np.sqrt((20 - 8 * (cx + cy) - 4 * cx * cy) / 6))


@PRECISIONS
@pytest.mark.parametrize("waves", [(1, 0), (4, 0), (3, 2), (0, -6)])
def test_dispersion(precision: Any, waves: tuple[int, int]) -> None:
    """omega = c k within (k dx)^2 / 24, 0.7 % at 16 points a wave, the price of the grid; and
    the stencil's own frequency within 1e-4, what the step's length and rounding cost."""
    model = WaveTank({**OPEN, "Nx": 64, "Ny": 48}, precision)
    kx, ky = 2 * np.pi * waves[0] / 64, 2 * np.pi * waves[1] / 48
    k, omega = np.hypot(kx, ky), stencil_omega(kx, ky)
    phase = kx * model.grid.x + ky * model.grid.y
    model.load(np.cos(phase) + 1j * omega * np.sin(phase))
    model.step(2000)
    turned = -np.angle((model.density() * np.exp(-1j * phase)).mean())
    turned += 2 * np.pi * round((omega * model.t - turned) / (2 * np.pi))
    assert turned / model.t == pytest.approx(omega, rel=1e-4 + (omega * model.dt) ** 2 / 24)
    assert turned / model.t == pytest.approx(k, rel=k**2 / 24 + 2e-4)


@PRECISIONS
def test_two_halves_run_apart(precision: Any) -> None:
    """d'Alembert: a heap at rest runs off to both sides, half as high each; to 1 %."""
    model = WaveTank({**OPEN, "Nx": 256, "Ny": 16}, precision)
    model.load(np.exp(-(model.grid.x**2) / 200) * np.ones((1, 16), complex))
    model.step(round(60 / model.dt))
    x, t = model.grid.x, model.t
    expected = (np.exp(-((x - t) ** 2) / 200) + np.exp(-((x + t) ** 2) / 200)) / 2
    np.testing.assert_allclose(model.density(), expected * np.ones((1, 16)), atol=0.01)


@PRECISIONS
def test_energy_is_kept_in_an_open_tank(precision: Any) -> None:
    """But for the damping, to 1e-3: what the step's length lets it sway."""
    model = WaveTank({**OPEN, "Nx": 64, "Ny": 64}, precision)
    model.load(np.exp(-(model.grid.x**2 + model.grid.y**2) / 50).astype(complex))
    energy = model.channel("energy")
    for _ in range(8):
        model.step(100)
        decay = np.exp(-2 * 1e-6 * model.t)
        assert model.channel("energy") == pytest.approx(energy * decay, rel=1e-3)


@PRECISIONS
def test_the_paddle_makes_waves_one_high_and_as_long_as_asked_for(precision: Any) -> None:
    """Both within 2 %, before those that leave to the left come in at the right."""
    params = {"wall": False, "beach": False, "wavelength": 20.0}
    model = WaveTank({**params, "Nx": 512, "Ny": 16}, precision)
    model.load(np.zeros(model.shape, complex))
    model.step(2000)
    x = model.grid.x[:, 0]
    free = (x > -150) & (x < 10)
    line = model.psi[free, 8]
    height = np.sqrt(2 * np.mean(line.real**2))
    assert height == pytest.approx(1.0, abs=0.02)
    wave = line.real - 1j * line.imag / model.omega
    k = np.polyfit(x[free], np.unwrap(np.angle(wave)), 1)[0]
    assert 2 * np.pi / abs(k) == pytest.approx(20.0, rel=0.02)


def test_the_beach_sends_back_less_than_two_percent() -> None:
    """A packet that runs into it leaves less than (2 %)^2 of its energy."""
    model = WaveTank({**OPEN, "beach": True, "Nx": 256, "Ny": 256}, "double")
    r2 = model.grid.x**2 + model.grid.y**2
    model.load(np.exp(-r2 / 100) * np.exp(2j * np.pi * model.grid.x / 16))
    energy = model.channel("energy")
    model.step(3600)
    assert model.channel("energy") < 0.02**2 * energy


def test_nothing_goes_through_a_wall_without_slits() -> None:
    """And all of it comes back, to 1 %."""
    params = {**OPEN, "wall": True, "slit_width": 0.0, "Nx": 128, "Ny": 32}
    model = WaveTank(params, "double")
    x = model.grid.x
    heap = np.exp(-((x + 40) ** 2) / 50) * np.ones((1, 32))
    model.load(heap * (1 + 1j * (x + 40) / 25))
    energy = model.channel("energy")
    model.step(round(42 / model.dt))
    assert np.abs(model.psi[x[:, 0] > -12]).max() < 1e-3
    assert model.channel("energy") == pytest.approx(energy, rel=0.01)
    assert x[model.density()[:, 16].argmax(), 0] == pytest.approx(-18.5 - 42 + 21.5, abs=1)
    assert model.density().max() == pytest.approx(1, abs=0.01)


@PRECISIONS
@pytest.mark.parametrize("wavelength", [12.0, 18.0])
def test_bright_stripes_are_where_both_slits_are_in_step(precision: Any, wavelength: float) -> None:
    """Where the ways from the slits differ by a whole number of waves the water swings most: a
    sixth of a wave is allowed, for the slits are not thin and the beach is near."""
    size, column = 256, 190
    model = WaveTank({"wavelength": wavelength, "slit_width": 0.04}, precision)
    model.step(round(420 / model.dt))
    levels = model.picture("amplitude").levels.astype(float)[::-1, column]
    y = model.grid.y[0]
    far = model.grid.x[column, 0] + size / 8
    half = 0.12 * size
    waves = (np.hypot(far, y + half) - np.hypot(far, y - half)) / wavelength
    peaks = [
        j
        for j in range(2, size - 2)
        if levels[j] == levels[j - 2 : j + 3].max() and abs(waves[j]) < 1.5
    ]
    orders = {round(waves[j]) for j in peaks}
    assert orders == {-1, 0, 1}
    assert max(abs(waves[j] - round(waves[j])) for j in peaks) < 1 / 6


def test_a_finger_makes_waves_and_the_beach_takes_them() -> None:
    model = WaveTank({"Nx": 96, "Ny": 96, "wall": False, "paddle": False})
    model.touch("a", 0.5, 0.5)
    model.step(600)
    most = model.channel("energy")
    assert model.picture("height").levels.std() > 3
    model.lift("a")
    model.step(3000)
    assert model.fingers() == []
    assert model.channel("energy") < 0.02 * most


def test_waves_are_shorter_in_front_of_a_moving_finger() -> None:
    """Doppler: at half the waves' speed by the factors 1 -+ 1/2; the spacing is read from the
    sign changes of the height on either side, to 20 %."""
    model = WaveTank({"Nx": 384, "Ny": 96, "wall": False, "paddle": False, "finger_r0": 2.0})
    speed, begin = 0.5, 0.2
    model.touch("a", begin, 0.5)
    while model.t < 300:
        model.touch("a", begin + speed * model.t / 384, 0.5)
        model.step(5)
    (finger,) = model.fingers()
    at = int(finger.potential[0] * 384)
    line = model.density()[:, 48]
    spacings = []
    for side in (line[at + 8 : at + 60], line[at - 100 : at - 8]):
        crossings = np.flatnonzero(np.diff(np.sign(side)))
        spacings.append(2 * np.diff(crossings).mean())
    assert spacings[0] == pytest.approx(16 * 0.5, rel=0.2)
    assert spacings[1] == pytest.approx(16 * 1.5, rel=0.2)


@pytest.mark.parametrize(("precision", "tolerance"), [("single", 1e-4), ("double", 1e-12)])
def test_compiled_and_plain_loops_agree(precision: Any, tolerance: float) -> None:
    fields = []
    for plain in (False, True):
        model = WaveTank({"Nx": 48, "Ny": 40, "slit_width": 0.2}, precision)
        if plain:
            model._kernels = Backend(precision, plain=True).kernels
        model.touch("a", 0.02, 0.97)
        model.step(300)
        fields.append(model.psi)
    assert np.abs(fields[0] - fields[1]).max() < tolerance * np.abs(fields[1]).max()
