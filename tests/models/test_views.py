"""Views and channels of a fluid against states that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.bec import BEC
from models.gpe import MAX_MACH
from models.numerics.backend import backend
from models.numerics.profiles import vortex_cores

BOX = {"Nx": 96, "Ny": 64, "cylinder": False, "cooling": 1e-10, "healing_length": 2.0}


def values(picture: Any) -> Any:
    """What the levels mean, shape (Nx, Ny)."""
    return picture.lo + (picture.hi - picture.lo) * picture.levels[::-1].T / 255


@pytest.mark.parametrize("precision", ["single", "double"])
def test_the_speed_of_a_known_flow(precision: Any) -> None:
    model = BEC(BOX, precision)
    kx, ky = 2 * np.pi * 4 / 96, 2 * np.pi * 2 / 64
    model.load(model.psi * np.exp(1j * (kx * model.grid.x + ky * model.grid.y)))
    speed = np.hypot(kx, ky) / np.sqrt(model.mu)
    assert speed < MAX_MACH
    found = values(model.picture("velocity"))
    np.testing.assert_allclose(found, speed, atol=MAX_MACH / 255)


def test_speeds_are_bounded_at_a_vortex_and_nothing_in_the_void() -> None:
    model = BEC({"Nx": 96, "Ny": 96, "winding": 1, "cooling_steps": 100})
    picture = model.picture("velocity")
    assert (picture.lo, picture.hi) == (0.0, MAX_MACH)
    speed = values(picture)
    assert speed[46:51, 46:51].max() > 0.5
    assert speed[:4, :4].max() == 0


@pytest.mark.parametrize("precision", ["single", "double"])
def test_compiled_flow_is_the_plain_one(precision: Any) -> None:
    rng = np.random.default_rng(4)
    tools, plain = backend(precision), backend(precision, plain=True)
    shape = (40, 34)
    psi = (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(tools.complex)
    levels = [np.zeros(shape[::-1], np.uint8) for _ in range(2)]
    for kernels, out in zip((tools, plain), levels, strict=True):
        kernels.flow.grey_speed(psi, 90.0, 1e-3, (0.1, -0.2), out)
    assert np.abs(levels[0].astype(int) - levels[1]).max() <= 1
    turns = [each.flow.angular_momentum(psi, (0.1, -0.2)) for each in (tools, plain)]
    assert turns[0] == pytest.approx(turns[1], rel=1e-4)


@pytest.mark.parametrize("count", [1, -2])
def test_angular_momentum_of_a_central_vortex_is_hbar_for_each_atom(count: int) -> None:
    model = BEC({"Nx": 96, "Ny": 96}, "double")
    x, y = model.grid.x, model.grid.y
    core = vortex_cores(x, y, np.zeros(abs(count), complex), [np.sign(count)] * abs(count), 1.0)
    model.load(core * np.exp(-(x**2 + y**2) / (2 * 15**2)))
    assert model.channel("angular_momentum") == pytest.approx(count, rel=5e-3)


def test_the_norm_is_the_number_of_atoms() -> None:
    model = BEC({**BOX, "dx": 0.5}, "double")
    assert model.channel("norm") == pytest.approx(96 * 64 * 0.25 * model.mu)
    model.step(100)
    assert model.channel("norm") == pytest.approx(96 * 64 * 0.25 * model.mu)


def test_energy_is_weighed_once_for_every_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    model = BEC(BOX)
    weighed: list[float] = []
    parts = model.energy_parts
    monkeypatch.setattr(model, "energy_parts", lambda: weighed.append(model.t) or parts())
    for _ in range(3):
        total, by_part = model.channel("energy"), model.channel("energy_parts")
        assert total == pytest.approx(sum(by_part.values()))
        model.step(5)
    assert weighed == sorted(set(weighed))
    assert len(weighed) == 3
    model.load(2 * model.psi, model.t)
    assert model.channel("energy") > 1.9 * total
    before = model.channel("energy")
    model.act("vortex", {"x": 0.5, "y": 0.5})
    assert model.channel("energy") != before


def test_the_view_of_vortices_is_the_density_and_says_so() -> None:
    model = BEC(BOX)
    marked = [view.name for view in model.views if view.marks_vortices]
    assert marked == ["vortices"]
    np.testing.assert_array_equal(model.picture("vortices").levels, model.picture("density").levels)
