"""A window that fills the screen, with a window manager and without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.support.display import await_true, screenshot, start_display, virtual_display
from tests.support.exhibit import Exhibit

SIZE = (1280, 720)
BACKGROUND = (5, 7, 13)
"""The page's, which an empty screen has not."""

pytestmark = pytest.mark.window


@pytest.fixture(params=["openbox", "no manager"])
def display(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """A display's environment."""
    if request.param == "openbox":
        with virtual_display(*SIZE) as environment:
            yield environment
        return
    server, environment = start_display(*SIZE)
    try:
        yield environment
    finally:
        server.terminate()
        server.wait()


@pytest.mark.parametrize("how", ["--fullscreen", "--kiosk"])
def test_the_window_fills_the_screen(how: str, display: dict[str, str], tmp_path: Path) -> None:
    homes = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CONFIG", "STATE", "DATA")}
    exhibit = Exhibit(
        how, "--port=0", "--Nx=64", "--Ny=64", environment={**display, **homes}
    )  # fmt: skip
    try:
        exhibit.ready()

        def edges_are_the_pages() -> bool:
            screen = screenshot(display)
            edges = np.concatenate((screen[0], screen[-1], screen[:, 0], screen[:, -1]))
            return bool((edges.sum(axis=1) >= sum(BACKGROUND) // 2).all())

        await_true(edges_are_the_pages)
    finally:
        exhibit.kill()
