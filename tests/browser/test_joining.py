"""A guest's way in: over the local network, with the join code scanned or typed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from app.web.http.access import lan_address
from tests.browser.conftest import CONNECTED, OpenPage
from tests.browser.test_layout import SCREENS
from tests.support.exhibit import Exhibit, wait_until

GUESTS = re.compile(r"Guests on this network: (\S+/)#join=(\w+)")


@pytest.fixture(scope="module")
def invitation(environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Address and code that an exhibit on the local network gives to guests."""
    if lan_address() == "127.0.0.1":
        pytest.skip("this machine is on no network")
    exhibit = Exhibit(
        "--headless", "--lan", "--port", "0", "--Nx", "32", "--Ny", "32", environment=environment
    )
    try:
        exhibit.ready()
        said = wait_until(lambda: GUESTS.search("\n".join(exhibit.lines)), "guests are invited")
        yield said[1], said[2]
    finally:
        exhibit.kill()


def test_a_scanned_code_lets_in(open_page: OpenPage, invitation: tuple[str, str]) -> None:
    address, code = invitation
    page = open_page(f"#join={code}", at=address)
    page.click("#models li[data-model=BEC] a")
    page.wait_for_selector(CONNECTED)
    assert code not in page.url


def test_without_a_code_the_page_asks(open_page: OpenPage, invitation: tuple[str, str]) -> None:
    address, code = invitation
    page = open_page("", at=address)
    page.click("#models li[data-model=BEC] a")
    expect(page.locator("#join-reason")).to_contain_text("join code")
    expect(page.locator(".toast")).to_have_count(0)
    page.fill("#join-code", "WRONG1")
    page.press("#join-code", "Enter")
    expect(page.locator("#join")).to_be_visible()
    page.fill("#join-code", code.lower())
    page.fill("#join-name", "Ada <3")
    page.press("#join-name", "Enter")
    page.wait_for_selector(CONNECTED)
    expect(page.locator("#join")).to_be_hidden()
    expect(page.locator("#visitors")).to_contain_text("Ada <3")


def test_the_question_fits_a_phone(open_page: OpenPage, invitation: tuple[str, str]) -> None:
    address, _ = invitation
    page = open_page("", at=address, **SCREENS["small phone"])
    page.click("#models li[data-model=BEC] a")
    expect(page.locator("#join")).to_be_visible()
    dialog = page.locator("#join").bounding_box()
    assert dialog
    for part in page.locator("#join :is(p, label, input, button)").all():
        box = part.bounding_box()
        assert box
        assert dialog["x"] + 12 <= box["x"]
        assert box["x"] + box["width"] <= dialog["x"] + dialog["width"] - 12
