"""The QR code in the hall, the line before a full room, and one's own colour, in a real browser."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import segno
from PIL import Image
from playwright.sync_api import Page, expect

from app.rooms.visitors import PALETTE
from app.web.http.access import lan_address
from tests.browser.conftest import CONNECTED, OpenPage
from tests.browser.test_layout import SCREENS, check
from tests.support.serving import Serving

QUIET = 4
CARD = "#invitation"


@pytest.fixture(scope="module")
def hall(environment: dict[str, str]) -> Iterator[Serving]:
    """An exhibit on the network, with room for one guest."""
    if lan_address() == "127.0.0.1":
        pytest.skip("this machine is on no network")
    server = Serving(environment, "--max-visitors=1")
    yield server
    server.kill()


def kiosk_page(hall: Serving, open_page: OpenPage, screen: str) -> Page:
    path = f"models/BEC#kiosk={hall.launch.kiosk_token}"
    page = open_page(path, at=hall.url, **SCREENS[screen])
    page.wait_for_selector(f"{CARD} .qr svg")
    return page


def modules_seen(page: Page, count: int) -> list[list[int]]:
    """What a camera sees: which of count x count modules are dark, by the middle of each."""
    code = page.locator(f"{CARD} .qr svg")
    before, box, shot = None, code.bounding_box(), b""
    while before != box:  # the card makes way for what the page shows next
        before, shot, box = box, page.screenshot(), code.bounding_box()
    assert box
    grey = np.asarray(Image.open(io.BytesIO(shot)).convert("L"), float)
    middles = (np.arange(count) + 0.5) * box["width"] / count
    rows, columns = (box["y"] + middles).astype(int), (box["x"] + middles).astype(int)
    levels = grey[np.ix_(rows, columns)]
    assert levels.max() - levels.min() > 200  # a phone needs contrast
    return (levels < 128).astype(int).tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("screen", ["kiosk", pytest.param("wall", marks=pytest.mark.long)])
def test_the_hall_shows_what_a_phone_reads(open_page: OpenPage, hall: Serving, screen: str) -> None:
    kiosk = hall.stranger()
    kiosk.hello(token=hall.launch.kiosk_token)
    told = kiosk.hear("invitation")
    page = kiosk_page(hall, open_page, screen)
    wanted = segno.make_qr(told["url"], error="m")
    rows = [[int(dark) for dark in row] for row in wanted.matrix_iter(border=QUIET)]
    assert modules_seen(page, len(rows)) == rows
    width = page.locator(f"{CARD} svg").bounding_box()["width"]  # type: ignore[index]
    assert width % len(rows) == pytest.approx(0, abs=0.01)  # so that no module is blurred
    expect(page.locator(CARD)).to_contain_text(told["address"])
    expect(page.locator(".invitation-code b")).to_have_text(told["code"])
    check(page)


@pytest.mark.long
def test_the_card_moves_now_and_then_and_is_in_nobodys_way(
    open_page: OpenPage, hall: Serving
) -> None:
    page = kiosk_page(hall, open_page, "kiosk")
    page.clock.install()
    page.reload()
    places = []
    for _ in range(4):
        page.wait_for_selector(f"{CARD} .qr svg")
        box = page.locator(CARD).bounding_box()
        assert box
        places.append((box["x"], box["y"]))
        overlaps = page.evaluate(
            """({x, y, width, height}) =>
              [...document.body.querySelectorAll(":scope > *")]
                .filter((one) => one.checkVisibility() && !one.closest("[inert], dialog, .toasts"))
                .filter((one) => !["fluid", "invitation"].includes(one.id))
                .filter((one) => {
                  const box = one.getBoundingClientRect();
                  return box.width && box.left < x + width && box.right > x
                    && box.top < y + height && box.bottom > y;
                }).map((one) => one.className)""",
            box,
        )
        assert overlaps == []
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        touched = "([x, y]) => document.elementFromPoint(x, y).closest('#invitation')"
        assert page.evaluate(touched, middle) is None  # a finger reaches what is below
        page.clock.fast_forward("03:01")
        page.wait_for_function(
            """([x, y]) => {
              const box = document.getElementById("invitation").getBoundingClientRect();
              return box.width && (box.x !== x || box.y !== y);
            }""",
            arg=[box["x"], box["y"]],
        )
    assert len(set(places)) == 4


@pytest.mark.long
def test_a_full_room_on_a_phone(open_page: OpenPage, hall: Serving) -> None:
    inside = open_page(at=hall.url, **SCREENS["phone"])
    expect(inside.locator(".own-colour")).to_contain_text("You are ")
    expect(inside.locator(CARD)).to_be_hidden()  # for the hall alone

    phones = []
    for place in ("1", "2"):
        page = open_page("", at=hall.url, **SCREENS["small phone"])
        page.click("#models li[data-model=BEC] a")
        expect(page.locator(".waiting-place")).to_have_text(place)
        phones.append(page)
    first, second = phones
    expect(second.locator("#waiting")).to_contain_text("One is before you")
    expect(first.locator("#waiting")).to_contain_text("You are next, and one waits behind you")
    second.wait_for_selector(".waiting-picture[data-shown]", state="attached")
    check_waiting(second)

    inside.context.close()
    first.wait_for_selector(CONNECTED)
    expect(first.locator("#waiting")).to_be_hidden()
    badge = first.locator(".own-colour")
    expect(badge).to_contain_text("You are ")
    ring = badge.locator(".own-ring").evaluate("(ring) => getComputedStyle(ring).borderColor")
    dot = first.locator("#visitors li:has(.you) .dot")
    assert dot.evaluate("(dot) => getComputedStyle(dot).borderColor") == ring
    expect(second.locator(".waiting-place")).to_have_text("1")
    # Who gives up leaves the line.
    second.click("#waiting a")
    second.wait_for_selector("#models")


def check_waiting(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]  # type: ignore[index]
    box: Any = page.locator("#waiting a").bounding_box()
    assert box["height"] >= 44
    covered = "document.elementFromPoint(innerWidth / 2, innerHeight - 20).closest('#waiting')"
    assert page.evaluate(f"{covered} !== null")


COLOURS = {
    "#ff9e3d": "orange", "#5cc8ff": "blue", "#ff6fae": "pink", "#7be08a": "green",
    "#c9a2ff": "violet", "#ffe066": "yellow", "#ff7a66": "red", "#4fe0d0": "turquoise",
    "#e3e8f0": "white", "#b5d334": "lime green",
}  # fmt: skip


def test_every_colour_has_a_name_of_its_own(open_page: OpenPage) -> None:
    assert set(COLOURS) == set(PALETTE)
    named = open_page("").evaluate(
        """async (colours) => {
          const { colourName } = await import("./ui/js/own-colour.js");
          return colours.map(colourName);
        }""",
        list(COLOURS),
    )
    assert named == list(COLOURS.values())
