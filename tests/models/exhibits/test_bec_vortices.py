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
        {
            "Nx": 128,
            "Ny": 128,
            "winding": 12,
            "bump_h": 0.0,
            "cooling": 1e-10,
            "healing_length": 0.8,
        },
        precision,
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


def share_of_a_solid(model: BECVortices) -> float:
    """Angular momentum, in units of that of this fluid if it turned like a solid."""
    r2, n = model.grid.x**2 + model.grid.y**2, model.density()
    return float(model.channel("angular_momentum") / (model.omega * (r2 * n).sum() / n.sum()))


@pytest.mark.long
@pytest.mark.parametrize("turns", [32.0, -32.0])
def test_a_bowl_spins_up_from_rest_to_feynmans_number(turns: float) -> None:
    """After ten seconds of 60 frames, 20 steps each, and still so twenty seconds later. A fluid
    of 20 vortices that turn the other way follows as well."""
    winding = 0 if turns > 0 else 20
    model = BECVortices({"Nx": 128, "Ny": 128, "N_vortex": turns, "winding": winding})
    for steps in (12000, 24000):
        model.step(steps)
        assert model.healthy() is None
        assert share_of_a_solid(model) == pytest.approx(1, abs=0.15)
        signs = np.array([vortex.sign for vortex in model.vortices()]) * np.sign(turns)
        assert 0.6 * abs(turns) < (signs == 1).sum() <= abs(turns)
        assert (signs == -1).sum() <= 1


def test_a_bowl_that_is_slow_is_not_felt() -> None:
    model = BECVortices({"Nx": 96, "Ny": 96, "N_vortex": 6.0})
    model.step(6000)
    assert model.vortices() == []
    assert share_of_a_solid(model) < 0.3


@pytest.mark.long
def test_cooling_keeps_the_vortices_of_a_turning_bowl() -> None:
    """As published it takes them, for the fluid is cooled towards rest in the room."""
    calm = {"Nx": 128, "Ny": 128, "N_vortex": 24.0, "winding": 14, "bump_h": 0.0}
    kept = {}
    for published in (False, True):
        model = BECVortices({**calm, "as_published": published})
        model.step(12000)
        kept[published] = len(model.vortices()), model.channel("angular_momentum")
    assert kept[False][0] == 14
    assert kept[True][0] < 10
    assert kept[False][1] > 1.2 * kept[True][1]


@pytest.mark.parametrize("bump_h", [0.0, 0.25, 0.4])
@pytest.mark.parametrize("bump_N", [2, 6])
def test_no_fluid_leaves_the_box(bump_h: float, bump_N: int) -> None:
    """However the bumps stand, and the area within is what the turning speed counts with."""
    model = BECVortices({"Nx": 128, "Ny": 128, "bump_h": bump_h, "bump_N": bump_N})
    for angle in np.linspace(0, np.pi / bump_N, 5):
        wall = model._wall(angle)
        edge = np.concatenate([wall[0], wall[:, 0]])
        assert edge.min() > 50 * model.mu
        inside = (wall < 1e-9).sum() / wall.size
        feynman = np.pi * float(model.params["N_vortex"]) / (model.omega * wall.size)
        assert inside == pytest.approx(feynman, rel=0.03)


def test_cooling_follows_no_wall_where_there_is_none() -> None:
    model = BECVortices({"Nx": 64, "Ny": 64, "cylinder": False, "cooling": 0.3}, "double")
    model.step(200)
    assert np.ptp(model.density()) < 1e-9
