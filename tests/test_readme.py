"""What the README promises can be done as it says."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from models.contract import FieldModel
from models.user_file import load

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_model_runs(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "my_models.py"
    path.write_text(code, encoding="utf-8")
    ((name, kind),) = load(str(path), {}).items()
    assert name == "Washboard"
    model = kind({"Nx": 64, "Ny": 32, "height": 1.0})
    assert isinstance(model, FieldModel)
    model.step(20)
    ridges = model.density().mean(axis=1)
    waves = np.abs(np.fft.rfft(ridges - ridges.mean()))
    assert waves.argmax() == 6


@pytest.mark.parametrize("target", re.findall(r"make (\w+)", README))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:app|models|packaging)/[\w./]+)`", README)))
)
def test_every_file_named_exists(path: str) -> None:
    assert (ROOT / path).exists()
