"""A virtual display with a small window manager, and what is seen on it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

PATIENCE_S = 30.0

Screen = npt.NDArray[np.float64]


@contextmanager
def virtual_display(width: int, height: int) -> Iterator[dict[str, str]]:
    """The environment of a new display of that size."""
    for program in ("Xvfb", "openbox", "wmctrl", "xdotool", "import"):
        assert shutil.which(program), f"{program} is missing: run `make test`"
    server, environment = start_display(width, height)
    manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield environment
    finally:
        for process in (manager, server):
            process.terminate()
            process.wait()


def start_display(
    width: int, height: int, name: str = ""
) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    """A display's server and the environment for its programs; `name`: which one it is to be."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", *filter(None, [name]), "-displayfd", str(write), "-nolisten", "tcp",
         "-screen", "0", f"{width}x{height}x24"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    environment = {**os.environ, "DISPLAY": f":{number}"}
    environment.pop("WAYLAND_DISPLAY", None)
    return server, environment


def await_true(what: Callable[[], Any], limit_s: float = PATIENCE_S) -> Any:
    """The first true value of `what()`; what happens in other programs cannot be awaited."""
    end = time.monotonic() + limit_s
    while not (value := what()):
        assert time.monotonic() < end, f"not within {limit_s:g} s"
        time.sleep(0.1)
    return value


def windows(display: dict[str, str]) -> list[str]:
    """The exhibit's windows, as the window manager lists them."""
    listing = subprocess.run(["wmctrl", "-l"], env=display, capture_output=True, text=True)
    return [line for line in listing.stdout.splitlines() if "Vortarium" in line]


def screenshot(display: dict[str, str]) -> Screen:
    """The screen as (height, width, 3)."""
    shot = subprocess.run(
        ["import", "-silent", "-window", "root", "png:-"],
        env=display,
        capture_output=True,
        check=True,
    )
    return np.asarray(Image.open(io.BytesIO(shot.stdout)).convert("RGB"), float)


def shows_fluid(screen: Screen) -> bool:
    """A bright disc in the middle of a dark screen."""
    height, width, _ = screen.shape
    light = screen.sum(axis=2)
    middle = light[height // 3 : 2 * height // 3, 2 * width // 5 : 3 * width // 5]
    corner = light[: height // 2, width // 12 : width // 8]
    return bool(middle.mean() > 150 and corner.mean() < 60)
