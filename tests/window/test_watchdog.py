"""Whatever becomes of page, window or display: the screen is back, and no guest has noticed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.window.watchdog import MAX_RELOADS
from tests.support.display import start_display
from tests.support.exhibit import wait_until
from tests.support.kiosk import Kiosk, shown

SIZE = (640, 480)
NOTICED_S = 6.0
BACK_S = 5.0
"""After what stood still was ended, and on a machine that does little else."""
BUSY_S = 15.0
"""Qt takes its time to draw without a graphics chip while other tests run."""

pytestmark = [pytest.mark.window, pytest.mark.long]


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    """A kiosk on a display of its own."""
    with shown(SIZE, tmp_path_factory.mktemp("config")) as running:
        yield running


@contextmanager
def undisturbed(kiosk: Kiosk) -> Iterator[None]:
    """A guest sees frames on one connection, and the server stays, whatever is done meanwhile."""
    guest = kiosk.exhibit.visitor(name="Ada")
    server = kiosk.exhibit.pids()["serve"]
    seq = guest.see().seq
    yield
    guest.see(lambda frame: frame.seq > seq)
    assert kiosk.exhibit.pids()["serve"] == server
    guest.close()


def renderer(kiosk: Kiosk) -> int:
    """The process that draws the page: a Chromium process that was forked by another one; or 0."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                state, parent, _, session = (
                    (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                )
                name = (folder / "comm").read_text()
            except OSError:
                continue
            ours = int(session) == kiosk.exhibit.process.pid
            if ours and name.startswith("QtWebEngine") and state != "Z":
                parents[int(folder.name)] = int(parent)
    return next((pid for pid, parent in parents.items() if parent in parents), 0)


def window_other_than(kiosk: Kiosk, old: int) -> Callable[[], bool]:
    """Is there another window process?"""
    return lambda: kiosk.exhibit.pids().get("window", old) != old


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_page_without_its_renderer_is_loaded_again(kiosk: Kiosk, number: signal.Signals) -> None:
    visitor = kiosk.state()["visitor"]
    window, old = kiosk.exhibit.pids()["window"], renderer(kiosk)
    kiosk.page.close()
    with undisturbed(kiosk):
        os.kill(old, number)
        wait_until(lambda: renderer(kiosk) not in (0, old), "another renderer", NOTICED_S)
        kiosk.page = kiosk.find_page()
    assert kiosk.state()["visitor"] == visitor
    assert kiosk.exhibit.pids()["window"] == window
    kiosk.draws()


def test_a_window_that_stands_still_is_replaced(kiosk: Kiosk) -> None:
    window = kiosk.exhibit.pids()["window"]
    kiosk.page.close()
    with undisturbed(kiosk):
        os.kill(window, signal.SIGSTOP)
        wait_until(window_other_than(kiosk, window), "another window", NOTICED_S)
        kiosk.page = kiosk.find_page()
    kiosk.draws()


def test_a_page_that_fails_again_and_again_gets_another_window(kiosk: Kiosk) -> None:
    window = kiosk.exhibit.pids()["window"]
    kiosk.page.close()
    with undisturbed(kiosk):
        for _ in range(MAX_RELOADS + 1):
            old = wait_until(lambda: renderer(kiosk), "there is a renderer", BUSY_S)
            os.kill(old, signal.SIGKILL)
            wait_until(lambda old=old: renderer(kiosk) != old, "it is gone")
        wait_until(window_other_than(kiosk, window), "another window", BACK_S)
        kiosk.page = kiosk.find_page()
    kiosk.draws()


def test_a_display_that_goes_and_comes_back(tmp_path: Path) -> None:
    server, display = start_display(*SIZE)
    kiosk = Kiosk(display, tmp_path)
    try:
        kiosk.page.close()
        with undisturbed(kiosk):
            server.kill()
            server.wait()
            told = "the window waits for it"
            wait_until(lambda: told in kiosk.exhibit.errors, "it is told", BUSY_S)
            server, _ = start_display(*SIZE, display["DISPLAY"])
            kiosk.page = kiosk.find_page()
        kiosk.draws()
        kiosk.end()
        assert kiosk.exhibit.errors.count(told) == 1
    finally:
        kiosk.exhibit.kill()
        server.kill()
        server.wait()
