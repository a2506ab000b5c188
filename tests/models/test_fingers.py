"""Fingers: one potential for each, dragged, limited in speed and in number."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.contract import FingerLimitError
from models.exhibits.bec import BEC
from models.finger import RAMP_STEPS
from models.numerics.finger_table import MAX_FINGERS

SMALL = {"Nx": 64, "Ny": 32, "cooling_steps": 20, "finger_r0": 2.0}


def test_touch_digs_a_hole_there_and_lift_lets_it_close() -> None:
    model = BEC({**SMALL, "winding": 0, "cylinder": False, "cooling": 0.1})
    model.touch("me", 0.25, 0.75)
    model.step(3 * RAMP_STEPS)
    i, j = np.unravel_index(model.density().argmin(), model.shape)
    assert (i, j) == (16, 24)
    assert model.density()[i, j] < 0.3 * model.density().max()
    model.lift("me")
    (finger,) = model.fingers()
    assert not finger.down
    model.step(RAMP_STEPS)
    assert model.fingers() == []
    model.step(600)
    assert model.density().min() > 0.6 * model.density().max()


def test_potential_follows_straight_and_no_faster_than_sound() -> None:
    model = BEC(SMALL)
    model.touch("me", 0.1, 0.5)
    model.touch("me", 0.9, 0.5)
    mean = model.density().mean()
    path = [0.1]
    while path[-1] < 0.89 and len(path) < 1000:
        model.step(1)
        (finger,) = model.fingers()
        path.append(finger.potential[0])
    speeds = np.diff(path) * 64 / model.dt
    assert path[-1] >= 0.89
    assert speeds.min() > -1e-9, "the short way, through the edge, is not the visitor's way"
    assert speeds.max() == pytest.approx(math.sqrt(mean), rel=1e-2)
    assert speeds.max() <= math.sqrt(mean) * 1.01


def test_setting_a_parameter_keeps_the_velocity() -> None:
    models = [BEC(SMALL, "double") for _ in range(2)]
    for model in models:
        model.touch("me", 0.2, 0.5)
        model.touch("me", 0.8, 0.5)
        model.step(40)
    models[0].set({"cooling": 0.02})
    models[0].set({"cooling": 0.01})
    for model in models:
        model.step(40)
    (one,), (other,) = (model.fingers() for model in models)
    assert one.potential == pytest.approx(other.potential, abs=1e-12)
    np.testing.assert_allclose(models[0].psi, models[1].psi, atol=1e-12)


def test_more_fingers_than_fit_are_refused_and_rows_come_back() -> None:
    model = BEC(SMALL)
    for key in range(MAX_FINGERS):
        model.touch(key, 0.5, key / MAX_FINGERS)
    with pytest.raises(FingerLimitError, match=str(MAX_FINGERS)):
        model.touch("late", 0.5, 0.5)
    assert len(model.fingers()) == MAX_FINGERS
    model.lift(3)
    model.step(RAMP_STEPS)
    model.touch("late", 0.5, 0.5)
    assert model.fingers()[-1].key == "late"


@pytest.mark.parametrize("at", [(-0.1, 0.5), (0.5, 1.1), (math.nan, 0.5), (0.5, math.inf)])
def test_a_finger_outside_the_box_is_refused(at: tuple[float, float]) -> None:
    model = BEC(SMALL)
    with pytest.raises(ValueError, match="fractions 0 to 1"):
        model.touch("me", *at)
    assert model.fingers() == []


def test_same_key_after_a_lift_starts_where_it_touches() -> None:
    model = BEC(SMALL)
    model.touch("me", 0.2, 0.5)
    model.step(10)
    model.lift("me")
    model.touch("me", 0.8, 0.5)
    down = {finger.down: finger for finger in model.fingers()}
    assert down[True].potential == pytest.approx((0.8, 0.5))
    assert down[False].potential == pytest.approx((0.2, 0.5), abs=1e-3)


def test_fingers_that_are_down_survive_reset_and_a_new_grid() -> None:
    model = BEC(SMALL)
    model.load(model.psi, 0.0, ((0.1, 0.1), (0.1, 0.1)))
    model.touch("me", 0.2, 0.5)
    model.touch("gone", 0.4, 0.5)
    model.lift("gone")
    model.reset()
    assert [finger.key for finger in model.fingers()] == ["me"]
    model.set({"Nx": 96, "Ny": 48})
    (finger,) = model.fingers()
    assert finger.potential == pytest.approx((0.2, 0.5))
    model.step(5)
    assert model.shape == (96, 48)


def test_loaded_finger_has_full_strength_at_once() -> None:
    model = BEC({**SMALL, "cylinder": False}, "double")
    model.load(model.psi, 0.0, ((0.5, 0.5), (0.5, 0.5)))
    before = model.energy_parts()["potential"]
    model.step(1)
    assert model.energy_parts()["potential"] > before
    assert model._fingers.table.gx.max() == pytest.approx(2.0 * model.mu)
