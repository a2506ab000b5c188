"""A turning trap: its lattice turns as Feynman says, and a changed speed makes no jump."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.bec_vortices import BECVortices


def places(model: BECVortices) -> np.ndarray:
    return np.array([complex(v.x - 0.5, v.y - 0.5) for v in model.vortices()])


def point_vortices(z: np.ndarray, radius: float, time: float) -> np.ndarray:
    """Where Kirchhoff's equations with images in a round wall carry vortices of +1."""

    def flow(z: np.ndarray) -> np.ndarray:
        apart = z[:, None] - z[None, :]
        np.fill_diagonal(apart, np.inf)
        images = radius**2 / z.conj()
        conjugate = -1j * ((1 / apart).sum(axis=1) - (1 / (z[:, None] - images)).sum(axis=1))
        return conjugate.conj()

    steps = 200
    h = time / steps
    for _ in range(steps):
        a = flow(z)
        b = flow(z + h / 2 * a)
        z = z + h / 6 * (a + 2 * b + 2 * (c := flow(z + h / 2 * b)) + flow(z + h * c))
    return z


@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_lattice_turns_as_point_vortices_do(precision: Any) -> None:
    """Within 5 %: the wall is soft, and the fluid's edge known to half a healing length."""
    model = BECVortices(
        {"Nx": 128, "Ny": 128, "winding": 12, "bump_h": 0.0, "cooling": 1e-10}, precision
    )
    before = places(model) * 128
    edge = model.density()[64:, 64].sum() / model.density()[64:, 64].max()
    model.step(2000)
    after = places(model) * 128
    expected = point_vortices(before, edge, model.t)
    assert len(before) == len(after) == 12
    found = after[np.abs(expected[:, None] - after[None, :]).argmin(axis=1)]
    assert len(set(found)) == 12
    turned, predicted = np.angle(found / before), np.angle(expected / before)
    outer = np.abs(before) > 20
    assert np.mean(turned[outer]) == pytest.approx(np.mean(predicted[outer]), rel=0.05)


def test_a_changed_speed_turns_on_from_where_the_wall_is() -> None:
    model = BECVortices({"Nx": 64, "Ny": 64, "cooling_steps": 10})
    model.step(200)
    before = model._present_potential()
    model.set({"N_vortex": -50.0})
    np.testing.assert_allclose(model._present_potential(), before, atol=1e-9)
    model.step(50)
    assert np.abs(model._present_potential() - before).max() > 1.0


def test_bumps_bring_vortices_into_a_fluid_without() -> None:
    model = BECVortices(
        {"Nx": 96, "Ny": 96, "winding": 0, "bump_h": 0.3, "bump_N": 4, "N_vortex": 20.0}
    )
    assert model.vortices() == []
    model.step(3000)
    signs = [vortex.sign for vortex in model.vortices()]
    assert sum(signs) >= 2
