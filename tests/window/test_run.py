"""The real window, on a virtual display with a small window manager."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.display import await_true, screenshot, shows_fluid, virtual_display, windows

ROOT = Path(__file__).resolve().parents[2]
SIZE = (1600, 900)
RESTART_S = 5.0

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    """The environment of a virtual display of SIZE with a window manager."""
    with virtual_display(*SIZE) as environment:
        yield environment


@pytest.fixture
def app(display: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The exhibit with its window open; its homes are empty folders."""
    environment = {**display, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "--port", "0", "--fullscreen"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("READY http://127.0.0.1:")
    # Qt makes the native window again when the page first draws.
    await_true(lambda: shows_fluid(screenshot(display)) and windows(display))
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(15)
    process.stdout.close()


def children(process: subprocess.Popen[str], role: str = "") -> list[int]:
    """Process ids of the session that `process` leads, the leader aside."""
    listing = subprocess.run(
        ["ps", "-o", "pid=,args=", "-s", str(process.pid)], capture_output=True, text=True
    )
    rows = [line.split(None, 1) for line in listing.stdout.splitlines()]
    return [int(pid) for pid, args in rows if role in args and int(pid) != process.pid]


def test_window_fills_the_screen_with_the_fluid_and_a_drag_changes_it(
    app: subprocess.Popen[str], display: dict[str, str]
) -> None:
    await_true(lambda: shows_fluid(screenshot(display)))
    calm = screenshot(display)
    x, y = SIZE[0] // 2, SIZE[1] // 2
    drag = ["mousemove", str(x - 150), str(y), "mousedown", "1"]
    for i in range(30):
        drag += ["mousemove", str(x - 150 + 10 * i), str(y), "sleep", "0.03"]
    subprocess.run(["xdotool", *drag], env=display, check=True)
    stirred = screenshot(display)
    subprocess.run(["xdotool", "mouseup", "1"], env=display, check=True)
    trail = (slice(y - 60, y + 60), slice(x - 150, x + 200))
    assert np.abs(stirred[trail] - calm[trail]).mean() > 8


def test_closing_the_window_ends_every_process(
    app: subprocess.Popen[str], display: dict[str, str]
) -> None:
    assert len(children(app)) >= 2
    subprocess.run(["wmctrl", "-c", "Vortarium"], env=display, check=True)
    assert app.wait(15) == 0
    await_true(lambda: not children(app))


def test_a_killed_window_comes_back_with_the_fluid(
    app: subprocess.Popen[str], display: dict[str, str]
) -> None:
    (window,) = children(app, "main.py window")
    (server,) = children(app, "main.py serve")
    os.kill(window, signal.SIGKILL)
    await_true(lambda: set(children(app, "main.py window")) - {window}, RESTART_S)
    await_true(lambda: windows(display))
    await_true(lambda: shows_fluid(screenshot(display)))
    assert children(app, "main.py serve") == [server]
