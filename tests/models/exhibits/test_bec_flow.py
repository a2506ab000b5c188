"""A stream past an obstacle: no drag below the critical speed, vortices above it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.bec_flow import BECFlow

SMALL = {"Nx": 128, "Ny": 96, "obstacle_r0": 6.0, "cooling": 1e-10}
CALM = {"Nx": 64, "Ny": 32, "obstacle_V0_mu": 0.0}


def drag_and_vortices(v: float, precision: Any, cooling: float) -> tuple[float, int]:
    """Mean force of the fluid on the obstacle along the stream, and vortices seen at most."""
    model = BECFlow({**SMALL, "v_v_c": v, "cooling": cooling}, precision)
    slope = np.gradient(model._potential, axis=0)
    model.step(400)
    forces, seen = [], 0
    for _ in range(50):
        model.step(20)
        forces.append(float((model.density() * slope).sum()))
        seen = max(seen, len(model.vortices()))
    return -float(np.mean(forces)), seen


@pytest.mark.parametrize(("precision", "cooling"), [
    ("single", 1e-10), ("double", 1e-10), ("single", 1e-3), ("single", 1e-2)
])  # fmt: skip
def test_landaus_critical_velocity(precision: Any, cooling: float) -> None:
    slow, none = drag_and_vortices(0.2, precision, cooling)
    fast, many = drag_and_vortices(0.8, precision, cooling)
    assert none == 0
    assert many >= 2
    assert fast != 0
    assert abs(slow) < 0.05 * abs(fast)


@pytest.mark.parametrize("v", [0.3, 1.4])
def test_cooling_leaves_a_stream_as_it_is(v: float) -> None:
    """What cools it streams with it. As published it is at rest, and holds up whatever is faster
    than sound: all atoms end in other waves."""
    kept = {}
    for published in (False, True):
        model = BECFlow({**CALM, "v_v_c": v, "cooling": 0.1, "as_published": published}, "double")
        rng = np.random.default_rng(3)
        start = model.psi * (1 + 1e-3 * (rng.normal(size=model.shape) + 1j))
        model.load(start)
        model.step(4000)
        waves = np.abs(np.fft.fft2(model.psi)) ** 2
        kept[published] = waves[0, 0] / waves.sum()
    assert kept[False] == pytest.approx(1, abs=1e-6)
    assert (kept[True] > 0.99) == (v < 1)


def test_a_uniform_stream_has_the_speed_it_says() -> None:
    """A wave packet without phase gradient is carried along at v, a boost of half would halve
    that: its middle moves by v t to 1 %."""
    model = BECFlow({"Nx": 128, "Ny": 32, "v_v_c": 0.5, "obstacle_V0_mu": 0.0, "g": 1e-3}, "double")
    packet = np.exp(-(model.grid.x**2) / 200) * np.ones((1, 32))
    model.load(packet.astype(complex))
    model.step(300)
    n = model.density()
    middle = (n * model.grid.x).sum() / n.sum()
    assert middle == pytest.approx(0.5 * model.sound * model.t, rel=0.01)


def test_tracers_go_with_the_stream() -> None:
    model = BECFlow({"Nx": 64, "Ny": 32, "v_v_c": 0.3, "obstacle_V0_mu": 0.0}, "double")
    model.set_tracers(10)
    before = model.tracers()
    model.step(40)
    moved = (model.tracers() - before + 0.5) % 1 - 0.5
    np.testing.assert_allclose(moved[:, 0] * 64, 0.3 * model.sound * model.t, rtol=1e-3)
    np.testing.assert_allclose(moved[:, 1], 0, atol=1e-6)
