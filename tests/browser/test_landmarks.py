"""Pages are built so that a screen reader finds its way and a keyboard gets everywhere."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.serving import PIN, Serving

PHONE = {"width": 390, "height": 844}
WALL = {"width": 1280, "height": 720}


def violations(page: Page) -> list[str]:
    """What axe-core finds: rule, and the first element that breaks it."""
    # What fades in is not yet as dark as it will be.
    page.wait_for_function(
        """() => document.getAnimations().every(({ effect, playState }) =>
          playState !== "running" || effect.getTiming().iterations === Infinity)"""
    )
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_a_models_page(open_page: OpenPage, size: dict[str, int]) -> None:
    page = open_page(viewport=size)
    page.locator(".own-colour").evaluate_all("all => all.forEach((one) => one.remove())")
    assert violations(page) == []
    expect(page.get_by_role("main").locator("#fluid")).to_be_visible()
    for name in ("exhibits", "plots", "drawer", "chat"):
        page.click(f"#open-{name}")
        expect(page.locator(f"#{name}")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert violations(page) == [], name
        page.click(f"#close-{name}")
        expect(page.locator(f"#{name}")).to_be_hidden()
    page.click("#open-about")
    assert violations(page) == []
    page.click("#open-code")
    expect(page.locator("#code-text .line").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("model", ["Cloud", "Numbers"])
def test_pages_without_a_fluid(open_page: OpenPage, model: str) -> None:
    assert violations(open_page(f"models/{model}")) == []


def test_the_landing_page(open_page: OpenPage) -> None:
    page = open_page("")
    page.wait_for_selector("#models canvas[data-shown]")
    expect(page.get_by_role("main").locator("#models")).to_be_visible()
    assert violations(page) == []


def test_the_operators_page(open_page: OpenPage, serving: Serving) -> None:
    page = open_page("operator", at=serving.url)
    assert violations(page) == []
    serving.visitor("guest")
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    expect(page.locator("[data-room=BEC]")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    expect(page.get_by_role("main").locator("#console")).to_be_visible()
    assert violations(page) == []


def test_the_plots_scroll_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 390, "height": 664})
    page.click("#open-plots")
    expect(page.locator(".plot")).to_have_count(5)
    page.keyboard.press("Tab")
    expect(page.get_by_role("region", name="Measured now")).to_be_focused()
    page.keyboard.press("End")
    page.wait_for_function("() => document.getElementById('plots-panel').scrollTop > 0")
