"""The page of a fluid that super_hydro's server computes offers what works there, and no more."""

from __future__ import annotations

import socket

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.conftest import StartExhibit
from tests.support.fake_super_hydro import FakeSuperHydro


def test_only_what_works_there_is_offered(open_page: OpenPage, start: StartExhibit) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    theirs = FakeSuperHydro(f"tcp://{address}", finger_V0_mu=5.0)
    try:
        hall = start("--headless", "--port", "0", "--remote", address).ready()
        page = open_page(at=hall.url)
        expect(page.locator("#name")).to_have_text(f"super_hydro at {address}")
        for action, works in (("reset", True), ("step", False), ("reset_tracers", False)):
            expect(page.locator(f"[data-action={action}]")).to_be_visible(visible=works)
        expect(page.locator("#start-pause")).to_be_visible()
        page.click("#open-drawer")
        for name in ("cooling", "cylinder", "finger_V0_mu"):
            expect(page.locator(f"[data-parameter={name}]")).to_be_attached()
        for name in ("steps", "precision", "tracers"):
            expect(page.locator(f"[data-parameter={name}]")).to_have_count(0)
        depth = page.locator("[data-parameter=finger_V0_mu] input[type=range]")
        expect(depth).to_have_attribute("aria-valuetext", "5")
        page.click("[data-action=reset]")
        expect(depth).to_have_attribute("aria-valuetext", "5")
    finally:
        theirs.stop()
