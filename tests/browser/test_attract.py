"""Nobody there: the countdown, the fresh start and the ghost, in a real Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, put_mouse, visitor_id
from tests.support.client import Client, Frame
from tests.support.serving import Serving

GHOST_TOUCH = 255
PHASE = "html[data-phase={}]"


@pytest.fixture(scope="module")
def hall(environment: dict[str, str]) -> Iterator[Serving]:
    """A server that soon asks its kiosk whether somebody is there, and waits long for an answer."""
    server = Serving(environment, "--idle=0.5", "--countdown=6", "--Nx=64", "--Ny=64")
    yield server
    server.kill()


@pytest.fixture
def kiosk(hall: Serving, open_page: OpenPage) -> Callable[..., Page]:
    """Opens the page of the screen in the hall."""

    def begin(path: str = "models/BEC") -> Page:
        return open_page(f"{path}#kiosk={hall.launch.kiosk_token}&locked=3", at=hall.url)

    return begin


def guest_of(hall: Serving) -> tuple[Client, str]:
    """A guest who has just come, and the phase that is sent to them."""
    guest = hall.stranger()
    guest.hello()
    return guest, guest.hear("idle")["phase"]


def test_a_new_screen_attracts_and_the_first_touch_takes_over(
    hall: Serving, kiosk: Callable[..., Page]
) -> None:
    page = kiosk()
    page.wait_for_selector(PHASE.format("attract"))
    number = int(visitor_id(page))
    guest, phase = guest_of(hall)
    assert phase == "attract"
    expect(page.locator("#hint")).to_be_visible()
    expect(page.locator(".dock")).to_have_css("opacity", "0")

    first = guest.see(lambda frame: bool(frame.finger_of(number, GHOST_TOUCH)))
    start = first.finger_of(number, GHOST_TOUCH)
    assert start is not None

    def has_moved(frame: Frame) -> bool:
        mark = frame.finger_of(number, GHOST_TOUCH)
        return mark is not None and abs(mark.potential[0] - start.potential[0]) > 0.05

    later = guest.see(has_moved)
    assert abs(later.levels.astype(float) - first.levels).mean() > 1

    put_mouse(page, 0.5, 0.5)
    page.mouse.down()
    assert page.get_attribute("html", "data-phase") == "busy"  # before the server knows
    taken = guest.see(lambda frame: bool(frame.finger_of(number, 0)))
    assert taken.finger_of(number, GHOST_TOUCH) is None
    page.mouse.up()
    guest.hear("idle", lambda told: told["phase"] == "busy")
    expect(page.locator(".dock")).to_have_css("opacity", "1")


@pytest.mark.long
def test_whoever_does_anything_stops_the_countdown(
    hall: Serving, kiosk: Callable[..., Page], open_page: OpenPage
) -> None:
    page = kiosk()
    other = open_page(at=hall.url)
    guest, _ = guest_of(hall)
    signs: dict[str, Callable[[], object]] = {
        "the screen": lambda: page.mouse.click(5, 300),
        "a page of a guest who only reads": lambda: other.mouse.click(5, 300),
        "a finger": lambda: guest.send(type="finger", touch=0, x=0.5, y=0.5),
        "a value": lambda: guest.send(type="set", params={"cooling": 0.5}),
        "an action": lambda: guest.send(type="do", action="pause"),
        "a call": lambda: guest.send(type="rpc", op="call", target="model.energy"),
    }
    page.mouse.click(5, 300)
    for name, sign in signs.items():
        guest.messages.clear()
        left_s = guest.hear("idle", lambda told: told["phase"] == "countdown")["left_s"]
        assert 5 < left_s <= 6
        for seen in (page, other):
            expect(seen.locator(".countdown")).to_contain_text("Still there?")
            expect(seen.locator(".count")).to_have_text(re.compile("[1-6]"))
        sign()
        assert guest.hear("idle")["phase"] == "busy", name
        for seen in (page, other):
            expect(seen.locator(".countdown")).to_be_hidden()


@pytest.mark.long
def test_then_all_is_as_at_the_beginning(hall: Serving, kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    page.mouse.click(5, 300)
    guest, _ = guest_of(hall)
    declared = guest.welcome["model"]["parameters"]
    first = {entry["name"]: entry["default"] for entry in declared} | {"Nx": 64, "Ny": 64}
    page.click("#open-drawer")
    page.locator(".chip", has_text="Phase").click()
    page.locator("[data-swatch]").last.click()
    page.click(".toolbar [data-tool=vortex]")
    page.dispatch_event("#open-about", "click")  # under the drawer
    guest.ask("set", params={"cooling": 0.5, "finger_r0": 3.0, "tracers": 0, "Nx": 32})
    guest.send(type="finger", touch=0, x=0.3, y=0.6)
    guest.see(lambda frame: bool(frame.finger_of(guest.id)))
    guest.ask("do", action="pause")
    page.wait_for_selector(PHASE.format("countdown"))
    expect(page.locator("#about")).to_be_visible()
    expect(page.locator(".countdown")).to_be_visible()

    guest.hear("idle", lambda told: told["phase"] == "attract")
    number = int(visitor_id(page))
    rested = guest.see(lambda frame: bool(frame.finger_of(number, GHOST_TOUCH)))
    assert rested.finger_of(guest.id) is None
    state = json.loads(hall.get("api/rooms/BEC/state")[1])
    assert (state["running"], state["params"]) == (True, first)
    expect(page.locator("#about")).to_be_hidden()
    expect(page.locator("#drawer")).to_have_attribute("inert", "")
    expect(page.locator("#legend-label")).to_have_text("Density")
    assert page.get_attribute("html", "data-tool") == ""
    assert page.evaluate("localStorage.getItem('vortarium.palette')") is None
    # They still hold it, but it stirs no more until it was lifted; and it wakes nobody.
    assert guest.see(lambda frame: frame.time > rested.time + 1).finger_of(guest.id) is None
    assert page.get_attribute("html", "data-phase") == "attract"
    # The first touch wakes the page, and presses nothing that was not to be seen.
    pause = page.locator("#start-pause").bounding_box()
    assert pause
    page.mouse.click(pause["x"] + 20, pause["y"] + 20)
    page.wait_for_selector(PHASE.format("busy"))
    expect(page.locator(".dock")).to_have_css("opacity", "1")
    assert json.loads(hall.get("api/rooms/BEC/state")[1])["running"]


@pytest.mark.long
def test_the_screen_returns_to_its_first_exhibit(kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    home = page.url
    page.mouse.click(5, 300)
    page.click("header a")
    page.wait_for_url(lambda url: url != home)
    page.click("#models li[data-model=Cloud] a")
    # A hand led here: the countdown comes before the rest.
    page.wait_for_selector(PHASE.format("countdown"))
    page.wait_for_url(home)
    page.wait_for_selector(PHASE.format("attract"))
    page.mouse.click(5, 300)
    page.click("header a")
    page.wait_for_url(lambda url: url != home)
    page.wait_for_url(home)  # from the list of exhibits, too
