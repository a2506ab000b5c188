"""Exhibits without a grid: the cloud follows its feed, and everybody sees the same numbers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, open_drawer
from tests.browser.test_layout import SCREENS, check
from tests.support.exhibit import Exhibit
from tests.support.feeding import post

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def last_ten(page: Page) -> list[str]:
    return page.locator(".last-ten li").all_inner_texts()


def test_the_cloud_and_its_caption_follow_the_feed(open_page: OpenPage, exhibit: Exhibit) -> None:
    ada, grace = open_page("models/Cloud"), open_page("models/Cloud")
    for mood, caption, weather in (
        ("rainy", "The coffee is out", ".when.rain"),
        ("sunny", "There is coffee!", ".when.sun"),
    ):
        assert post(exhibit, {"mood": mood, "caption": caption}).status == 200
        for page in (ada, grace):
            expect(page.locator(".caption")).to_have_text(caption)
            expect(page.locator(".cloud")).to_have_attribute("aria-label", re.compile(mood))
            expect(page.locator(weather)).to_have_css("opacity", "1")
    expect(ada.locator(".when.rain")).to_have_css("opacity", "0")
    assert post(exhibit, {"mood": "hungry"}).status == 400
    late = open_page("models/Cloud")
    expect(late.locator(".caption")).to_have_text("There is coffee!")
    for page in (ada, late):
        expect(page.locator(".mood")).to_have_attribute("data-mood", "sunny")


def test_a_hostile_caption_stays_text(open_page: OpenPage, exhibit: Exhibit) -> None:
    page = open_page("models/Cloud")
    page.on("dialog", lambda _: pytest.fail("a script ran"))
    assert post(exhibit, {"mood": "stormy", "caption": HOSTILE}).status == 200
    expect(page.locator(".caption")).to_have_text(HOSTILE)
    assert page.locator(".caption *").count() == 0


@pytest.mark.long
def test_the_wind_is_everybodys(open_page: OpenPage) -> None:
    ada, grace = open_page("models/Cloud"), open_page("models/Cloud")
    open_drawer(ada)
    ada.get_by_role("button", name="Still air").click()
    expect(grace.locator(".mood")).to_have_attribute("data-still", "true")
    expect(grace.locator("#open-plots")).to_be_hidden()
    ada.get_by_role("button", name="Defaults").click()
    expect(grace.locator(".mood")).to_have_attribute("data-still", "false")


@pytest.mark.long
def test_all_pages_see_the_same_numbers_and_a_late_one_ten_at_once(open_page: OpenPage) -> None:
    ada = open_page("models/Numbers")
    open_drawer(ada)
    ada.get_by_role("button", name="Ten a second").click()
    expect(ada.locator(".last-ten li")).to_have_count(10)
    ada.click("[data-action=pause]")
    ada.wait_for_selector("html[data-running=false]")
    # Nothing new comes: what a late page shows, it was told when it came.
    late = open_page("models/Numbers")
    expect(late.locator(".last-ten li")).to_have_count(10)
    assert last_ten(late) == last_ten(ada)
    before = last_ten(ada)
    late.click("[data-action=step]")
    for page in (ada, late):
        expect(page.locator(".last-ten li").first).to_have_text(before[1])
        assert last_ten(page)[:9] == before[1:]
        expect(page.locator(".newest")).to_have_text(last_ten(page)[-1])
        assert page.locator(".sparkline circle").count() == 10
    ada.click("[data-action=reset]")
    for page in (ada, late):
        expect(page.locator(".last-ten li")).to_have_count(0)
    late.click("[data-action=start]")
    expect(ada.locator(".last-ten li")).not_to_have_count(0)


@pytest.mark.parametrize("screen", ["small phone", "phone", "phone on its side", "kiosk"])
def test_they_fit_the_screen(open_page: OpenPage, exhibit: Exhibit, screen: str) -> None:
    for name, last in (("Cloud", ".caption"), ("Numbers", ".last-ten")):
        page = open_page(f"models/{name}", **SCREENS[screen])
        if name == "Cloud":
            assert post(exhibit, {"mood": "rainy", "caption": "W" * 120}).status == 200
            expect(page.locator(".caption")).to_have_text("W" * 120)
        expect(page.locator(last)).to_be_visible()
        check(page)
        box, fluid = page.locator(last).bounding_box(), page.locator("#fluid").bounding_box()
        assert box
        assert fluid
        assert box["y"] + box["height"] <= fluid["y"] + fluid["height"] + 1
        assert page.locator("#fluid canvas:visible").count() == 0


def test_a_touch_is_no_finger(open_page: OpenPage) -> None:
    page = open_page("models/Numbers")
    page.click("#fluid", position={"x": 300, "y": 300})
    expect(page.locator(".hint")).to_be_hidden()
    expect(page.locator(".toast")).to_have_count(0)
