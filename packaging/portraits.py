"""Photographs of exhibits without a grid, from their pages in Debian's Chromium; for stills.py."""

from __future__ import annotations

import os
import shutil
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.support.exhibit import Exhibit
from tests.support.feeding import post

PAGES: dict[str, dict[str, Any]] = {
    "Cloud": {"viewport": {"width": 1500, "height": 640}},
    # As on a phone, where the figures are large enough to be read on a card.
    "Numbers": {"viewport": {"width": 420, "height": 640}, "device_scale_factor": 2},
}
QUALITY = 85
SUBJECTS = {"Cloud": ".sky", "Numbers": ".numbers"}
SETTINGS: dict[str, dict[str, Any]] = {
    "Cloud": {"wind": 0.0},
    "Numbers": {"seed": 12, "delay": 0.1, "kind": "walk"},
}


def portrait(name: str) -> bytes:
    """A JPEG of what stands in the fluid's place on the page of the model `name`."""
    exhibit = Exhibit("--headless", "--port", "0", environment=dict(os.environ))
    try:
        exhibit.ready().visitor(room=name).ask("set", params=SETTINGS[name])
        with sync_playwright() as running:
            chromium = shutil.which("chromium")
            browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(**PAGES[name])
            page.goto(f"{exhibit.url}models/{name}")
            _pose(name, page, exhibit)
            subject = page.locator(SUBJECTS[name])
            return subject.screenshot(type="jpeg", quality=QUALITY, animations="disabled")
    finally:
        exhibit.kill()


def _pose(name: str, page: Page, exhibit: Exhibit) -> None:
    if name == "Numbers":
        page.wait_for_selector(".last-ten li:nth-child(10)")
        page.click("[data-action=pause]")
        return
    page.wait_for_selector(".cloud")
    post(exhibit, {"mood": "sunny"})
    page.wait_for_selector("[data-mood=sunny]")
