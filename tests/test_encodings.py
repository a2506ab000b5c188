"""Text is read and written as UTF-8 everywhere, in any locale."""

from __future__ import annotations

import ast
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SMALL, StartExhibit
from tests.support.exhibit import ROOT, wait_until

ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
MODEL = '''\
"""Modelle für den Hörsaal."""

import pathlib

from models.exhibits.bec import BEC

GREETING = (pathlib.Path(__file__).parent / "grüße.txt").read_text()
print(f"geladen: {GREETING}")


class Strömung(BEC):
    """Rührt in einer Schüssel: größer, schöner, ∞."""
'''


def own_files() -> list[Path]:
    folders = [ROOT / name for name in ("app", "models", "packaging")]
    return [ROOT / "main.py", *(path for folder in folders for path in folder.rglob("*.py"))]


def opens_text(call: ast.Call) -> bool:
    """Does it read or write text? Methods called `open` do by a mode, or by having no arguments."""
    method = isinstance(call.func, ast.Attribute)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in ("read_text", "write_text", "TextIOWrapper"):
        return True
    if name in ("run", "Popen", "check_output", "getoutput"):
        return "text" in given or "universal_newlines" in given
    if name in ("open", "fdopen"):
        words = [
            one.value for one in (*call.args, given.get("mode")) if isinstance(one, ast.Constant)
        ]
        modes = [word for word in words if isinstance(word, str) and set(word) <= set("rwabxt+")]
        # A web room is opened, too, and is no file.
        its_own = ast.unparse(call.func).endswith("web_room.open")
        bare = not (call.args or given or its_own) if method and name == "open" else True
        return "b" not in modes[0] if modes else bare
    return False


@pytest.mark.parametrize("path", own_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_leaves_the_encoding_to_the_locale(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and opens_text(node):
            said = {keyword.arg for keyword in node.keywords}
            assert "encoding" in said, f"{path}, line {node.lineno}"
            assert not said & {"text", "universal_newlines"}, f"{path}, line {node.lineno}"


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """A folder of a user who writes with umlauts."""
    folder = tmp_path / "Füße"
    folder.mkdir()
    (folder / "grüße.txt").write_text("schöne Grüße", encoding="utf-8")
    (folder / "modelle_für_alle.py").write_text(MODEL, encoding="utf-8")
    (folder / "seiten").mkdir()
    (folder / "seiten" / "größe.html").write_text("<p>größer", encoding="utf-8")
    text = f"""\
# Für die Halle
model = "{folder}/modelle_für_alle.py"
log-file = "{folder}/protokoll_ä.log"
static = {{ seiten = "{folder}/seiten" }}
headless = true
port = 0
log-level = "info"
"""
    (folder / "halle_ö.toml").write_text(text, encoding="utf-8")
    return folder


def test_umlauts_work_in_an_ascii_locale(hall: Path, start: StartExhibit) -> None:
    given = [*SMALL[3:9], "--config", str(hall / "halle_ö.toml")]
    exhibit = start(*given, "--feed-token", "sixteen-letters_", **ASCII).ready()
    visitor = exhibit.visitor()
    assert visitor.welcome["model"]["name"] == "Strömung"
    about = next(one for one in exhibit.json("api/models") if one["name"] == "Strömung")
    assert "größer, schöner, ∞" in json.dumps(about, ensure_ascii=False)
    assert "schöner, ∞" in exhibit.get("api/models/Str%C3%B6mung/source?plain")[2].decode()
    assert exhibit.get("static/seiten/gr%C3%B6%C3%9Fe.html")[0] == 200
    fed = exhibit.get(
        "api/rooms/Cloud/feed", {"Authorization": "Bearer sixteen-letters_"}, "POST",
        '{"mood": "sunny", "caption": "Schöne Grüße"}'.encode(),
    )  # fmt: skip
    assert json.loads(fed[2])["state"]["caption"] == "Schöne Grüße", fed
    log = hall / "protokoll_ä.log"
    wait_until(lambda: log.exists() and "Strömung" in log.read_text("utf-8"), "the room is logged")


def test_arguments_and_refusals_with_umlauts(hall: Path, environment: dict[str, str]) -> None:
    for more in (ASCII, {**ASCII, "PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C.UTF-8"}):
        done = subprocess.run(
            [sys.executable, str(ROOT / "main.py"), "config", "--static", f"a={hall}",
             "--model", f"{hall}/modelle_für_alle.py"],
            env={**environment, **more}, capture_output=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
        assert f"'a={hall}'" in done.stdout.decode()
        done = subprocess.run(
            [sys.executable, str(ROOT / "main.py"), "--model", "Nöthing ∞", "--headless"],
            env={**environment, **more}, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert "no model 'Nöthing ∞'" in done.stderr.decode()


@pytest.mark.parametrize("more", [ASCII, {"PYTHONIOENCODING": "ascii"}])
def test_an_ascii_console_makes_no_error(
    more: dict[str, str], hall: Path, environment: dict[str, str]
) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "config", "--static", f"a={hall}"],
        env={**environment, **more}, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL,
    ) as done:  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # the console's other end is closed
                break
    os.close(ours)
    assert done.returncode == 0, shown
    assert b"static = ['a=" in shown


def test_it_finds_its_package_wherever_it_is_told_not_to_look(environment: dict[str, str]) -> None:
    for option in ("-P", "-I"):
        done = subprocess.run(
            [sys.executable, option, str(ROOT / "main.py"), "--version"],
            env=environment, capture_output=True, encoding="utf-8", cwd="/", check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
