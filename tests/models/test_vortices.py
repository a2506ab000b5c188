"""Vortices are counted exactly and placed within a fraction of a cell."""

from __future__ import annotations

import numpy as np
import pytest

from models.numerics.grid import Grid
from models.vortices import find_vortices


def imprinted(
    rng: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Grid]:
    """A field with `count` vortices and its places (fractions) and signs, far from the edge."""
    grid = Grid(int(rng.integers(24, 120)) * 2, int(rng.integers(24, 120)) * 2, 1.0)
    places: list[np.ndarray] = []
    while len(places) < count:
        place = rng.uniform(0.25, 0.75, 2)
        if all(np.hypot(*((place - other) * grid.shape)) > 5 for other in places):
            places.append(place)
    signs = rng.choice([-1, 1], count)
    Lx, Ly = grid.size
    psi = np.ones(grid.shape, complex)
    for (x, y), sign in zip(places, signs, strict=True):
        dx, dy = grid.x - (x - 0.5) * Lx, grid.y - (y - 0.5) * Ly
        psi = psi * (dx + 1j * sign * dy) / np.sqrt(dx**2 + dy**2 + 2)
    return psi, np.array(places), signs, grid


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize("case", range(12))
def test_imprinted_vortices_are_found(case: int, dtype: type) -> None:
    rng = np.random.default_rng(case)
    psi, places, signs, grid = imprinted(rng, int(rng.integers(1, 7)))
    # The fluid ends well inside the box, where the phase does not close; outside is noise.
    inside = ((2 * grid.x / grid.size[0]) ** 2 + (2 * grid.y / grid.size[1]) ** 2) < 0.8
    noise = 1e-3 * (rng.normal(size=grid.shape) + 1j * rng.normal(size=grid.shape))
    psi = np.where(inside, psi, noise).astype(dtype)
    found = find_vortices(psi, 3.0, 1.0)
    assert len(found) == len(places)
    for vortex in found:
        distance = np.abs((places - (vortex.x, vortex.y)) * grid.shape).max(axis=1)
        nearest = distance.argmin()
        assert distance[nearest] < 0.15
        assert vortex.sign == signs[nearest]


def test_periodic_field_has_no_net_vorticity() -> None:
    rng = np.random.default_rng(0)
    k = rng.normal(size=(64, 48)) + 1j * rng.normal(size=(64, 48))
    k[6:-6] = 0
    k[:, 6:-6] = 0
    psi = np.fft.ifft2(k)
    psi /= np.sqrt((np.abs(psi) ** 2).mean())
    found = find_vortices(psi, 0.0, 1e-6)
    assert len(found) > 10
    assert sum(vortex.sign for vortex in found) == 0


def test_noise_alone_has_none() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(64, 64)) + 1j * rng.normal(size=(64, 64))
    assert find_vortices(1e-3 * noise, 3.0, 1.0) == []
    assert find_vortices(np.zeros((16, 16), complex), 3.0, 0.0) == []
