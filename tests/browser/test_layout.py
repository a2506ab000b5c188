"""Every screen: nothing sticks out, and whatever is touched is large enough for a finger."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, open_drawer

TARGET_PX = 44
HAND = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
SCREENS: dict[str, dict[str, Any]] = {
    "phone": {"viewport": {"width": 390, "height": 844}, **HAND},
    "small phone": {"viewport": {"width": 320, "height": 568}, **HAND},
    "phone on its side": {"viewport": {"width": 844, "height": 390}, **HAND},
    "tablet": {"viewport": {"width": 1024, "height": 768}, "has_touch": True},
    "kiosk": {"viewport": {"width": 1920, "height": 1080}},
    "wall": {"viewport": {"width": 3840, "height": 2160}},
}

SMALL_TARGETS = """(limit) => {
  const targets = "button, a, input, summary, label.chip";
  const shown = [...document.querySelectorAll(targets)].filter((one) => one.checkVisibility());
  return shown.filter((one) => {
    // Whoever touches a chip touches its label.
    const { width, height } = (one.closest(".chip") ?? one).getBoundingClientRect();
    return Math.min(width, height) < limit - 0.01;
  }).map((one) => one.outerHTML);
}"""
STICKING_OUT = """() => {
  const shown = [...document.querySelectorAll("button, a, h1, dd, canvas, #panel *")];
  return shown.filter((one) => one.checkVisibility() && !one.closest("[inert]")).filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return left < -0.5 || right > innerWidth + 0.5;
  }).map((one) => one.outerHTML);
}"""


def check(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]  # type: ignore[index]
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate(SMALL_TARGETS, TARGET_PX) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_model_page(open_page: OpenPage, screen: str) -> None:
    options = SCREENS[screen]
    page = open_page(**options)
    check(page)
    for button in page.locator(":is(.dock, .tools, .toolbar) button:visible").all():
        box = button.bounding_box()
        assert box
        assert box["y"] + box["height"] <= options["viewport"]["height"]
    open_drawer(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    check(page)


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", ["", "operator"])
def test_other_pages(open_page: OpenPage, screen: str, path: str) -> None:
    page = open_page(path, **SCREENS[screen])
    if not path:
        page.wait_for_selector("#models li")
    check(page)


def test_the_sheet_leaves_the_phones_fluid_in_sight(open_page: OpenPage) -> None:
    page = open_page(**SCREENS["phone"])
    open_drawer(page)
    fluid, drawer = (page.locator(one).bounding_box() for one in ("#fluid", "#drawer"))
    assert fluid
    assert drawer
    assert fluid["y"] + fluid["height"] <= drawer["y"]
