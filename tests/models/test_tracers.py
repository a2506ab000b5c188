"""Tracers: seeded where the fluid is, carried as the phase says, never off the grid."""

from __future__ import annotations

import numpy as np
import pytest

from models.exhibits.bec import BEC
from models.numerics.backend import Backend
from models.numerics.grid import Grid
from models.tracers import STRIDE_CELLS, Tracers


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("radius", [0.5, 0.8, 1.5, 4.0])
def test_a_tracer_circles_a_vortex(radius: float, plain: bool) -> None:
    """Round the eye of a vortex the velocity is hbar / (m r): to 5 %, which is how well a cubic
    through four points knows a core one cell wide; the radius keeps to 2 %."""
    kernels = Backend("single", plain).kernels
    x = np.arange(64)[:, None] - 31.7
    y = np.arange(64)[None, :] - 32.4
    psi = ((x + 1j * y) / np.sqrt(x**2 + y**2 + 2)).astype(np.complex64)
    at = np.array([[31.7 + radius, 32.4]])
    time = 0.5 * radius**2
    kernels.advect(psi, at, time, 0.0, 0.0, 1e-6, STRIDE_CELLS)
    r = np.hypot(*(at[0] - (31.7, 32.4)))
    angle = np.arctan2(at[0, 1] - 32.4, at[0, 0] - 31.7)
    assert r == pytest.approx(radius, rel=0.02)
    assert angle == pytest.approx(time / radius**2, rel=0.05)


def test_plane_wave_and_drift_carry_everything_alike() -> None:
    grid = Grid(32, 24, 0.5)
    kx, ky = grid.kx[1], -grid.ky[2]
    psi = (0.3 * np.exp(1j * (kx * grid.x + ky * grid.y))).astype(np.complex128)
    tracers = Tracers(grid)
    tracers.seed(np.ones(grid.shape), 20, 1)
    before = tracers.fractions()
    tracers.move(Backend("double").kernels, psi, 3.0, 2.0, (0.4, 0.0), 0.09)
    moved = (tracers.fractions() - before) * grid.size
    expected = 3.0 * np.array([2.0 * kx + 0.4, 2.0 * ky])
    size = np.array(grid.size)
    np.testing.assert_allclose(
        (moved - expected + size / 2) % size - size / 2, np.zeros((20, 2)), atol=5e-3
    )


def test_seeds_follow_the_density_and_the_seed() -> None:
    model = BEC({"Nx": 64, "Ny": 64, "cooling_steps": 20})
    model.set_tracers(2000)
    first = model.tracers()
    assert first.shape == (2000, 2)
    r2 = ((2 * first - 1) ** 2).sum(axis=1)
    assert (r2 < 1.0).mean() > 0.999
    assert abs((r2 < 0.4).mean() - 0.4 / 0.87) < 0.05
    model.set_tracers(2000)
    np.testing.assert_array_equal(first, model.tracers())
    model.set_tracers(0)
    assert model.tracers().shape == (0, 2)
    with pytest.raises(ValueError, match="0 or more"):
        model.set_tracers(-1)


@pytest.mark.parametrize("plain", [False, True])
def test_positions_stay_in_the_box_whatever_the_field(plain: bool) -> None:
    rng = np.random.default_rng(3)
    psi = (rng.normal(size=(16, 20)) + 1j * rng.normal(size=(16, 20))).astype(np.complex64)
    psi[3:6] = 0
    psi[8:10, 4] = np.nan
    psi[12] *= 1e18
    tracers = Tracers(Grid(16, 20, 1.0))
    tracers.seed(np.ones((16, 20)), 500, 1)
    for _ in range(5):
        tracers.move(Backend("single", plain).kernels, psi, 20.0, 1.0)
        at = tracers.fractions()
        assert np.isfinite(at).all()
        assert ((at >= 0) & (at < 1)).all()
