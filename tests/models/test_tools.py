"""Tools: vortices dropped where touched, places cooled, and the probe."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

import models
from models.contract import ActionError
from models.exhibits.bec import BEC
from models.exhibits.soc2 import SOC2
from models.gpe import GrossPitaevskii
from models.parameters import ParameterError
from models.tools import COOL_RADIUS, COOL_STEPS

POOL = {"Nx": 128, "Ny": 96, "winding": 0, "cooling_steps": 200}
BOX = {**POOL, "cylinder": False}
FLUIDS = [name for name in models.names() if issubclass(models.get(name), GrossPitaevskii)]


def seam(field: Any) -> float:
    """How much rougher a periodic field is across its edges than the roughest of its inside."""
    bends = [np.abs(np.roll(field, -1, a) - 2 * field + np.roll(field, 1, a)) for a in (0, 1)]
    across = max(bends[0][[0, -1]].max(), bends[1][:, [0, -1]].max())
    return float(across / max(bend[1:-1, 1:-1].max() for bend in bends))


def test_a_vortex_in_a_trap_is_one_more_where_it_was_dropped() -> None:
    model = BEC(POOL, "double")
    rng = np.random.default_rng(3)
    dropped: list[tuple[float, float, int]] = []
    before = model._total
    while len(dropped) < 12:
        x, y = rng.uniform(0.2, 0.8, 2)
        if any(np.hypot(x - a, y - b) < 0.1 for a, b, _ in dropped):
            continue
        sign = int(rng.choice([1, -1]))
        model.act("vortex" if sign > 0 else "antivortex", {"x": x, "y": y})
        dropped.append((x, y, sign))
        found = model.vortices()
        assert Counter(v.sign for v in found) == Counter(s for *_, s in dropped)
        for x, y, sign in dropped:
            nearest = min(found, key=lambda v: np.hypot(v.x - x, v.y - y))
            assert nearest.sign == sign
            assert np.hypot((nearest.x - x) * 128, (nearest.y - y) * 96) < 1.0
    assert np.sum(np.abs(model.psi) ** 2) == pytest.approx(before)
    assert np.isfinite(model.psi).all()


@pytest.mark.parametrize("shape", [(128, 96), (64, 128), (48, 160)])
def test_in_an_endless_box_its_opposite_comes_along_and_nothing_tears(shape: Any) -> None:
    model = BEC({**BOX, "Nx": shape[0], "Ny": shape[1]}, "double")
    model.act("vortex", {"x": 0.1, "y": 0.92})
    assert Counter(v.sign for v in model.vortices()) == {1: 1, -1: 1}
    assert seam(model.psi) < 0.2
    assert np.abs(model.psi.mean()) < np.abs(model.psi).mean()


def test_a_dropped_vortex_stays_and_the_fluid_stays_healthy() -> None:
    model = BEC(POOL)
    model.act("vortex", {"x": 0.6, "y": 0.45})
    for _ in range(20):
        model.step(20)
        assert model.healthy() is None
    assert [v.sign for v in model.vortices()] == [1]


def test_no_vortex_where_there_is_no_fluid() -> None:
    model = BEC(POOL)
    psi = model.psi
    with pytest.raises(ActionError, match="no fluid"):
        model.act("vortex", {"x": 0.01, "y": 0.01})
    np.testing.assert_array_equal(model.psi, psi)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({}, "bad_value"),
        ({"x": 0.5}, "bad_value"),
        ({"x": 0.5, "y": 1.01}, "out_of_range"),
        ({"x": float("nan"), "y": 0.5}, "bad_value"),
        ({"x": "left", "y": 0.5}, "bad_value"),
        ({"x": 0.5, "y": 0.5, "z": 1}, "unknown_parameter"),
    ],
)
def test_a_tool_wants_its_place(args: dict[str, Any], code: str) -> None:
    model = BEC({**POOL, "Nx": 32, "Ny": 32})
    for tool, action in model.actions.items():
        if action.takes_place:
            with pytest.raises(ParameterError) as fault:
                model.act(tool, args)
            assert fault.value.code == code
    with pytest.raises(ActionError, match=r"vortex.*probe"):
        model.act("hammer", {})


def noisy(model: BEC) -> Any:
    """Sound all over the fluid."""
    rng = np.random.default_rng(2)
    kx, ky = model.grid.kx[:, None], model.grid.ky[None, :]
    noise = np.fft.ifft2(np.fft.fft2(rng.normal(size=model.shape)) * (np.hypot(kx, ky) < 1.5))
    model.load(model.psi * (1 + 0.4 * noise.real / noise.real.std() + 0.4j * noise.real))
    return model


def test_cooling_calms_its_place_alone_and_keeps_the_norm() -> None:
    cooled, other = (noisy(BEC({**BOX, "cooling": 1e-10}, "double")) for _ in range(2))
    norm, energy = cooled._total, sum(cooled.energy_parts().values())
    cooled.act("cool_here", {"x": 0.25, "y": 0.5})
    for model in (cooled, other):
        for _ in range(10):
            model.step(20)
    assert sum(cooled.energy_parts().values()) < energy
    assert np.sum(np.abs(cooled.psi) ** 2) == pytest.approx(norm, rel=1e-3)
    x, y = (np.arange(n)[:, None] / n if n == 128 else np.arange(n) / n for n in (128, 96))
    r = np.hypot(x - 0.25, (y - 0.5) * 96 / 128)
    near, far = r < COOL_RADIUS / 2, r > 5 * COOL_RADIUS
    assert cooled.density()[near].std() < 0.5 * other.density()[near].std()
    np.testing.assert_allclose(cooled.density()[far].std(), other.density()[far].std(), rtol=0.2)


def test_cooling_ends() -> None:
    model = BEC({**BOX, "Nx": 32, "Ny": 32}, "double")
    model.act("cool_here", {"x": 0.5, "y": 0.5})
    assert model._cold.due(0)
    assert not model._cold.due(COOL_STEPS + 1)
    assert not model._cold.due(2 * COOL_STEPS)


def test_the_probe_reads_a_known_flow() -> None:
    model = BEC({**BOX, "healing_length": 2.0}, "double")
    assert model.channel("probe") is None, "nobody has put it down"
    k = 2 * np.pi * 5 / 128
    model.load(np.sqrt(0.5) * np.exp(1j * k * model.grid.x) * np.ones((1, 96)))
    model.act("probe", {"x": 0.25, "y": 0.75})
    reading = model.channel("probe")
    assert (reading["x"], reading["y"]) == (0.25, 0.75)
    assert reading["density"] == pytest.approx(0.5)
    # Fourth-order differences are out by (k dx)^4 / 30.
    assert reading["speed"] == pytest.approx(k / np.sqrt(model.mu), rel=2e-4)
    phase = np.angle(np.exp(1j * k * model.grid.x[32, 0]))
    assert reading["phase"] == pytest.approx(phase, abs=1e-9)
    model.reset()
    assert model.channel("probe") is None, "whoever comes next has not asked for one"


@pytest.mark.parametrize("name", FLUIDS)
def test_every_fluid_has_the_tools(name: str) -> None:
    kind = models.get(name)
    # A quench is a gas before it is a fluid.
    wanted = {"Nx": 64, "Ny": 64, "cooling_steps": 5, "quench_time": 5.0}
    declared = {parameter.name for parameter in kind.parameters}
    model = kind({key: value for key, value in wanted.items() if key in declared})
    model.step(3000 if "quench_time" in declared else 300)
    shifts = [(a, b) for a in range(-4, 5) for b in range(-4, 5)]
    for tool, action in model.actions.items():
        # Where the fluid is thickest now: some fluids gather and spread.
        thick = np.min([np.roll(model.density(), shift, (0, 1)) for shift in shifts], axis=0)
        i, j = np.unravel_index(thick.argmax(), thick.shape)
        place = {"x": float(i / 64), "y": float(j / 64)}
        model.act(tool, place if action.takes_place else {})
        model.step(20)
        assert model.healthy() is None
    for channel in model.channels:
        model.channel(channel)


def test_a_vortex_is_in_both_components() -> None:
    model = SOC2({"Nx": 64, "Ny": 64, "start": "one current", "cooling_steps": 0}, "double")
    model.act("vortex", {"x": 0.5, "y": 0.5})
    zero = np.abs(model.psi[:, 32:34, 32:34]).max(axis=(1, 2))
    assert (zero < 0.7 * np.abs(model.psi).max(axis=(1, 2))).all()
