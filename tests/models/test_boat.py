"""The boat: pushed as its energy says, and pushing back just as much."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.boat import RAMP_STEPS, Boat, Water
from models.contract import ActionError
from models.exhibits.bec import BEC
from models.numerics.backend import backend
from models.numerics.finger_table import FingerTable
from models.numerics.grid import Grid

BOX = {"Nx": 96, "Ny": 64, "cylinder": False, "cooling": 1e-10, "healing_length": 2.0}
MIDDLE = {"x": 0.5, "y": 0.5}


def lumpy(grid: Grid) -> Any:
    """A field (Nx, Ny) with nothing symmetric about it."""
    x, y = 2 * np.pi * grid.x / grid.size[0], 2 * np.pi * grid.y / grid.size[1]
    return 1 + 0.3 * np.sin(3 * x + 0.4) * np.cos(2 * y) + 0.2j * np.cos(x - 2 * y)


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("angle", [0.0, 0.8, 4.0])
def test_force_and_torque_are_the_slopes_of_the_energy(plain: bool, angle: float) -> None:
    grid = Grid(96, 64, 0.5)
    tools = backend("double", plain)
    table = FingerTable(grid.shape, tools.real)
    boat = Boat(grid, (1.3, -15.2), Water(1.0, 0.5, 1.0), tools.posts)
    psi = np.ascontiguousarray(lumpy(grid), complex)
    still = np.zeros(grid.shape)
    for _ in range(RAMP_STEPS):
        boat.sail(0.0, table)

    def energy(dx: float, dy: float, turn: float) -> float:
        boat.x, boat.y, boat.angle = 1.3 + dx, -15.2 + dy, angle + turn
        boat.sail(0.0, table)
        return float((np.abs(psi) ** 2 * table.potential()).sum()) * grid.dx**2

    h = 1e-4
    slopes = [
        (energy(*(-h * np.eye(3)[axis])) - energy(*(h * np.eye(3)[axis]))) / (2 * h)
        for axis in range(3)
    ]
    energy(0, 0, 0)
    boat.vx = boat.vy = boat.spin = 0.0
    boat.push((psi,), 1.0, 1e-9, table, still)
    inertia = boat.mass * (boat.length**2 + boat.width**2) / 12
    pushed = (boat.vx * boat.mass, boat.vy * boat.mass, boat.spin * inertia)
    np.testing.assert_allclose(np.array(pushed) / 1e-9, slopes, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("precision", ["single", "double"])
def test_compiled_posts_are_the_plain_ones(precision: Any) -> None:
    grid = Grid(48, 64, 1.0)
    at = np.array([[-23.9, 31.0], [3.2, -4.0], [23.5, -31.9]])
    found = []
    for plain in (True, False):
        tools = backend(precision, plain)
        table = FingerTable(grid.shape, tools.real)
        table.top = 2
        forces, slopes = np.zeros((3, 2)), np.zeros((3, 2))
        psi = np.ascontiguousarray(lumpy(grid), tools.complex)
        tools.posts.place(table, at, 2.0, 1.7, 1.0)
        tools.posts.push(psi, table, at, 1.7, 1.0, forces)
        tools.posts.slopes(np.abs(lumpy(grid)), at, 1.0, slopes)
        found.append((table.potential(), forces, slopes))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-5 if precision == "single" else 1e-8)


def momentum(model: BEC) -> float:
    """Along x, of the fluid."""
    n = np.abs(np.fft.fft2(model.psi)) ** 2 / model.psi.size
    return float((n * model.grid.kx[:, None]).sum()) * model.grid.dx**2


def test_what_the_boat_gains_the_fluid_loses() -> None:
    model = BEC(BOX, "double")
    k = 2 * np.pi * 5 / 96
    model.load(model.psi * np.exp(1j * k * model.grid.x))
    before = momentum(model)
    model.act("boat", MIDDLE)
    boat = model._boat
    assert boat is not None
    boat.angle = 0.6
    for _ in range(RAMP_STEPS // 20):
        model.step(20)

    def energy() -> float:
        inertia = boat.mass * (boat.length**2 + boat.width**2) / 12
        own = boat.mass * (boat.vx**2 + boat.vy**2) / 2 + inertia * boat.spin**2 / 2
        atoms = model._total * model.grid.dx**2
        return own + atoms * model.mu * sum(model.energy_parts().values())

    start, slow = energy(), boat.mass * boat.vx**2 / 2
    for _ in range(20):
        model.step(20)
    assert abs(boat.spin) > 1e-4
    gained = boat.mass * boat.vx
    assert gained > 0.01 * before
    assert before - momentum(model) == pytest.approx(gained, rel=1e-5)
    # The step's error is of second order, and energy is exchanged all the time.
    assert abs(energy() - start) < 0.05 * (boat.mass * boat.vx**2 / 2 - slow)
    reading = model.channel("boat")
    assert reading["velocity"][0] > 0
    assert reading["x"] > 0.5


def test_a_boat_in_calm_water_stays_where_it_is() -> None:
    model = BEC({**BOX, "cooling": 0.1})
    model.act("boat", {"x": 0.25, "y": 0.75})
    for _ in range(30):
        model.step(20)
        assert model.healthy() is None
    reading = model.channel("boat")
    assert (reading["x"], reading["y"]) == pytest.approx((0.25, 0.75), abs=0.02)
    assert np.hypot(*reading["velocity"]) < 0.01
    i, j = round(reading["x"] * 96), round(reading["y"] * 64)
    assert model.density()[i, j] < 0.2 * model.density().mean()


def test_there_is_one_boat_that_moves_and_sinks() -> None:
    model = BEC({**BOX, "cooling": 0.1})
    assert model.channel("boat") is None
    model.act("boat", MIDDLE)
    model.step(RAMP_STEPS)
    model.act("boat", {"x": 0.2, "y": 0.3})
    model.step(2 * RAMP_STEPS + 2)
    reading = model.channel("boat")
    assert (reading["x"], reading["y"]) == pytest.approx((0.2, 0.3), abs=0.02)
    assert model._fingers.table.posts == 5
    model.act("no_boat", {})
    model.step(RAMP_STEPS + 2)
    assert model.channel("boat") is None
    assert model._fingers.table.bumps == 0
    model.act("no_boat", {})


def test_fingers_and_boat_share_the_fluid() -> None:
    model = BEC(BOX)
    model.act("boat", MIDDLE)
    model.step(RAMP_STEPS)
    for finger in range(3):
        model.touch(finger, 0.1 + 0.1 * finger, 0.1)
        model.step(100)
    model.lift(0)
    model.step(100)
    v = model._fingers.table.potential()
    reading = model.channel("boat")
    assert v[round(reading["x"] * 96), round(reading["y"] * 64)] > 2 * model.mu
    assert v[round(0.3 * 96), round(0.1 * 64)] > model.mu
    assert len(model.fingers()) == 2


def test_a_boat_needs_fluid_and_stays_in_its_trap() -> None:
    model = BEC({"Nx": 96, "Ny": 96, "winding": 3, "cooling_steps": 100})
    with pytest.raises(ActionError, match="no fluid"):
        model.act("boat", {"x": 0.02, "y": 0.02})
    model.act("boat", {"x": 0.75, "y": 0.5})
    for frame in range(100):
        model.touch("a", 0.5 + 0.3 * np.cos(frame / 12), 0.5 + 0.3 * np.sin(frame / 12))
        model.step(20)
        assert model.healthy() is None
        reading = model.channel("boat")
        assert np.hypot(reading["x"] - 0.5, reading["y"] - 0.5) < 0.48


def test_reset_restore_and_load_leave_no_boat() -> None:
    model = BEC({**BOX, "Nx": 48, "Ny": 48})
    for leave in (model.reset, model.restore, lambda: model.load(model.psi)):
        model.act("boat", MIDDLE)
        model.step(20)
        assert model.channel("boat") is not None
        leave()
        assert model.channel("boat") is None
        assert model._fingers.table.bumps == 0
