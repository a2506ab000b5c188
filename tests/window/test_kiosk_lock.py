"""Every way out of a kiosk that we could think of, on a virtual display with a window manager.

Not among them is what only the operating system can keep from visitors: switching to another
program, its menus and its own keys (packaging/kiosk/README.md).
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import msgspec
import pytest

from app.process.launch import Launch
from app.settings.exhibit import parse
from tests.support.devtools import free_port, open_pages
from tests.support.display import await_true, virtual_display, windows
from tests.support.exhibit import ROOT
from tests.support.kiosk import RETURN_S, Kiosk, shown

SIZE = (1280, 800)
MIDDLE = ("mousemove", "640", "400")
TITLE = ("mousemove", "120", "38")
SETTLE_S = 0.6
"""For a window manager to do what it was asked, of which nothing tells."""

pytestmark = [pytest.mark.window, pytest.mark.long]

KEYS = """
    alt+F4 ctrl+w ctrl+F4 ctrl+q ctrl+shift+q ctrl+n ctrl+t ctrl+shift+n ctrl+shift+t
    F1 F3 F5 F6 F7 F9 F10 F11 F12 shift+F10 Menu Escape
    ctrl+r ctrl+shift+r ctrl+F5 ctrl+shift+i ctrl+shift+j ctrl+shift+c ctrl+u
    ctrl+p ctrl+o ctrl+s ctrl+f ctrl+g ctrl+l ctrl+d ctrl+h ctrl+j ctrl+e ctrl+k ctrl+shift+Delete
    alt+Left alt+Right alt+Home alt+d alt+f BackSpace shift+BackSpace ctrl+Tab ctrl+1
    XF86Back XF86Forward XF86HomePage XF86Reload XF86Search XF86Favorites XF86Stop
    ctrl+plus ctrl+minus ctrl+equal ctrl+0 ctrl+KP_Add ctrl+a ctrl+c ctrl+v ctrl+x
