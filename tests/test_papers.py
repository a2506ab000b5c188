"""What README and manual promise can be done as they say, and nothing is left out of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import get_args

import numpy as np
import pytest
from PIL import Image

import models
from app.protocol.compute import FromClient, FromServer
from app.protocol.console import AnyAct
from app.protocol.messages import ClientMessage, ErrorCode, ServerMessage
from app.rooms.builtins import ROOM_ACTIONS, ROOM_CHANNELS
from app.settings.compute import parser as compute_parser
from app.settings.exhibit import parser as exhibit_parser
from app.settings.options import Parser
from app.web.auth.permissions import ROUTES
from models.contract import FieldModel
from models.user_file import load
from tests.conftest import SMALL, StartExhibit
from tests.support.exhibit import Exhibit
from tests.support.feeding import token_of

ROOT = Path(__file__).resolve().parents[1]
MANUAL = ROOT / "ui" / "manual"
PAPERS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), *sorted(MANUAL.glob("*.md")))
    if path.name != "CHANGELOG.md"
}
TEXT = "\n".join(PAPERS.values())
README_LINES = 150


def program(name: str, folder: Path, **replaced: str) -> Path:
    """The program of that name in the papers as a file in `folder`, with other addresses in it."""
    (code,) = re.findall(rf"```python\n(# {re.escape(name)}\n.*?)```", TEXT, re.DOTALL)
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


def test_data_taken_home_is_read(
    tmp_path: Path, exhibit: Exhibit, environment: dict[str, str]
) -> None:
    visitor = exhibit.visitor(room="BEC")
    visitor.ask("set", params={"cooling": 0.03})
    (tmp_path / "BEC.npz").write_bytes(exhibit.get("/api/rooms/BEC/snapshot.npz")[2])
    said = told(program("home.py", tmp_path), environment)
    assert re.fullmatch(r"t = \d+\.\d: [1-9]\d* atoms at cooling 0\.03\n", said)


def test_an_object_of_ones_own_is_served(tmp_path: Path, start: StartExhibit) -> None:
    exhibit = start(*SMALL, "--model", str(program("my_sample.py", tmp_path))).ready()
    ada, grace = exhibit.visitor(), exhibit.visitor()
    grace.ask("subscribe", names=["sample.a"])
    assert grace.hear("channel")["value"] == 1
    assert ada.ask("rpc", op="set", target="sample.a", args=[2])["value"] == 2
    assert grace.hear("channel")["value"] == 2
    assert ada.ask("rpc", op="call", target="sample.add", args=[4, 5])["value"] == 9
    assert ada.ask("rpc", op="set", target="sample.a", args=[11])["code"] == "out_of_range"
    assert ada.ask("rpc", op="get", target="sample.__class__")["code"] == "not_exposed"


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
        (line,) = re.findall(r"```sh\n(curl .*?)```", TEXT, re.DOTALL)
        command = ["sh", "-c", line.replace("127.0.0.1:8765", here).replace("curl", "curl -sS", 1)]
        done = subprocess.run(command, env=known, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["state"]["mood"] == "rainy"
        shown = {"mood": "rainy", "caption": "The coffee is out"}
    else:
        path = program(name, tmp_path, **{"127.0.0.1:8765": here})
        assert told(path, known) == "200\n"
        shown = {"mood": "sunny", "caption": "There is coffee!"}
    witness.hear("channel", lambda message: message["value"] == shown)


def test_every_program_is_run_by_a_test() -> None:
    """Those named here are; a new one needs a test first."""
    named = re.findall(r"^```(?:python|js)\n(?:#|//) (\S+)\n", TEXT, re.MULTILINE)
    assert set(named) == {
        "cool.py", "picture.py", "home.py", "bare.py", "mood.py", "my_sample.py", "my_models.py",
        "cool.js",  # tests/browser/test_client.py
    }  # fmt: skip
    assert len(named) == len(re.findall(r"^```(?:python|js)$", TEXT, re.MULTILINE))


PROSE = {"such", "no"}
"""Words that follow `make` where no command is meant."""


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z][a-z-]+)", TEXT)) - PROSE))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:app|models|packaging|tests|ui)/[\w./-]+)`", TEXT)))
)
def test_every_file_named_exists(path: str) -> None:
    assert (ROOT / path).exists() or "my_exhibit" in path


def test_the_readme_is_short() -> None:
    assert len(PAPERS["README.md"].splitlines()) <= README_LINES


@pytest.mark.parametrize("parser", [exhibit_parser, compute_parser])
def test_every_option_is_documented(parser: Callable[[], Parser]) -> None:
    options = {name for action in parser()._actions for name in action.option_strings}
    known = set(re.findall(r"--[\w-]+", PAPERS["options.md"]))
    assert {name for name in options if name.startswith("--")} <= known


def test_every_message_is_documented() -> None:
    kinds = [*get_args(ClientMessage), *get_args(ServerMessage), *get_args(FromClient)]
    kinds += get_args(FromServer)
    tags = {str(kind.__struct_config__.tag) for kind in kinds}
    assert tags <= _words("protocol.md")
    assert set(get_args(ErrorCode)) <= _words("protocol.md")
    acts = {str(kind.__struct_config__.tag) for kind in get_args(AnyAct)}
    assert acts <= _words("protocol.md")


def test_every_route_is_documented() -> None:
    assert set(ROUTES) <= set(re.findall(r"`((?:GET|POST) [^`]+)`", PAPERS["protocol.md"]))


def test_every_channel_and_action_is_documented() -> None:
    assert {*ROOM_CHANNELS, *ROOM_ACTIONS, *models.get("BEC").channels} <= _words("protocol.md")


def test_every_exhibit_is_documented() -> None:
    assert set(models.names()) <= _words("teachers.md")


@pytest.mark.parametrize(("paper", "link"), [
    (name, link)
    for name, text in PAPERS.items()
    for link in sorted(set(re.findall(r"\]\((?!https?:)([^)]+)\)", text)))
])  # fmt: skip
def test_every_link_leads_somewhere(paper: str, link: str) -> None:
    folder = ROOT if (ROOT / paper).exists() else MANUAL
    path, _, anchor = link.partition("#")
    target = folder / path
    assert target.exists()
    if anchor:
        titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8").lower(), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


def _words(paper: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", PAPERS[paper]))
