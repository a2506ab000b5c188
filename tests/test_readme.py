"""What the README promises can be done as it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from shutil import which

import numpy as np
import pytest
from PIL import Image

from models.contract import FieldModel
from models.user_file import load
from tests.exhibit import Exhibit
from tests.feeding import token_of

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def program(name: str, folder: Path, **replaced: str) -> Path:
    """The README's program of that name as a file in `folder`, with other addresses in it."""
    (code,) = re.findall(rf"```python\n(# {re.escape(name)}\n.*?)```", README, re.DOTALL)
    for word, other in replaced.items():
        assert word in code
        code = code.replace(word, other)
    path = folder / name
    path.write_text(code, encoding="utf-8")
    return path


def told(path: Path, environment: dict[str, str]) -> str:
    """What the program at `path` prints."""
    done = subprocess.run(
        [sys.executable, path.name],
        cwd=path.parent,
        env={**environment, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def test_the_example_model_runs(tmp_path: Path) -> None:
    path = program("my_models.py", tmp_path)
    ((name, kind),) = load(str(path), {}).items()
    assert name == "Washboard"
    model = kind({"Nx": 64, "Ny": 32, "height": 1.0})
    assert isinstance(model, FieldModel)
    model.step(20)
    ridges = model.density().mean(axis=1)
    waves = np.abs(np.fft.rfft(ridges - ridges.mean()))
    assert waves.argmax() == 6


@pytest.mark.parametrize("name", ["cool.py", "bare.py"])
def test_programs_cool_the_fluid_and_print_ten_changes(
    name: str, tmp_path: Path, exhibit: Exhibit, environment: dict[str, str]
) -> None:
    witness = exhibit.visitor(room="BEC")
    witness.ask("set", params={"cooling": 0.01})
    path = program(name, tmp_path, **{"127.0.0.1:8765": f"127.0.0.1:{exhibit.port}"})
    lines = told(path, environment).splitlines()
    energies = [float(line.removeprefix("energy ")) for line in lines]
    assert len(energies) == len(set(energies)) == 10
    assert witness.hear("state", lambda state: "cooling" in state["params"])["params"] == {
        "cooling": 0.1
    }


def test_a_program_plots_a_frame(
    tmp_path: Path, exhibit: Exhibit, environment: dict[str, str]
) -> None:
    path = program("picture.py", tmp_path, **{"127.0.0.1:8765": f"127.0.0.1:{exhibit.port}"})
    assert told(path, environment) == ""
    with Image.open(tmp_path / "frame.png") as plot:
        assert np.asarray(plot.convert("L")).std() > 10


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("curl", marks=pytest.mark.skipif(not which("curl"), reason="no curl here")),
        "mood.py",
    ],
)
def test_a_feed_changes_the_clouds_mood(
    name: str, tmp_path: Path, exhibit: Exhibit, environment: dict[str, str]
) -> None:
    witness = exhibit.visitor(room="Cloud")
    witness.ask("subscribe", names=["mood"])
    known = {**environment, "VORTARIUM_FEED_TOKEN": token_of(exhibit)}
    here = f"127.0.0.1:{exhibit.port}"
    if name == "curl":
        (line,) = re.findall(r"```sh\n(curl .*?)```", README, re.DOTALL)
        command = ["sh", "-c", line.replace("127.0.0.1:8765", here).replace("curl", "curl -sS", 1)]
        done = subprocess.run(command, env=known, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["state"]["mood"] == "rainy"
        shown = {"mood": "rainy", "caption": "The coffee is out"}
    else:
        path = program(name, tmp_path, **{"127.0.0.1:8765": here})
        assert told(path, known) == "200\n"
        shown = {"mood": "sunny", "caption": "There is coffee!"}
    witness.hear("channel", lambda message: message["value"] == shown)


@pytest.mark.parametrize("target", re.findall(r"make (\w+)", README))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:app|models|packaging)/[\w./]+)`", README)))
)
def test_every_file_named_exists(path: str) -> None:
    assert (ROOT / path).exists()
