"""`main.py config` refuses what a start refuses, with the same words, and says where it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app import startup_checks
from app.engines.startup_model import UnfitError
from app.settings import compute
from app.settings.exhibit import parse
from app.transport.keys import write_pair
from tests.support.exhibit import ROOT


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def said(*arguments: str, environment: dict[str, str]) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("model = 'Nothing'", "model: no model 'Nothing'; there are BEC"),
        ("Nx = 3", "Nx: 16 to 1024 is allowed"),
        ("steps = 0", "steps: a whole number"),
        ("home = 'Nowhere'", "home: no exhibit 'Nowhere'; there are BEC"),
        ("home = 'static/a/'", "home: no --static folder 'a'; there are none"),
        ("kiosk = true", "kiosk exclude each other"),
        ("remote = 'host'\nkey = '/nowhere.key'", "key: /nowhere.key cannot be read"),
        ("model = '/nowhere.py'", "model: "),
    ],
)
def test_a_start_and_config_say_the_same(
    text: str, line: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    file = tmp_path / "hall.toml"
    file.write_text(f"\ufeff# A hall's\nheadless = true\nport = 0\n{text}\n", encoding="utf-8")
    started = said("--config", str(file), environment=environment)
    assert said("config", "--config", str(file), environment=environment) == started
    code, out, err = started
    assert (code, out, err.count("\n")) == (2, "", 1)
    number = 3 + len(text.splitlines())
    assert f"{file}, line {number}: {line}" in err


def test_what_a_compute_server_refuses(tmp_path: Path) -> None:
    with pytest.raises(UnfitError, match=r"^--model: no model 'Nothing'"):
        startup_checks.check_compute(compute.parse(["--model", "Nothing"]))
    with pytest.raises(UnfitError, match=r"^--key: "):
        startup_checks.check_compute(compute.parse(["--key", str(tmp_path / "none.key")]))


def test_what_an_exhibit_refuses(tmp_path: Path) -> None:
    _, key = write_pair(tmp_path)
    key.write_bytes(b"\xef\xbb\xbf" + key.read_bytes())
    given = ["--remote", "host", "--key", str(key)]
    assert startup_checks.check_exhibit(parse(given)).keys is not None
    with pytest.raises(UnfitError, match=r"^--server-key: "):
        startup_checks.check_exhibit(parse([*given, "--server-key", "short"]))
    with pytest.raises(UnfitError, match=r"^--model: a file of your own is given to the compute"):
        startup_checks.check_exhibit(parse([*given, "--model", "mine.py"]))


def test_a_home_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.html").touch()
    folder = ["--static", f"x={tmp_path}"]
    startup_checks.check_exhibit(parse([*folder, "--home", "static/x/a.html"]))
    startup_checks.check_exhibit(parse(["--remote", "host", "--home", "Whatever"]))
    for page in ("static/x/", "static/x/b.html", "static/x/.hidden"):
        with pytest.raises(UnfitError, match=r"^--home: .* has no page"):
            startup_checks.check_exhibit(parse([*folder, "--home", page]))
