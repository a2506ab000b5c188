"""The landing page and what it leads to."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.support.exhibit import Exhibit


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


def test_about_lists_what_was_checked(open_page: OpenPage, exhibit: Exhibit) -> None:
    page = open_page("models/BECVortices")
    page.click("#open-about")
    claims = page.locator("#about .checks li")
    doc = next(m["doc"] for m in exhibit.json("api/models") if m["name"] == "BECVortices")
    told = doc.split("**Checked:**")[1].split("\n\n")[0]
    expect(claims).to_have_count(told.count(";") + 1)
    assert claims.count() > 1
    expect(claims.nth(1)).to_contain_text("within 5 %")
    expect(page.locator("#about-text")).to_contain_text("Source:")
    expect(page.locator("#about-text")).not_to_contain_text("Checked:")


def test_units_are_written_as_people_do(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("#legend-hi")).to_contain_text("1/dx²")
    expect(page.locator("[data-parameter=finger_V0_mu] .unit")).to_have_text("μ")


def test_trouble_stays_long_enough_to_be_read(open_page: OpenPage) -> None:
    page = open_page()
    page.clock.install()
    page.evaluate("""async () => {
      const { showNotice } = await import("/ui/js/toasts.js");
      showNotice({ level: "info", text: "Ada <b>is</b> here", until: null });
      showNotice({ level: "trouble", text: "The fluid went back", until: null });
    }""")
    expect(page.locator(".toast")).to_have_text(["Ada <b>is</b> here", "The fluid went back"])
    page.clock.fast_forward(8_000)
    expect(page.locator(".toast")).to_have_text(["The fluid went back"])
    page.clock.fast_forward(8_000)
    expect(page.locator(".toast")).to_have_count(0)


def test_help_opens_by_keyboard_and_closes_before_the_drawer(open_page: OpenPage) -> None:
    page = open_page()
    page.focus("#open-drawer")
    page.keyboard.press("Enter")
    row = page.locator("[data-parameter=cooling]")
    help_ = row.get_by_role("tooltip")
    row.locator("input[type=text]").focus()
    expect(help_).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    expect(row.locator(".help-button")).to_be_focused()
    expect(help_).to_contain_text("How fast the fluid gives away its energy")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("data-drawer", "open")
    page.keyboard.press("Enter")
    expect(help_).to_be_visible()
    page.keyboard.press("Tab")
    expect(help_).to_be_hidden()
    page.keyboard.press("Escape")
    page.wait_for_selector("html[data-drawer=closed]")
