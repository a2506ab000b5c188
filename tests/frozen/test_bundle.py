"""The built app: without Python, with an empty home, in a folder that stays as it is."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from models.numerics.backend import backend
from tests.browser.conftest import CONNECTED
from tests.frozen.conftest import FIRST_START_S, SMALL, StartApp
from tests.support.chromium import PATIENCE_MS
from tests.support.display import await_true, screenshot, shows_fluid, virtual_display, windows

MAX_BYTES = 620_000_000
SIZE = (1600, 900)

pytestmark = [
    pytest.mark.long,
    pytest.mark.window,
    pytest.mark.browser,
    # The first test builds the app.
    pytest.mark.timeout(900),
]


def run(command: str, environment: dict[str, str], *words: str, said: str = "") -> str:
    """The standard output of a command of the app that ends well."""
    done = subprocess.run(
        [command, *words], env=environment, cwd="/", input=said, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_window_shows_the_fluid_a_browser_joins_and_closing_ends_all(
    start: StartApp, browser: Browser
) -> None:
    with virtual_display(*SIZE) as display:
        app = start("--port", "0", DISPLAY=display["DISPLAY"]).ready()
        await_true(lambda: windows(display), FIRST_START_S)
        await_true(lambda: shows_fluid(screenshot(display)), FIRST_START_S)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{app.url}models/BEC")
        page.wait_for_selector(f"{CONNECTED}[data-seq]:not([data-seq=''])")
        first = int(page.get_attribute("html", "data-seq") or 0)
        page.wait_for_function(f"() => document.documentElement.dataset.seq > {first + 10}")
        page.close()
        assert {"main", "serve", "window"} <= set(app.pids())
        subprocess.run(["wmctrl", "-c", "Vortarium"], env=display, check=True)
        assert app.end() == 0
        await_true(lambda: not app.pids())
    assert "Traceback" not in app.errors
    assert "is missing" not in app.errors


def test_the_second_start_finds_what_the_first_one_compiled(
    start: StartApp, bare: dict[str, str]
) -> None:
    compiled = backend("single").kernels.name == "numba"
    app = start(*SMALL).ready()
    app.visitor().see(patience_s=FIRST_START_S)
    cache = Path(bare["HOME"], ".cache", "vortarium", "numba")
    kept = {path.name: path.stat().st_mtime_ns for path in cache.rglob("*.nbc")}
    assert bool(kept) == compiled
    app.process.terminate()
    assert app.end() == 0
    start(*SMALL).ready().visitor().see(patience_s=FIRST_START_S)
    assert {path.name: path.stat().st_mtime_ns for path in cache.rglob("*.nbc")} == kept


def test_every_command_works(command: str, bare: dict[str, str], tmp_path: Path) -> None:
    assert "Vortarium" in run(command, bare, "--version")
    assert "vortarium compute" in run(command, bare, "--help")
    assert "port = 8765" in run(command, bare, "config")
    assert "pyfftw" in run(command, bare, "doctor", "--headless", "--port", "0")
    run(command, bare, "keys", str(tmp_path))
    assert len(list(tmp_path.iterdir())) == 2
    run(command, bare, "operator", said="4711\n")
    assert Path(bare["HOME"], ".config", "vortarium", "operator.json").exists()
    # Of every exhibit with a grid.
    steps = run(command, bare, "bench", "steps", "--grid", "64", "--json", "--seconds", "0.1")
    assert {"BEC", "HelloWorld"} <= {row["model"] for row in json.loads(steps)["steps"]}
    # Its standard input tells it how long it is wanted.
    with subprocess.Popen([command, "study", "40", "56"], env=bare, stdin=subprocess.PIPE) as study:
        assert study.wait(FIRST_START_S) == 0
    assert Path(bare["HOME"], ".cache", "vortarium", "fftw-wisdom.json").exists()


def test_it_is_small_enough_and_says_what_it_is_made_of(app_folder: Path) -> None:
    files = [path for path in app_folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) <= MAX_BYTES
    assert [path for path in app_folder.rglob("*") if not path.exists()] == []
    licences = app_folder / "_internal" / "licences"
    told = (licences / "LICENCES.txt").read_text(encoding="utf-8")
    assert "GNU General Public License, version 3" in told
    for name in ("numpy", "PyQt6", "PyQt6-WebEngine-Qt6", "pyFFTW", "pywebview", "Python"):
        assert re.search(rf"^{name} \d", told, re.MULTILINE), name
    assert list(licences.glob("PyQt6-*LICENSE*"))
