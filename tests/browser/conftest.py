"""Pages in a real Chromium, each as a visitor of its own, against a real exhibit."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.support.chromium import PATIENCE_MS
from tests.support.exhibit import Exhibit

CONNECTED = "html[data-connected=true]"
SHOWS = "[data-seq]:not([data-seq='']), [data-display]:not([data-display=field])"
"""A frame has come, or there will be none."""
KIOSK = {"width": 1280, "height": 720}
USUAL_SCREENS = ("small phone", "kiosk")
"""Tests with the other ones of test_layout.SCREENS are for the long run."""

Pixels = npt.NDArray[np.uint8]
OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            values = item.callspec.params if hasattr(item, "callspec") else {}
            if values.get("screen", "kiosk") not in USUAL_SCREENS:
                item.add_marker(pytest.mark.long)


@pytest.fixture
def open_page(browser: Browser, exhibit: Exhibit) -> Iterator[OpenPage]:
    """Opens a path of the exhibit as a new visitor; a fault of the page fails the test."""
    contexts = []
    faults: list[str] = []

    def begin(path: str = "models/BEC", *, name: str = "", at: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": KIOSK, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if name:
            context.add_init_script(f"localStorage.setItem('vortarium.name', {name!r})")
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        page.goto((at or exhibit.url) + path)
        if "models/" in path:
            page.wait_for_selector(f"{CONNECTED}:is({SHOWS})")
        return page

    yield begin
    for context in contexts:
        context.close()
    assert faults == []


def is_fault(said: Any) -> bool:
    """Does this line of the console tell of a fault? Not if the server is away on purpose.

    Nor if a model has no still yet, as the test of the landing page tells, or a PIN was wrong.
    """
    url = said.location["url"]
    away = "ERR_CONNECTION" in said.text or url.endswith(("thumbnail.jpg", "operator/login"))
    return said.type == "error" and not away


def pixels(page: Page, selector: str = "#fluid") -> Pixels:
    """What an element looks like, shape (height, width, 3)."""
    shot = page.locator(selector).screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))


def open_drawer(page: Page) -> None:
    """Open the controls and wait until they stand still."""
    page.click("#open-drawer")
    still = "() => document.getElementById('drawer').getAnimations().length === 0"
    page.wait_for_function(still)


def visitor_id(page: Page) -> str:
    """Who this page is."""
    number = page.get_attribute("html", "data-visitor")
    assert number
    return number


def put_mouse(page: Page, x: float, y: float) -> None:
    """Move the mouse to fractions (x, y) of the fluid's box, y up."""
    box = page.locator("#fluid").bounding_box()
    assert box
    page.mouse.move(box["x"] + x * box["width"], box["y"] + (1 - y) * box["height"])
