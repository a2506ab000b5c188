"""A current keeps its winding, cooled or not; the flow is in whole steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.persistent_currents import PersistentCurrents


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("winding", [-3, 8])
def test_a_current_keeps_its_winding(precision: Any, winding: int) -> None:
    model = PersistentCurrents(
        {"Nx": 128, "Ny": 128, "winding": winding, "cooling": 0.1}, precision
    )
    assert model.channel("winding") == winding
    model.step(3000)
    assert model.channel("winding") == winding
    assert model.vortices() == []


def test_the_flow_falls_with_the_radius() -> None:
    """Angular momentum of an atom is hbar times the winding, to 0.1 %."""
    model = PersistentCurrents({"Nx": 128, "Ny": 128, "winding": 5}, "double")
    model.step(20)
    psi = model.psi
    k = np.fft.fft2(psi)
    dx = np.fft.ifft2(1j * model.grid.kx[:, None] * k)
    dy = np.fft.ifft2(1j * model.grid.ky[None, :] * k)
    turning = (psi.conj() * -1j * (model.grid.x * dy - model.grid.y * dx)).sum().real
    assert turning / model.density().sum() == pytest.approx(5, rel=1e-3)


def test_a_strong_finger_lets_the_current_step_down() -> None:
    model = PersistentCurrents(
        {"Nx": 96, "Ny": 96, "winding": 8, "finger_V0_mu": 3.0, "finger_r0": 8.0, "cooling": 0.03}
    )
    model.touch("wall", 0.83, 0.5)
    model.touch("wall2", 0.72, 0.5)
    model.step(3000)
    assert abs(model.channel("winding")) < 8
