"""The operator's page ends the exhibit; without the PIN it ends nothing."""

from __future__ import annotations

import subprocess
import sys

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.exhibit import ROOT, Exhibit

PIN = "24681357"


def test_pin_then_quit(
    open_page: OpenPage, start: type[Exhibit], environment: dict[str, str]
) -> None:
    subprocess.run(
        [sys.executable, ROOT / "main.py", "operator"],
        input=f"{PIN}\n", text=True, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    exhibit = start("--headless", "--port", "0", "--Nx", "32", "--Ny", "32").ready()
    page = open_page("operator", at=exhibit.url)
    page.wait_for_selector("html[data-connected=true]")
    page.fill("#pin", "13572468")
    page.press("#pin", "Enter")
    expect(page.locator("#fault")).to_have_text("that is not the PIN")
    expect(page.locator("#quit")).to_be_hidden()
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    expect(page.locator("#rooms article h3")).to_have_text(["Superfluid"])
    page.click("#quit")
    page.click("#quit-sure")
    expect(page.locator("#connection")).to_have_text("The exhibit has ended.")
    assert exhibit.end() == 0
