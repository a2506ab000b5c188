"""An exhibit in kiosk mode on a virtual display, as tests see it from outside."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websocket import WebSocketException

from tests.support.devtools import DevTools, free_port
from tests.support.display import await_true, virtual_display
from tests.support.exhibit import Exhibit

RETURN_S = 10.0

PREPARE = """
window.presses = 0;
window.unchanged = true;
addEventListener("pointerdown", () => (presses += 1), true);
window.link = (fields) => {
  const made = Object.assign(document.createElement("a"), fields);
  document.body.append(made);
  made.click();
  made.remove();
};
"""
STATE = """({
  url: location.href, unchanged: window.unchanged === true, history: history.length,
  visitor: document.documentElement.dataset.visitor,
  connected: document.documentElement.dataset.connected,
  width: innerWidth, height: innerHeight, ratio: devicePixelRatio, zoom: visualViewport.scale,
  scroll: [scrollX, scrollY], selected: String(getSelection()),
  element: document.fullscreenElement === null,
  dialogs: document.querySelectorAll("dialog[open]").length,
})"""


class Kiosk:
    """The exhibit in kiosk mode, and what is seen of it from outside."""

    def __init__(self, display: dict[str, str], home: Path) -> None:
        self.display = display
        self._port = free_port()
        self.exhibit = Exhibit(
            "--kiosk", "--idle=0", "--port=0", "--Nx=64", "--Ny=64",
            environment={**display, "XDG_CONFIG_HOME": str(home),
                         "QTWEBENGINE_REMOTE_DEBUGGING": str(self._port)},
        ).ready()  # fmt: skip
        self.page = self.find_page()

    def find_page(self) -> DevTools:
        """The page, once it is connected; prepared for what follows."""

        def connected() -> DevTools | None:
            with suppress(OSError, ValueError, WebSocketException):
                page = DevTools(self._port)
                if page.evaluate("document.documentElement?.dataset.connected") == "true":
                    page.evaluate(PREPARE)
                    return page
                page.close()
            return None

        found = await_true(connected)
        assert isinstance(found, DevTools)
        return found

    def do(self, *command: str) -> None:
        """Run a program on the display."""
        subprocess.run(command, env=self.display, check=True, capture_output=True)

    def state(self) -> dict[str, Any]:
        """All that must stay as it is."""
        listing = subprocess.run(
            ["wmctrl", "-lG"], env=self.display, capture_output=True, text=True, check=True
        )
        return {**self.page.evaluate(STATE), "windows": listing.stdout.splitlines()}

    def settle(self) -> None:
        """Until a click made now has come to the page: so has all that was typed before it."""
        before = self.page.evaluate("presses")
        self.do("xdotool", "mousemove", "640", "700", "click", "1")
        await_true(lambda: self.page.evaluate("presses") > before, RETURN_S)

    def draws(self) -> None:
        """Frames still come."""
        seq = self.page.evaluate("document.documentElement.dataset.seq")
        now = "document.documentElement.dataset.seq"
        await_true(lambda: self.page.evaluate(now) != seq, RETURN_S)

    def end(self) -> None:
        """End it gently."""
        self.page.close()
        self.exhibit.process.terminate()
        assert self.exhibit.end() == 0
        self.exhibit.kill()


@contextmanager
def shown(size: tuple[int, int], config_home: Path) -> Iterator[Kiosk]:
    """A kiosk on a display of its own."""
    with virtual_display(*size) as display:
        running = Kiosk(display, config_home)
        try:
            yield running
        finally:
            running.end()
