"""super_hydro's own fields, reproduced through the public contract (row H19).

double: 1e-9 of the largest value, where 1e-13 is reached. single: 1e-4, for psi0 itself is
rounded to 6e-8 and fifty steps of a trap 100 mu high each turn the phase by up to half a radian;
2e-5 is reached.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import models
from models.contract import FieldModel

FOLDER = Path(__file__).parent / "reference"
CASES = json.loads((FOLDER / "cases.json").read_text())
TOLERANCE = {"double": 1e-9, "single": 1e-4}


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("name", [n for n in CASES if CASES[n]["model"] in models.names()])
def test_fields_after_10_and_50_steps(name: str, precision: str) -> None:
    case = CASES[name]
    given = case["params"]
    exhibit = models.get(case["model"])
    declared = {parameter.name for parameter in exhibit.parameters}
    known = {k: v for k, v in given.items() if k in declared}
    model = exhibit({**known, "as_published": True}, precision)
    assert isinstance(model, FieldModel)
    box = np.array([given["Nx"], given["Ny"]]) * given["dx"]
    start = np.array(case["potential_at_start"]) / box + 0.5
    fields = np.load(FOLDER / f"{name}.npz")

    model.load(fields["psi0"], 0.0, ((given["finger_x"], given["finger_y"]), tuple(start)))
    for steps, key, after in zip((10, 40), ("psi1", "psi2"), case["steps"], strict=True):
        model.step(steps)
        expected = fields[key]
        error = np.abs(model.psi - expected).max() / np.abs(expected).max()
        assert error < TOLERANCE[precision]
        assert model.t == pytest.approx(after["t"], rel=1e-12)
        (finger,) = model.fingers()
        # The speed limit follows the density's sum, which single precision knows to 1e-7.
        assert finger.potential == pytest.approx(after["finger_Vxy"], abs=TOLERANCE[precision])
        assert model.density().sum() == pytest.approx(after["density_sum"], rel=1e-5)
