"""Two pages in one room: visitors, fingers, controls and time are shared."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, open_drawer, put_mouse, visitor_id
from tests.support.exhibit import Exhibit, wait_until

HOSTILE = "<img src=x onerror=alert(1)>"
SHOWN_IN = """colour => {
  const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const canvas = document.getElementById("overlay");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < data.length; at += 4) {
    if (wanted.every((value, i) => data[at + i] === value) && data[at + 3] === 255) return true;
  }
  return false;
}"""
"""Is a colour, #rrggbb, among the marks that lie on the fluid?"""


def field(page: Page, parameter: str) -> tuple[str, str]:
    row = f"[data-parameter={parameter}]"
    return f"{row} input[type=range]", f"{row} input[type=text]"


@pytest.mark.long
def test_both_see_both(open_page: OpenPage) -> None:
    ada, grace = open_page(name="Ada"), open_page(name="Grace")
    for page in (ada, grace):
        expect(page.locator(".visitor-name")).to_have_count(2)
        assert set(page.locator(".visitor-name").all_inner_texts()) == {"Ada", "Grace"}
    assert visitor_id(ada) != visitor_id(grace)
    grace.close()
    expect(ada.locator(".visitor-name")).to_have_text(["Ada"])


@pytest.mark.long
def test_a_name_stays_text(open_page: OpenPage) -> None:
    guest, other = open_page(name=HOSTILE), open_page()
    for page in (guest, other):
        name = page.locator(f"#visitors [data-visitor='{visitor_id(guest)}'] .visitor-name")
        assert (name.inner_text() or "").startswith("<img src=x")
        assert page.locator("img[src=x]").count() == 0


def test_a_finger_shows_on_the_other_page_in_its_colour(
    open_page: OpenPage, exhibit: Exhibit
) -> None:
    ada, grace = open_page(name="Ada"), open_page(name="Grace")
    state = grace.locator(f"#visitors [data-visitor='{visitor_id(ada)}'] .dot")
    colour = state.evaluate("dot => dot.style.getPropertyValue('--visitor')")
    assert re.fullmatch("#[0-9a-f]{6}", colour)
    assert not grace.evaluate(SHOWN_IN, colour)
    put_mouse(ada, 0.5, 0.5)
    ada.mouse.down()
    grace.wait_for_function(SHOWN_IN, arg=colour)
    assert len(exhibit.json("api/rooms/BEC/state")["fingers"]) == 1
    ada.mouse.up()
    grace.wait_for_function(f"colour => !({SHOWN_IN})(colour)", arg=colour)


@pytest.mark.long
def test_a_finger_leaves_with_its_page(open_page: OpenPage, exhibit: Exhibit) -> None:
    ada, _ = open_page(), open_page()
    put_mouse(ada, 0.4, 0.6)
    ada.mouse.down()
    fingers = "api/rooms/BEC/state"
    wait_until(lambda: exhibit.json(fingers)["fingers"], "the finger is there")
    ada.close()
    wait_until(lambda: not exhibit.json(fingers)["fingers"], "the finger is gone")


def test_a_slider_moves_the_others_slider(open_page: OpenPage) -> None:
    ada, grace = open_page(), open_page()
    slider, entry = field(ada, "finger_r0")
    open_drawer(ada)
    ada.locator(slider).focus()
    before = grace.locator(entry).input_value()
    ada.keyboard.press("ArrowRight")
    ada.keyboard.press("ArrowRight")
    expect(grace.locator(entry)).not_to_have_value(before)
    expect(grace.locator(entry)).to_have_value(ada.locator(entry).input_value())
    expect(grace.locator(slider)).to_have_value(ada.locator(slider).input_value())


def test_a_logarithmic_slider_shows_the_physical_value(
    open_page: OpenPage, exhibit: Exhibit
) -> None:
    page = open_page()
    slider, entry = field(page, "cooling")
    open_drawer(page)
    page.locator(slider).press("End")
    expect(page.locator(entry)).to_have_value("1")
    state = "api/rooms/BEC/state"
    wait_until(lambda: exhibit.json(state)["params"]["cooling"] == 1, "the room has it")
    page.locator(slider).press("ArrowLeft")
    wait_until(lambda: 0.5 < exhibit.json(state)["params"]["cooling"] < 1, "one step less")


@pytest.mark.long
def test_a_typed_value_counts_and_a_late_joiner_sees_it(open_page: OpenPage) -> None:
    ada = open_page()
    _, entry = field(ada, "cooling")
    open_drawer(ada)
    ada.fill(entry, "0,0025")
    ada.press(entry, "Enter")
    expect(ada.locator(entry)).to_have_value("0.0025")
    grace = open_page()
    expect(grace.locator(entry)).to_have_value("0.0025")


def test_a_refused_value_goes_back_to_the_truth(open_page: OpenPage) -> None:
    page = open_page()
    _, entry = field(page, "finger_r0")
    open_drawer(page)
    truth = page.locator(entry).input_value()
    for wrong, told in (("999", "is allowed, not 999"), ("much", "is not a number")):
        page.fill(entry, wrong)
        page.press(entry, "Enter")
        expect(page.locator("#toasts").get_by_text(told)).to_be_visible()
        expect(page.locator(entry)).to_have_value(truth)


@pytest.mark.long
def test_pause_holds_time_for_everybody(open_page: OpenPage, exhibit: Exhibit) -> None:
    ada, grace = open_page(), open_page()
    ada.click("#start-pause")
    expect(grace.locator("#start-pause")).to_have_text("Start")
    held = exhibit.json("api/rooms/BEC/state")["sim_time"]
    grace.click("[data-action=step]")
    wait_until(lambda: exhibit.json("api/rooms/BEC/state")["sim_time"] > held, "a step was made")
    grace.click("#start-pause")
    expect(ada.locator("#start-pause")).to_have_text("Pause")


def test_two_touches_are_two_fingers(open_page: OpenPage, exhibit: Exhibit) -> None:
    page = open_page(has_touch=True)
    box = page.locator("#fluid").bounding_box()
    assert box
    points = [
        {"x": box["x"] + share * box["width"], "y": box["y"] + 0.5 * box["height"], "id": number}
        for number, share in enumerate((0.35, 0.65))
    ]
    touches = page.context.new_cdp_session(page)
    touches.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points})
    state = "api/rooms/BEC/state"
    wait_until(lambda: len(exhibit.json(state)["fingers"]) == 2, "both are there")
    touches.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
    wait_until(lambda: not exhibit.json(state)["fingers"], "both are lifted")


@pytest.mark.long
def test_a_preset_undoes_the_one_before_and_begins_anew(
    open_page: OpenPage, exhibit: Exhibit
) -> None:
    page = open_page()
    open_drawer(page)
    state = "api/rooms/BEC/state"
    page.get_by_role("button", name="A tangle that cools").click()
    wait_until(lambda: exhibit.json(state)["params"]["random_phase"], "the room has the tangle")
    wait_until(lambda: exhibit.json(state)["sim_time"] > 20, "it has run a while")
    page.get_by_role("button", name="Still water").click()
    wait_until(lambda: exhibit.json(state)["params"]["winding"] == 0, "the room has it")
    calm = exhibit.json(state)["params"]
    assert (calm["random_phase"], calm["cooling"], calm["cooling_steps"]) == (False, 1e-10, 100)
    wait_until(lambda: exhibit.json(state)["sim_time"] > 20, "it has run a while")
    before = exhibit.json(state)["sim_time"]
    page.get_by_role("button", name="Still water").click()
    wait_until(lambda: exhibit.json(state)["sim_time"] < before, "the same one restarts, too")
