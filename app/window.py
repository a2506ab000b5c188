"""`main.py window`: the window process, a child of the supervisor.

pywebview gets a URL and nothing else; the page talks to the server as every guest's does.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from app.launch import EXIT_NO_WINDOW, EXIT_OK, follow, receive, say

TITLE = "Vortarium"
SIZE = (1280, 800)
MIN_SIZE = (480, 480)
BACKGROUND = "#05070d"


def run() -> int:
    """Show the page until the window is closed. Returns the exit code."""
    launch = receive()
    why = missing_display()
    if why is not None:
        return _no_window(why)
    _prepare_qt()
    try:
        import webview  # the toolkits behind it are slow to import, and may be missing
    except ImportError as missing:
        return _no_window(f"{missing.name} is not installed")
    window = webview.create_window(
        TITLE,
        launch.url,
        width=SIZE[0],
        height=SIZE[1],
        min_size=MIN_SIZE,
        fullscreen=launch.settings["fullscreen"],
        background_color=BACKGROUND,
    )
    assert window is not None
    window.events.shown += lambda: say("SHOWN")
    follow(window.destroy)
    try:
        webview.start(gui="qt" if sys.platform == "linux" else None, private_mode=True)
    except webview.errors.WebViewException as fault:
        return _no_window(" ".join(str(fault).split()))
    return EXIT_OK


def missing_display() -> str | None:
    """Why there is nothing to open a window on, or None."""
    if sys.platform == "linux" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return "there is no display"
    return None


def _prepare_qt() -> None:
    """Chromium's sandbox refuses to run as root, so in a container it must be off."""
    geteuid: Any = getattr(os, "geteuid", None)
    if sys.platform == "linux" and geteuid is not None and geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")


def _no_window(why: str) -> int:
    say("NOWINDOW", why)
    return EXIT_NO_WINDOW
