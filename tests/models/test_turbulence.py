"""Vortices of both signs: counted, balanced, decaying; and Onsager's clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.turbulence import Turbulence


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("order", ["mixed", "clusters"])
def test_first_state_has_the_vortices_asked_for(order: str, precision: Any) -> None:
    for pairs in (1, 7, 16):
        model = Turbulence({"Nx": 192, "Ny": 160, "pairs": pairs, "order": order}, precision)
        signs = [vortex.sign for vortex in model.vortices()]
        assert (signs.count(1), signs.count(-1)) == (pairs, pairs)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_opposites_vanish_and_the_sum_stays_zero(precision: Any) -> None:
    model = Turbulence({"Nx": 128, "Ny": 128, "pairs": 20, "cooling": 0.02}, precision)
    norm = model.density().sum()
    counts = []
    for _ in range(5):
        signs = [vortex.sign for vortex in model.vortices()]
        assert sum(signs) == 0
        counts.append(len(signs))
        model.step(600)
    # A pair or two that lay close together are gone before the clock starts.
    assert 34 <= counts[0] <= 40
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
