"""`main.py new`: the model that it writes runs, and nothing of anybody's is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app import new_model
from models.user_file import load
from tests.conftest import StartExhibit


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("my_model.py", "MyModel"),
        ("gross-pitaevskii 2.py", "GrossPitaevskii2"),
        ("gross_pitaevskii.py", new_model.FALLBACK),
        ("1.py", new_model.FALLBACK),
        ("true.py", new_model.FALLBACK),
        ("ü.py", new_model.FALLBACK),
    ],
)
def test_it_loads_under_the_files_name(tmp_path: Path, file: str, name: str) -> None:
    path = tmp_path / file
    assert new_model.run([str(path)]) == 0
    found = load(str(path), {})
    assert list(found) == [name]


def test_all_that_it_shows_works(tmp_path: Path) -> None:
    path = tmp_path / "board.py"
    assert new_model.run([str(path)]) == 0
    kind = load(str(path), {})["Board"]
    model = kind({"Nx": 64, "Ny": 48})
    for params in ({}, *kind.presets.values()):
        model.set(params)
        model.reset()
        model.step(20)
        assert model.healthy() is None
        assert 0 <= model.channel("contrast") <= 1
        assert np.isfinite(model.channel("energy"))
    model.set({"height": 0.0})
    model.reset()
    assert model.channel("contrast") < 1e-3


def test_it_is_an_exhibit_with_what_it_declares(start: StartExhibit, tmp_path: Path) -> None:
    path = tmp_path / "my_model.py"
    assert new_model.run([str(path)]) == 0
    arguments = ("--headless", "--port", "0", "--model", str(path), "--Nx", "64", "--Ny", "48")
    visitor = start(*arguments).ready().visitor()
    about = visitor.welcome["model"]
    assert (about["name"], about["title"]) == ("MyModel", "Washboard")
    assert {"height", "ridges"} <= visitor.welcome["state"]["params"].keys()
    assert "<math" in about["about"]
    visitor.see()


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.py"
    path.write_text("years of work", encoding="utf-8")
    assert new_model.run([str(path)]) == 2
    assert path.read_text(encoding="utf-8") == "years of work"
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [[], ["a.py", "b.py"], ["model.txt"], ["--force"], ["no/such/folder/a.py"]]
)
def test_what_cannot_be_written_is_refused_in_one_line(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert new_model.run(words) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
