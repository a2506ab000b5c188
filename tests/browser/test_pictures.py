"""A visitor gives the fluid a picture, by the page."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, open_drawer, pixels
from tests.conftest import SMALL, StartExhibit
from tests.support.exhibit import Exhibit, wait_until


def drawing() -> bytes:
    """A bar of light to the right, on transparent ink to the left: 200 x 100."""
    drawn = Image.new("RGBA", (200, 100), "black")
    drawn.paste((0, 0, 0, 0), (130, 20, 190, 80))
    file = io.BytesIO()
    drawn.save(file, "PNG")
    return file.getvalue()


def brightness(page: Page) -> tuple[float, float]:
    """Of the fluid's left and right part, between the page's other things."""
    shown = pixels(page).mean(axis=2)
    h, w = shown.shape
    left, right = (
        shown[int(0.45 * h) : int(0.55 * h), int(x * w) :][:, : w // 10] for x in (0.2, 0.75)
    )
    return float(np.median(left)), float(np.median(right))


def choose(page: Page, content: bytes, kind: str = "image/png") -> None:
    page.click("#open-picture")
    file = {"name": "drawing", "mimeType": kind, "buffer": content}
    page.set_input_files("#picture-file", [file])  # type: ignore[list-item]


def test_a_picture_is_chosen_seen_and_given(open_page: OpenPage, start: StartExhibit) -> None:
    exhibit = start(*SMALL, "--uploads=everyone").ready()
    witness = exhibit.visitor(room="HelloWorld")
    page = open_page("models/HelloWorld", at=exhibit.url)
    open_drawer(page)
    page.click("#open-picture")
    dialog = page.get_by_role("dialog", name="A picture for the fluid")
    give = dialog.get_by_role("button", name="Give it to the fluid")
    expect(give).to_be_disabled()
    expect(page.locator(".preview")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "picture-file"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "open-picture"

    choose(page, drawing())
    expect(page.locator(".preview")).to_be_visible()
    preview = pixels(page, ".preview canvas").mean(axis=2)
    h, w = preview.shape
    assert preview[h // 2, int(0.8 * w)] > preview[h // 2, int(0.2 * w)] + 60
    expect(dialog).to_contain_text("becomes a wall")
    dialog.get_by_text("As fluid").click()
    expect(dialog).to_contain_text("let go")
    dialog.get_by_text("As walls").click()
    give.click()
    expect(dialog).to_be_hidden()
    state = witness.hear("state", lambda message: message["action"] == "picture")
    assert state["by"] != witness.id
    page.click("#close-drawer")

    def walls() -> bool:
        left, right = brightness(page)
        return right > left + 40

    wait_until(walls, "the picture is seen in the fluid")
    page.click("[data-action=reset]")
    wait_until(lambda: not walls(), "the picture is gone")


@pytest.mark.long
def test_what_is_no_picture_is_said(open_page: OpenPage, start: StartExhibit) -> None:
    exhibit = start(*SMALL, "--uploads=everyone").ready()
    page = open_page("models/BEC", at=exhibit.url)
    open_drawer(page)
    choose(page, b"<script>alert(1)</script>")
    expect(page.locator("dialog .told")).to_have_text("This browser cannot read that picture.")
    expect(page.get_by_role("button", name="Give it to the fluid")).to_be_disabled()
    page.keyboard.press("Escape")
    page.goto(f"{exhibit.url}models/SOC2")
    page.wait_for_selector("html[data-connected=true]")
    open_drawer(page)
    expect(page.locator("#open-picture")).to_be_hidden()


def test_guests_see_no_such_button_unless_they_may(open_page: OpenPage, exhibit: Exhibit) -> None:
    page = open_page()
    open_drawer(page)
    expect(page.locator("#open-picture")).to_be_hidden()
