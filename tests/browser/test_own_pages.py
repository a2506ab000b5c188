"""A teacher's page, and ours, below a path of their own: all links find their way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from app.paths import ROOT
from tests.browser.conftest import OpenPage
from tests.conftest import SMALL
from tests.support.exhibit import Exhibit, wait_until

LESSON = ROOT / "packaging" / "examples" / "lesson"


@pytest.fixture(scope="module")
def below(environment: dict[str, str]) -> Iterator[Exhibit]:
    site = ("--base-path", "/hall/one", "--static", f"lesson={LESSON}")
    exhibit = Exhibit(*SMALL, *site, environment=environment)
    try:
        yield exhibit.ready()
    finally:
        exhibit.kill()


@pytest.mark.long
def test_our_pages_work_below_a_path(open_page: OpenPage, below: Exhibit) -> None:
    page = open_page("", at=below.url)
    expect(page.locator("#models li[data-model=BEC] canvas[data-shown]")).to_be_visible()
    page.click("#models li[data-model=BEC] a")
    page.wait_for_selector("html[data-connected=true][data-seq]:not([data-seq=''])")
    first = int(page.get_attribute("html", "data-seq") or 0)
    wait_until(lambda: int(page.get_attribute("html", "data-seq") or 0) > first, "frames go on")
    assert page.url == f"{below.url}models/BEC"
    page.click(".title a")
    page.wait_for_url(below.url)
    page.goto(f"{below.url}operator")
    expect(page.locator("#pin")).to_be_visible()


def test_a_lesson_talks_to_the_room(open_page: OpenPage, below: Exhibit) -> None:
    page = open_page("static/lesson/", at=below.url)
    witness = below.visitor()
    expect(page.locator("#said")).to_have_text("You are in the room.")
    page.click("#calm")
    heard = witness.hear("state", lambda message: "cooling" in message["params"])
    assert heard["params"] == {"cooling": 0.3}
    expect(page.locator("#calm")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#energy")).to_contain_text("μ")
    page.click("#drop")
    assert witness.hear("state", lambda message: message["action"] == "vortex")
    expect(page.locator("#whirlpools")).not_to_have_text("–")
    page.click("a")
    page.wait_for_url(f"{below.url}models/BEC")
    below.dismiss()


def test_scripts_inside_a_page_do_not_run(browser: Browser, below: Exhibit) -> None:
    page = browser.new_page()
    page.goto(f"{below.url}static/lesson/")
    expect(page.locator("#drop")).to_be_enabled()
    refused = page.evaluate(
        """() => new Promise((told) => {
          addEventListener("securitypolicyviolation", (event) => told(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "document.title = 'taken'";
          document.head.append(script);
        })"""
    )
    assert refused == "script-src-elem"
    assert "lesson" in page.title()
    page.close()
