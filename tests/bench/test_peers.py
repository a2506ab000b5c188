"""What we are compared with is what it says it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from app.bench.peers import NumpyFluid, fastest_pair, rate

REFERENCE = Path(__file__).parent.parent / "models" / "reference"


def test_numpy_fluid_steps_as_super_hydro_does() -> None:
    case = json.loads((REFERENCE / "cases.json").read_text())["bec-trap"]
    fields = np.load(REFERENCE / "bec-trap.npz")
    given = case["params"]
    names = ("dt_t_scale", "finger_V0_mu", "finger_r0")
    fluid = NumpyFluid((given["Nx"], given["Ny"]), **{name: given[name] for name in names})
    pointer = complex(
        (given["finger_x"] - 0.5) * given["Nx"], (given["finger_y"] - 0.5) * given["Ny"]
    )
    # A reference block begins with half a kinetic step and ends with half of one taken back.
    half = np.sqrt(fluid.kinetic_factor)

    fluid.load(fields["psi0"], pointer, 0j)
    fluid.psi = np.fft.ifft2(half * np.fft.fft2(fields["psi0"]))
    for _ in range(10):
        fluid.step()

    psi = np.fft.ifft2(np.fft.fft2(fluid.psi) / half)
    # There, the finger sets out one step later.
    assert np.abs(psi - fields["psi1"]).max() < 1e-6 * np.abs(psi).max()


def test_a_rate_comes_from_one_call_at_least() -> None:
    calls: list[None] = []
    assert rate(lambda: calls.append(None), 0.0) > 0
    assert len(calls) == 1


def test_the_fastest_pair_runs() -> None:
    name, pair = fastest_pair((32, 16), "single")
    assert name
    pair()
