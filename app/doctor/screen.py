"""Checks of what shows the exhibit: the display, the window's toolkit, and what draws in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec

from app.doctor.finding import Finding, note, ok, trouble
from app.doctor.probe import REPORT
from app.paths import own_command
from app.settings.exhibit import Settings
from app.window.run import missing_display

PROBE_S = 25.0
"""A browser's first start on a slow disk."""
END_S = 2.0
HEADLESS = "not needed (--headless)"
TOOLKITS = {
    "linux": ("webview", "qtpy", "PyQt6.QtWebEngineWidgets"),
    "win32": ("webview", "clr"),
    "darwin": ("webview", "WebKit"),
}
SOFTWARE = ("swiftshader", "llvmpipe", "softpipe", "basic render")


def display(settings: Settings) -> Finding:
    """Is there something to open a window on?"""
    if settings.headless:
        return ok(HEADLESS)
    why = missing_display()
    if why is not None:
        return trouble(
            why,
            "Start it in a desktop session (or set DISPLAY); --headless serves browsers only.",
        )
    return ok(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or "this desktop")


def toolkit(settings: Settings) -> Finding:
    """Is everything installed that the window needs?"""
    if settings.headless:
        return ok(HEADLESS)
    missing = [name for name in TOOLKITS.get(sys.platform, ("webview",)) if not _is_there(name)]
    if missing:
        return trouble(
            f"not installed: {', '.join(missing)}",
            "`make run` installs them; --headless does without.",
        )
    return ok("pywebview and what it needs are installed")


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:
        return False


def rendering(settings: Settings) -> Finding:
    """What draws the fluid: a window that nobody sees is opened in a process of its own."""
    if settings.headless:
        return ok(HEADLESS)
    if missing_display() is not None:
        return note("not tried, for there is no display", "See above.")
    said, complaint = _probe()
    if said is None:
        return trouble(
            f"no window opens: {complaint or f'nothing happened within {PROBE_S:g} s'}",
            "Install what the message names (on Debian `sh packaging/debian.sh window`), and see "
            "that this user may use the display.",
        )
    if not said:
        return note(
            "there is no WebGL 2; the page draws without it",
            "On a large screen install the graphics driver of this computer's chip.",
        )
    if any(word in said.lower() for word in SOFTWARE):
        return note(
            f"the processor draws ({said})",
            "On a large screen install the graphics driver of this computer's chip.",
        )
    return ok(said)


def _probe() -> tuple[str | None, str]:
    """What draws ("": no WebGL), or None; and the last that the window complained of."""
    child = subprocess.Popen(
        [*own_command(), "probe"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    complaints = b""
    try:
        told, complaints = child.communicate(timeout=PROBE_S)
    except subprocess.TimeoutExpired as late:
        told = late.stdout or b""
    finally:
        _end(child)
    for line in told.decode(errors="replace").splitlines():
        if line.startswith(f"{REPORT} "):
            return str(json.loads(line.removeprefix(f"{REPORT} "))), ""
        if line.startswith("NOWINDOW "):
            return None, line.removeprefix("NOWINDOW ")
    words = complaints.decode(errors="replace").strip().splitlines()
    return None, next((line for line in words if "could not" in line), "".join(words[-1:]))


def _end(child: subprocess.Popen[bytes]) -> None:
    """Its own children, too: they hold the pipes."""
    with suppress(ProcessLookupError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        child.communicate(timeout=END_S)
