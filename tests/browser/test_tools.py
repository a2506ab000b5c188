"""What a touch does, besides stirring: vortices, the boat, the probe."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, put_mouse
from tests.browser.test_layout import SCREENS, SMALL_TARGETS, TARGET_PX
from tests.support.exhibit import Exhibit, wait_until

BOAT_SHOWN = """async () => {
  const { BOAT } = await import("/ui/js/render/colours.js");
  const wanted = [1, 3, 5].map((at) => parseInt(BOAT.slice(at, at + 2), 16));
  const canvas = document.getElementById("overlay");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (wanted.every((value, i) => data[at + i] === value) && data[at + 3] === 255) found += 1;
  }
  return found > 30;
}"""
"""Is its outline among the marks that lie on the fluid?"""


def choose(page: Page, tool: str) -> None:
    """Take a tool into the hand, where there is room for all and where there is none."""
    if page.locator("#open-toolbar").is_visible():
        page.click("#open-toolbar")
    page.click(f".toolbar [data-tool={tool}]")


def tap(page: Page, x: float, y: float) -> None:
    put_mouse(page, x, y)
    page.mouse.down()
    page.mouse.up()


def vortex_number(page: Page) -> tuple[int, int]:
    """Anticlockwise and clockwise, as the plots tell."""
    values = page.locator("[data-channel=vortex_number] .plot-value")
    anticlockwise, clockwise = (int(text) for text in values.all_inner_texts())
    return anticlockwise, clockwise


@pytest.mark.long
def test_a_vortex_dropped_on_one_page_counts_on_the_other(
    open_page: OpenPage, exhibit: Exhibit
) -> None:
    ada, grace = open_page(), open_page()
    grace.click("#open-plots")
    expect(grace.locator("[data-channel=vortex_number] .plot-value")).to_have_count(2)
    grace.click("#start-pause")
    expect(ada.locator("#start-pause")).to_have_text("Start")
    before = wait_until(lambda: vortex_number(grace), "they are counted")
    choose(ada, "antivortex")
    tap(ada, 0.42, 0.55)
    wait_until(lambda: vortex_number(grace)[1] == before[1] + 1, "one more turns clockwise")
    choose(ada, "vortex")
    tap(ada, 0.58, 0.45)
    wait_until(lambda: vortex_number(grace)[0] == before[0] + 1, "and one anticlockwise")
    assert not exhibit.json("api/rooms/BEC/state")["fingers"]
    grace.click("#start-pause")


def test_a_tool_that_is_refused_says_why(open_page: OpenPage) -> None:
    page = open_page()
    choose(page, "vortex")
    tap(page, 0.02, 0.02)
    expect(page.locator("#toasts")).to_contain_text("no fluid at this place")


@pytest.mark.long
def test_the_boat_shows_on_both_pages_until_it_sinks(open_page: OpenPage) -> None:
    ada, grace = open_page(), open_page()
    for page in (ada, grace):
        expect(page.locator("[data-tool=no_boat]")).to_be_hidden()
        assert not page.evaluate(BOAT_SHOWN)
    choose(ada, "boat")
    tap(ada, 0.5, 0.5)
    late = open_page()
    for page in (ada, grace, late):
        expect(page.locator("[data-tool=no_boat]")).to_be_visible()
        page.wait_for_function(BOAT_SHOWN)
    grace.click("[data-tool=no_boat]")
    for page in (ada, grace):
        expect(page.locator("[data-tool=no_boat]")).to_be_hidden()
        page.wait_for_function(f"async () => !(await ({BOAT_SHOWN})())")


def test_the_touch_after_a_minute_stirs(open_page: OpenPage, exhibit: Exhibit) -> None:
    page = open_page()
    page.clock.install()
    choose(page, "probe")
    pressed = page.locator(".toolbar [aria-pressed=true]")
    expect(pressed).to_have_text("Probe")
    page.clock.fast_forward(59_000)
    tap(page, 0.5, 0.5)
    page.clock.fast_forward(59_000)
    expect(pressed).to_have_text("Probe")
    page.clock.fast_forward(2_000)
    expect(pressed).to_have_text("Stir")
    put_mouse(page, 0.5, 0.5)
    page.mouse.down()
    state = "api/rooms/BEC/state"
    wait_until(lambda: exhibit.json(state)["fingers"], "a finger is there")
    page.mouse.up()


@pytest.mark.parametrize("screen", ["phone", "small phone", "phone on its side"])
def test_tools_open_on_a_phone(open_page: OpenPage, screen: str) -> None:
    page = open_page(**SCREENS[screen])
    expect(page.locator("#toolbar")).to_be_hidden()
    page.click("#open-toolbar")
    assert page.evaluate(SMALL_TARGETS, TARGET_PX) == []
    bar = page.locator("#toolbar").bounding_box()
    assert bar
    assert bar["x"] >= 0
    assert bar["y"] >= 0
    assert bar["x"] + bar["width"] <= SCREENS[screen]["viewport"]["width"]
    page.click(".toolbar [data-tool=vortex]")
    expect(page.locator("#toolbar")).to_be_hidden()
    expect(page.locator("#open-toolbar")).to_have_text("Vortex")
    tap(page, 0.5, 0.5)


def test_a_model_without_tools_has_no_bar(open_page: OpenPage) -> None:
    page = open_page("models/WaveTank")
    expect(page.locator("#toolbar")).to_be_hidden()
    expect(page.locator("#open-toolbar")).to_be_hidden()
