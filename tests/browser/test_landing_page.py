"""The landing page and what it leads to."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.exhibit import Exhibit


def test_lists_every_model_with_picture_and_sentence(open_page: OpenPage, exhibit: Exhibit) -> None:
    page = open_page("")
    models = exhibit.json("api/models")
    expect(page.locator("#models li")).to_have_count(len(models))
    for model in models:
        card = page.locator(f"#models li[data-model={model['name']}]")
        expect(card.locator("p")).to_have_text(model["summary"])
        if model["grid"]:
            expect(card.locator("canvas[data-shown]")).to_be_visible()


def test_leads_to_the_model_and_back(open_page: OpenPage) -> None:
    page = open_page("")
    page.click("#models li[data-model=BEC] a")
    page.wait_for_selector("html[data-connected=true]")
    page.click(".title a")
    page.wait_for_selector("#models li")


def test_about_is_rendered(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#open-about")
    expect(page.locator("#about-text math[display=block]")).to_be_visible()
    assert page.locator("#about-text p").count() > 1
    page.keyboard.press("Escape")
    expect(page.locator("#about")).to_be_hidden()


def test_help_opens_by_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    page.focus("#open-drawer")
    page.keyboard.press("Enter")
    row = page.locator("[data-parameter=cooling]")
    row.locator(".help-button").focus()
    expect(row.locator(".help")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(row.locator(".help")).to_be_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("html[data-drawer=closed]")
