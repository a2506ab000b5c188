"""A vortex pair travels as fast as point vortices do between walls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.exhibits.bec_vortex_ring import CHANNEL, BECVortexRing


def middle(model: BECVortexRing) -> tuple[float, float]:
    """Position along x and distance of the two vortices."""
    a, b = model.vortices()
    assert a.sign + b.sign == 0
    size = np.array(model.grid.size)
    apart = np.hypot(*((np.array([a.x, a.y]) - (b.x, b.y)) * size))
    return (a.x + b.x) / 2 * size[0], float(apart)


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("R", [0.12, 0.2, 0.4])
def test_the_speed_of_a_pair(precision: Any, R: float) -> None:
    """Within 6 %: a core has a size, and the walls are soft."""
    model = BECVortexRing({"Nx": 192, "Ny": 96, "R": R}, precision)
    model.step(200)
    start, apart = middle(model)
    begun = model.t
    model.step(1500)
    end, _ = middle(model)
    W = CHANNEL * 96
    expected = np.pi / W / np.tan(np.pi * apart / W) + 2 * np.pi * apart / (W * 192)
    assert (end - start) / (model.t - begun) == pytest.approx(expected, rel=0.06)


def test_a_stream_stops_the_pair() -> None:
    still = BECVortexRing({"Nx": 96, "Ny": 96, "R": 0.3})
    swept = BECVortexRing({"Nx": 96, "Ny": 96, "R": 0.3, "v_v_c": -0.2})
    before = middle(still)[0]
    for model in (still, swept):
        model.step(600)
    assert middle(swept)[0] - before == pytest.approx(
        middle(still)[0] - before - 0.2 * swept.sound * swept.t, abs=1.0
    )
