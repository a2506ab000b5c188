"""`main.py window`: the window process, a child of the supervisor.

pywebview gets a URL and nothing else; the page talks to the server as every guest's does.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from typing import Any

from app.paths import ICON
from app.process.launch import EXIT_NO_WINDOW, EXIT_OK, on_parent_exit, receive, report
from app.window.kiosk_lock import lock
from app.window.watchdog import poll

TITLE = "Vortarium"
SIZE = (1280, 800)
MIN_SIZE = (480, 480)
BACKGROUND = "#05070d"
X11_HERE, X11_SOCKET = re.compile(r":(\d+)"), "/tmp/.X11-unix/X{}"  # noqa: S108
ANSWER_S = 1.0


def run() -> int:
    """Show the page until the window is closed. Returns the exit code."""
    launch = receive()
    why = missing_display()
    if why is not None:
        return _no_window(why)
    prepare_toolkit()
    try:
        import webview  # the toolkits behind it are slow to import, and may be missing
    except ImportError as missing:
        return _no_window(f"{missing.name} is not installed")
    fullscreen, kiosk = launch.settings["fullscreen"], launch.settings["kiosk"]
    width, height = _screen_size(webview) if fullscreen else SIZE
    # Without a place of its own, pywebview leaves room for a title, which may not be there.
    x, y = (0, 0) if fullscreen else (None, None)
    window = webview.create_window(
        TITLE,
        launch.url,
        width=width,
        height=height,
        x=x,
        y=y,
        min_size=MIN_SIZE,
        fullscreen=fullscreen,
        on_top=kiosk,
        background_color=BACKGROUND,
        # The page decides what can be selected; otherwise a style would be put into it.
        text_select=True,
    )
    assert window is not None
    window.events.shown += lambda: report("SHOWN")
    on_parent_exit(lock(window, launch.url) if kiosk else window.destroy)
    poll(window, launch.url)  # after the lock, which brings a page of its own
    try:
        webview.start(private_mode=True, icon=str(ICON))
    except webview.errors.WebViewException as fault:
        return _no_window(" ".join(str(fault).split()))
    return EXIT_OK


def _screen_size(webview: Any) -> tuple[int, int]:
    """The first screen's size: without a window manager, full screen is only size and place."""
    screens = webview.screens
    return (screens[0].width, screens[0].height) if screens else SIZE


def missing_display() -> str | None:
    """Why there is nothing to open a window on, or None."""
    if sys.platform != "linux" or os.environ.get("WAYLAND_DISPLAY"):
        return None
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "there is no display"
    number = X11_HERE.match(display)
    if number is not None and not _listens(X11_SOCKET.format(number[1])):
        return f"the display {display} does not answer"
    return None


def _listens(path: str) -> bool:
    """Qt does not ask: it aborts."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_S)
        return any(line.connect_ex(address) == 0 for address in (path, f"\0{path}"))


def prepare_toolkit() -> None:
    """Call it before pywebview is imported.

    Qt is our toolkit on Linux; its Chromium's sandbox refuses to run as root.
    """
    if sys.platform != "linux":
        return
    os.environ.setdefault("PYWEBVIEW_GUI", "qt")
    geteuid: Any = getattr(os, "geteuid", None)
    if geteuid is not None and geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")


def _no_window(why: str) -> int:
    report("NOWINDOW", why)
    return EXIT_NO_WINDOW
