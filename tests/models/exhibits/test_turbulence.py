"""Vortices of both signs: counted, balanced, decaying; and Onsager's clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.turbulence import Turbulence


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("order", ["mixed", "clusters"])
def test_first_state_has_the_vortices_asked_for(order: str, precision: Any) -> None:
    for pairs in (1, 7, 16):
        model = Turbulence({"Nx": 192, "Ny": 160, "pairs": pairs, "order": order}, precision)
        signs = [vortex.sign for vortex in model.vortices()]
        assert (signs.count(1), signs.count(-1)) == (pairs, pairs)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_opposites_vanish_and_the_sum_stays_zero(precision: Any) -> None:
    crowded = {"Nx": 128, "Ny": 128, "pairs": 20, "cooling": 0.05, "seed": 1}
    model = Turbulence(crowded, precision)
    norm = model.density().sum()
    counts = []
    for _ in range(5):
        signs = [vortex.sign for vortex in model.vortices()]
        assert sum(signs) == 0
        counts.append(len(signs))
        model.step(1000)
    assert counts[0] == 40
    assert counts[-1] < counts[0]
    assert model.density().sum() == pytest.approx(norm, rel=1e-3)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_norm_and_energy_are_kept(precision: Any) -> None:
    model = Turbulence({"Nx": 128, "Ny": 128, "pairs": 10, "cooling": 1e-10}, precision)
    norm, energy = model.density().sum(), model.channel("energy")
    model.step(600)
    assert model.density().sum() == pytest.approx(norm, rel=1e-5)
    assert model.channel("energy") == pytest.approx(energy, rel=2e-3)


def test_clusters_hold_more_energy_than_a_mixture_and_dipoles_less() -> None:
    kinetic = [
        np.mean(
            [
                Turbulence(
                    {"Nx": 128, "Ny": 128, "pairs": 10, "order": order, "seed": seed}
                ).energy_parts()["kinetic"]
                for seed in range(3)
            ]
        )
        for order in ("dipoles", "mixed", "clusters")
    ]
    assert kinetic[0] < kinetic[1] < kinetic[2]


def test_an_endless_box_has_no_seam() -> None:
    model = Turbulence({"Nx": 96, "Ny": 64, "pairs": 3}, "double")
    psi = model.psi
    bulk = np.abs(psi) ** 2 > 0.8 * model.mu
    for axis in (0, 1):
        steps = np.abs(np.angle(np.roll(psi, -1, axis) * psi.conj()))
        both = bulk & np.roll(bulk, -1, axis)
        assert steps[both].max() < 1.0


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("seed", [1, 2])
def test_short_waves_hold_the_energy_of_the_cores(seed: int, precision: Any) -> None:
    """Bradley and Anderson: E(k) = N pi hbar^2 n L^2 / (m l^2 k^3), L = 0.8249 the slope of a
    core in units of l = hbar / sqrt(m mu); to 10 %, for the grid has three points in a core.
    The median, for the odd wave of sound stands out."""
    params = {"Nx": 192, "Ny": 192, "pairs": 10, "healing_length": 2.0, "cooling_steps": 200}
    model = Turbulence({**params, "seed": seed}, precision)
    grid, psi = model.grid, model.psi.astype(complex)
    k = np.stack(np.meshgrid(grid.kx, grid.ky, indexing="ij"))
    k2 = (k**2).sum(axis=0)
    k2[0, 0] = 1
    # sqrt(n) v, and of it the part without divergence.
    gradient = np.fft.ifft2(1j * k * np.fft.fft2(psi))
    flow = np.fft.fft2((psi.conj() * gradient).imag / (np.abs(psi) + 1e-12))
    flow -= (k * flow).sum(axis=0) / k2 * k
    each = (np.abs(flow) ** 2).sum(axis=0) / 2 / psi.size
    width = 2 * np.pi / 192
    edges = np.arange(0.5, 96) * width
    energy = np.histogram(np.sqrt(k2), edges, weights=each)[0] / width
    middle = (edges[1:] + edges[:-1]) / 2
    core = 2 * np.sqrt(2)
    expected = 20 * np.pi * model.mu * 0.8249**2 / core**2 / middle**3
    cores = (middle * core > 2.5) & (middle * core < 6)
    assert np.median(energy[cores] / expected[cores]) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_cooling_never_raises_the_energy(precision: Any) -> None:
    model = Turbulence({"Nx": 96, "Ny": 96, "pairs": 8, "cooling": 0.05}, precision)
    energies = []
    for _ in range(12):
        model.step(60)
        energies.append(model.channel("energy"))
    assert (np.diff(energies) < 0).all()
