"""A page that lost its server is back by itself, as the same visitor."""

from __future__ import annotations

import os
import signal

from playwright.sync_api import Page, expect

from tests.browser.conftest import CONNECTED, OpenPage, visitor_id
from tests.support.exhibit import Exhibit


def token(page: Page) -> str:
    return str(page.evaluate("sessionStorage.getItem('vortarium.resume')"))


def test_after_the_servers_death(open_page: OpenPage, exhibit: Exhibit) -> None:
    page = open_page(name="Ada")
    before = visitor_id(page)
    page.evaluate("document.body.dataset.old = 'yes'")
    os.kill(exhibit.pids()["serve"], signal.SIGKILL)
    page.wait_for_selector("html[data-connected=false]")
    expect(page.locator("#status")).to_contain_text("reconnecting")
    page.wait_for_selector(f"{CONNECTED}[data-visitor='{before}']")
    expect(page.locator("#status")).to_be_hidden()
    expect(page.locator(".visitor-name")).to_have_text(["Ada"])
    assert page.get_attribute("body", "data-old") == "yes"  # it was not reloaded
    seq = page.get_attribute("html", "data-seq")
    expect(page.locator("html")).not_to_have_attribute("data-seq", str(seq))


def test_after_a_reload(open_page: OpenPage) -> None:
    page = open_page(name="Ada")
    before = visitor_id(page)
    page.reload()
    page.wait_for_selector(f"{CONNECTED}[data-visitor='{before}']")


def test_a_duplicated_tab_is_a_second_visitor(open_page: OpenPage) -> None:
    first = open_page(name="Ada")
    with first.context.expect_page() as opened:  # a tab opened by a page inherits its storage
        first.evaluate("() => { open(location.href) }")
    second = opened.value
    for page in (first, second):
        page.wait_for_selector(CONNECTED)
        expect(page.locator(".visitor-name")).to_have_count(2)
    assert token(first) != token(second)


def test_the_token_leaves_the_address(open_page: OpenPage) -> None:
    page = open_page("models/BEC#join=ABCD")
    assert page.evaluate("location.href").endswith("/models/BEC")
    assert page.evaluate("sessionStorage.getItem('vortarium.token')") == "ABCD"
