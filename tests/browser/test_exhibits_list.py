"""From a model's page to every other exhibit."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import CONNECTED, OpenPage
from tests.browser.test_layout import SCREENS
from tests.support.exhibit import Exhibit
from tests.support.serving import Serving


@pytest.mark.parametrize("screen", ["small phone", "kiosk"])
def test_lists_every_exhibit_and_marks_the_present_one(
    open_page: OpenPage, exhibit: Exhibit, screen: str
) -> None:
    page = open_page(**SCREENS[screen])
    opener = page.get_by_role("button", name="Other exhibits")
    expect(page.get_by_role("navigation", name="Exhibits")).to_be_hidden()
    before = page.locator("#fluid").bounding_box()
    opener.tap() if screen == "small phone" else opener.click()
    navigation = page.get_by_role("navigation", name="Exhibits")
    links = navigation.locator("li a")
    expect(links).to_have_text([model["title"] for model in exhibit.json("api/models")])
    expect(navigation.locator("[aria-current=page]")).to_have_text("Superfluid")
    expect(navigation.locator("canvas[data-shown]").first).to_be_visible()
    after = page.locator("#fluid").bounding_box()
    assert before
    assert after
    assert (before["width"], before["height"]) == (after["width"], after["height"])
    page.keyboard.press("Escape")
    expect(navigation).to_be_hidden()
    expect(opener).to_be_focused()


def test_leads_to_another_exhibit_by_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    page.focus("#open-exhibits")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Wave tank")
    expect(link).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if link.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/WaveTank")
    page.wait_for_selector(CONNECTED)
    expect(page.locator("#name")).to_have_text("Wave tank")
    page.click("#open-exhibits")
    expect(page.locator("[aria-current=page]")).to_have_text("Wave tank")


def test_a_locked_kiosk_has_it_too(open_page: OpenPage, serving: Serving) -> None:
    token = serving.launch.kiosk_token
    page = open_page(f"models/BEC#kiosk={token}&locked=0", at=serving.url)
    page.click("#open-exhibits")
    page.get_by_role("link", name="Hello").click()
    page.wait_for_url("**/models/HelloWorld")
    page.wait_for_selector(CONNECTED)
    expect(page.locator("html")).to_have_attribute("data-locked", "true")
    # The server away, it says so, and lists them when it is back.
    page.route("**/api/models", lambda route: route.abort("connectionrefused"))
    page.click("#open-exhibits")
    expect(page.locator("#exhibits-trouble")).to_be_visible()
    page.click("#close-exhibits")
    page.unroute("**/api/models")
    page.click("#open-exhibits")
    expect(page.locator("#exhibits-trouble")).to_be_hidden()
    expect(page.locator("#exhibit-list li")).not_to_have_count(0)
