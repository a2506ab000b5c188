"""A window that somebody has closed, with a toolkit of the test's own: each closes at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import StartExhibit
from tests.support.exhibit import wait_until

pytestmark = pytest.mark.long

TOOLKIT = """
import types
from pathlib import Path

settings = {}
screens = []
errors = types.SimpleNamespace(WebViewException=RuntimeError)


class Event(list):
    def __iadd__(self, handler):
        self.append(handler)
        return self


def create_window(title, url, **options):
    global window
    with (Path(__file__).parent / "urls").open("a") as file:
        print(url, file=file)
    names = ("shown", "closing", "before_show")
    window = types.SimpleNamespace(
        events=types.SimpleNamespace(**{name: Event() for name in names}), destroy=lambda: None
    )
    return window


def start(**options):
    for handler in window.events.shown:
        handler()
"""
"""As much of pywebview as the window process uses."""


@pytest.fixture
def toolkit(tmp_path: Path) -> dict[str, str]:
    """Variables that put it in the place of the real one."""
    (tmp_path / "webview.py").write_text(TOOLKIT)
    return {"PYTHONPATH": str(tmp_path), "DISPLAY": ":none"}


def test_on_a_desk_that_ends_everything(start: StartExhibit, toolkit: dict[str, str]) -> None:
    assert start("--port=0", "--idle=7", **toolkit).end() == 0
    (url,) = (Path(toolkit["PYTHONPATH"]) / "urls").read_text().split()
    assert "locked" not in url


def test_in_a_hall_it_returns(start: StartExhibit, toolkit: dict[str, str]) -> None:
    exhibit = start("--port=0", "--kiosk", "--idle=7", "--countdown=5", **toolkit).ready()
    urls = Path(toolkit["PYTHONPATH"]) / "urls"
    wait_until(lambda: urls.exists() and len(urls.read_text().split()) >= 3, "it returned twice")
    assert exhibit.process.poll() is None
    assert "opened again" in exhibit.errors
    for url in urls.read_text().split():
        assert url.startswith(exhibit.url)
        assert url.endswith("&locked=12")
    exhibit.process.terminate()
    assert exhibit.end() == 0
