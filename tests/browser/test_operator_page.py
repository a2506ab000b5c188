"""The operator's page: nothing without the PIN; with it, each act is seen where it is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, visitor_id
from tests.support.serving import PIN, Serving


@pytest.fixture
def console(open_page: OpenPage, serving: Serving) -> Iterator[Page]:
    """The page after somebody has logged in by touch; their first PIN was wrong."""
    page = open_page("operator", at=serving.url)
    for digits, gets in (("1357", "that is not the PIN"), (PIN, "")):
        for digit in digits:
            page.get_by_role("button", name=digit, exact=True).click()
        expect(page.locator("#rooms")).to_be_hidden()
        page.click("#login [type=submit]")
        expect(page.locator("#fault")).to_have_text(gets)
    expect(page.locator("#console")).to_be_visible()
    return page


def sure(place: Page | Locator, name: str) -> None:
    """Press a button that asks back, and answer."""
    button = place.get_by_role("button", name=re.compile(f"^{name}"))
    button.click()
    expect(button).to_have_text(re.compile("sure"))
    # Sooner, it would be a finger that bounces.
    expect(button).to_have_attribute("data-asking", "ready")
    button.click()


def test_a_room_and_its_visitors_are_looked_after(
    console: Page, open_page: OpenPage, serving: Serving
) -> None:
    expect(console.locator("#no-rooms")).to_be_visible()
    guest = open_page(at=serving.url, name="<b>Ada</b>")
    other = serving.visitor("guest")
    card = console.locator("[data-room=BEC]")
    line = card.locator(f"[data-visitor='{visitor_id(guest)}']")
    expect(line.locator("b")).to_have_text("<b>Ada</b>")
    guest.click("#open-drawer")
    card.get_by_role("button", name="Lock controls").click()
    expect(guest.locator("html")).to_have_attribute("data-controls", "locked")
    assert guest.evaluate("document.getElementById('panel').inert")
    card.get_by_role("button", name="Unlock controls").click()
    expect(guest.locator("html")).not_to_have_attribute("data-controls", "locked")
    assert not guest.evaluate("document.getElementById('panel').inert")
    sure(console, "Start again")
    other.hear("welcome")
    expect(guest.locator("html")).to_have_attribute("data-connected", "true")
    line.get_by_role("button", name="Mute").click()
    expect(line.get_by_role("button", name="Unmute")).to_be_visible()
    sure(line, "Send away")
    expect(line).to_have_count(0)
    expect(guest.locator("#gone, #status").filter(visible=True).first).to_contain_text(
        "sent you away"
    )
    guest.reload()
    expect(guest.locator("#gone, #status").filter(visible=True).first).to_contain_text(
        "sent you away"
    )
    console.fill("#announcement", "We close soon.")
    console.press("#announcement", "Enter")
    assert other.hear("said")["text"] == "We close soon."


def test_the_exhibit_is_ended(console: Page, serving: Serving) -> None:
    sure(console, "End the exhibit")
    expect(console.locator("#about")).to_have_text("The exhibit has ended.")
    assert serving.process.wait(10) == 0


@pytest.mark.long
def test_a_kiosk_leads_there_by_its_corner(open_page: OpenPage, serving: Serving) -> None:
    token = serving.launch.kiosk_token
    page = open_page(f"models/BEC#kiosk={token}&locked=0", at=serving.url)
    page.mouse.move(20, 20)
    page.mouse.down()
    expect(page.locator(".corner")).to_be_visible()
    page.mouse.move(120, 120)
    expect(page.locator(".corner")).to_be_hidden()
    page.mouse.up()
    page.mouse.move(20, 20)
    page.mouse.down()
    page.wait_for_url("**/operator")
    page.mouse.up()
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    expect(page.locator("[data-room=BEC]")).to_be_visible()
    # The hall's screen would stay an operator's.
    expect(page.get_by_role("link", name="Go there")).to_be_hidden()
    page.click("#back")
    page.wait_for_url("**/models/BEC")