""".split()  # noqa: SIM905

MOUSE = {
    "right click": (*MIDDLE, "click", "3"),
    "right click on a word": (*TITLE, "click", "3"),
    "shift and right click": (*MIDDLE, "keydown", "shift", "click", "3", "keyup", "shift"),
    "middle click, which pastes an address": (*MIDDLE, "click", "2"),
    "the button that goes back": (*MIDDLE, "click", "8"),
    "the button that goes forward": (*MIDDLE, "click", "9"),
    "a swipe to the left": (*MIDDLE, "click", "--repeat", "12", "--delay", "8", "6"),
    "a swipe to the right": (*MIDDLE, "click", "--repeat", "12", "--delay", "8", "7"),
    "control and the wheel, up": (*MIDDLE, "keydown", "ctrl", "click", "--repeat", "5", "4",
                                  "keyup", "ctrl"),
    "control and the wheel, down": (*MIDDLE, "keydown", "ctrl", "click", "--repeat", "5", "5",
                                    "keyup", "ctrl"),
    "double click on a word": (*TITLE, "click", "--repeat", "2", "--delay", "40", "1"),
    "triple click on a line": ("mousemove", "120", "85", "click", "--repeat", "3", "--delay", "40",
                               "1"),
    "dragging over words": ("mousemove", "30", "80", "mousedown", "1", "mousemove", "120", "100",
                            "mousemove", "200", "130", "mouseup", "1"),
    "dragging a link": ("mousemove", "36", "38", "mousedown", "1", "mousemove", "60", "200",
                        "mousemove", "640", "400", "mouseup", "1"),
}  # fmt: skip

MANAGER = {
    "closing": ("wmctrl", "-c", "Vortarium"),
    "no full screen": ("wmctrl", "-r", "Vortarium", "-b", "remove,fullscreen"),
    "smaller and elsewhere": ("wmctrl", "-r", "Vortarium", "-e", "0,90,90,500,500"),
    "minimising": ("xdotool", "search", "--name", "Vortarium$", "windowminimize", "%@"),
    "shading": ("wmctrl", "-r", "Vortarium", "-b", "add,shaded"),
    "behind others": ("wmctrl", "-r", "Vortarium", "-b", "add,below"),
    "unmapping": ("xdotool", "search", "--name", "Vortarium$", "windowsize", "%@", "300", "300"),
}

SCRIPTS = {
    "an address": "void (location.href = 'https://example.org/')",
    "a file": "void (location.href = 'file:///etc/passwd')",
    "another program's address": "void (location.href = 'mailto:a@example.org')",
    "another port of this computer": "void (location.href = 'http://127.0.0.1:9/')",
    "the way back": "history.back()",
    "the way forward": "history.go(1)",
    "a new window": "void open('https://example.org/')",
    "a new window of ours": "void open('/', '_blank', 'width=300,height=300')",
    "a link that leaves": "link({href: 'https://example.org/'})",
    "a link to a new window": "link({href: '/', target: '_blank'})",
    "a download": "link({href: '/api/rooms/BEC/snapshot.npz', download: ''})",
    "printing": "print()",
    "a message box": "alert('hello')",
    "a question": "void confirm('leave?')",
    "a question with an answer": "void prompt('where to?')",
    "a question before leaving": "addEventListener('beforeunload', (e) => e.preventDefault())",
    "full screen for an element": "void fluid.requestFullscreen().catch(() => 0)",
    "choosing a file": "Object.assign(document.createElement('input'), {type: 'file'}).click()",
    "the camera": "void navigator.mediaDevices?.getUserMedia({video: true}).catch(() => 0)",
    "notifications": "void globalThis.Notification?.requestPermission()",
    "where it is": "navigator.geolocation?.getCurrentPosition(() => 0, () => 0)",
    "selecting all": "dispatchEvent(new Event('selectstart', {cancelable: true}))",
}

HOLD_ADDRESS = """
from PyQt6.QtGui import QClipboard, QGuiApplication
app = QGuiApplication([])
app.clipboard().setText("https://example.org/", QClipboard.Mode.Selection)
print(flush=True)
app.exec()
"""
"""A program that has something for a middle click to paste."""


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    """A kiosk on a display of its own."""
    with shown(SIZE, tmp_path_factory.mktemp("config")) as running:
        yield running


def test_no_key_leads_out(kiosk: Kiosk) -> None:
    kiosk.settle()
    before = kiosk.state()
    assert [before["width"], before["height"]] == list(SIZE)
    for key in KEYS:
        kiosk.do("xdotool", *MIDDLE, "key", "--clearmodifiers", key)
        kiosk.settle()
        assert kiosk.state() == before, key
    kiosk.draws()


def test_no_button_of_a_mouse_leads_out(kiosk: Kiosk) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD_ADDRESS], env=kiosk.display, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert owner.stdout is not None
    owner.stdout.readline()
    try:
        kiosk.settle()
        before = kiosk.state()
        for name, steps in MOUSE.items():
            kiosk.do("xdotool", *steps)
            kiosk.settle()
            assert kiosk.state() == before, name
        kiosk.draws()
    finally:
        owner.kill()
        owner.communicate()


def test_what_a_page_may_try_leads_nowhere(kiosk: Kiosk) -> None:
    before = kiosk.state()
    for name, script in SCRIPTS.items():
        kiosk.page.evaluate(script)
        kiosk.settle()
        assert kiosk.state() == before, name
    file = {"items": [], "files": ["/etc/passwd"], "dragOperationsMask": 1}
    address = {"mimeType": "text/uri-list", "data": "https://example.org/"}
    for data in (file, {"items": [address], "dragOperationsMask": 1}):
        for kind in ("dragEnter", "dragOver", "drop"):
            kiosk.page.call("Input.dispatchDragEvent", type=kind, x=640, y=400, data=data)
        kiosk.settle()
        assert kiosk.state() == before, data
    kiosk.draws()


def test_what_a_window_manager_does_is_undone(kiosk: Kiosk) -> None:
    before = kiosk.state()
    for name, command in MANAGER.items():
        kiosk.do(*command)
        time.sleep(SETTLE_S)
        await_true(lambda: kiosk.state() == before, RETURN_S)
        assert kiosk.exhibit.process.poll() is None, name
    kiosk.draws()


def test_a_window_that_is_destroyed_returns(kiosk: Kiosk) -> None:
    (before,) = windows(kiosk.display)
    kiosk.do("xdotool", "search", "--name", "Vortarium$", "windowkill", "%@")
    await_true(lambda: before not in windows(kiosk.display), RETURN_S)
    kiosk.page.close()
    kiosk.page = kiosk.find_page()
    assert len(windows(kiosk.display)) == 1
    kiosk.draws()


def test_a_mouse_that_rests_is_not_seen(kiosk: Kiosk) -> None:
    cursor = "getComputedStyle(fluid).cursor"
    kiosk.do("xdotool", "mousemove", "600", "410", "mousemove", "610", "420")
    await_true(lambda: kiosk.page.evaluate(cursor) != "none", RETURN_S)
    await_true(lambda: kiosk.page.evaluate(cursor) == "none", RETURN_S)


class Late(BaseHTTPRequestHandler):
    """A server that says one word."""

    def do_GET(self) -> None:
        """Any page."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>here</title>")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


def test_a_window_that_finds_no_server_waits_for_it() -> None:
    port, debugging = free_port(), free_port()
    settings = msgspec.to_builtins(parse(["--kiosk"]))
    launch = Launch(settings, url=f"http://127.0.0.1:{port}/")
    with virtual_display(640, 480) as display:
        window = subprocess.Popen(
            [sys.executable, str(ROOT / "main.py"), "window"],
            env={**display, "QTWEBENGINE_REMOTE_DEBUGGING": str(debugging)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert window.stdin is not None
        window.stdin.write(launch.line())
        window.stdin.flush()

        def title() -> str:
            with suppress(OSError, IndexError):
                return str(open_pages(debugging)[0]["title"])
            return ""

        await_true(lambda: title() == "127.0.0.1")  # that of Chromium's page of errors
        server = HTTPServer(("127.0.0.1", port), Late)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        await_true(lambda: title() == "here")
        server.shutdown()
        server.server_close()
        window.communicate()
        assert window.wait(10) == 0
