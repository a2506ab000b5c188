"""The plots: they listen while they are open, and draw what they hear."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_layout import SCREENS, check
from tests.support.exhibit import wait_until

PLOTTED = {"energy", "energy_parts", "norm", "angular_momentum", "vortex_number", "probe"}
LINES = 8
"""Without a probe, which has three."""
INK = """() => [...document.querySelectorAll(".plot canvas")].map((canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  // Grid and words are faint or grey; lines are neither.
  let found = 0;
  for (let at = 0; at < data.length; at += 4) {
    const rgb = data.slice(at, at + 3);
    if (data[at + 3] > 200 && Math.max(...rgb) - Math.min(...rgb) > 45) found += 1;
  }
  return found;
})"""
"""How many pixels of each plot belong to a line."""


class Wire:
    """What a page says and hears about channels."""

    def __init__(self, page: Page) -> None:
        self.said: list[dict[str, Any]] = []
        self.heard: set[str] = set()
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda data: self.said.append(json.loads(data)))
        socket.on("framereceived", self._hear)

    def _hear(self, data: str | bytes) -> None:
        message = json.loads(data) if isinstance(data, str) else {}
        if message.get("type") == "channel":
            self.heard.add(message["name"])

    def names(self, kind: str) -> set[str]:
        """Every channel that was named in messages of this type."""
        return {name for one in self.said if one["type"] == kind for name in one["names"]}


def put_down_probe(page: Page) -> None:
    page.evaluate("() => room.model.probe(0.5, 0.5)")


def lines(page: Page) -> int:
    return int(page.locator(".plot-value").count())


def test_subscribe_while_open_and_only_then(open_page: OpenPage) -> None:
    page = open_page("operator")
    wire = Wire(page)
    page.goto(page.url.replace("operator", "models/BEC"))
    page.wait_for_selector("html[data-seq]:not([data-seq=''])")
    assert wire.names("subscribe") == {"steps_per_s", "boat"}
    page.click("#open-plots")
    expect(page.locator("[data-channel=energy] .plot-value")).not_to_have_text("–")
    assert wire.names("subscribe") >= PLOTTED
    assert wire.names("unsubscribe") == set()
    page.click("#close-plots")
    # Asking the page is what lets the news of its messages in.
    wait_until(lambda: lines(page) == 0 and wire.names("unsubscribe") == PLOTTED, "it is told")


def test_a_probe_is_there_only_when_somebody_has_put_one_down(open_page: OpenPage) -> None:
    page = open_page()
    put_down_probe(page)
    page.click("[data-action=reset]")
    page.click("#open-plots")
    wait_until(lambda: lines(page) == LINES, "every line has a value")
    expect(page.locator("[data-channel=probe]")).to_have_count(0)
    put_down_probe(page)
    expect(page.locator("[data-channel=probe]")).to_have_count(3)


def test_every_channel_is_drawn_with_value_and_unit(open_page: OpenPage) -> None:
    page = open_page()
    put_down_probe(page)
    page.click("#open-plots")
    wait_until(lambda: lines(page) == LINES + 3, "every line has a value")
    wait_until(lambda: min(page.evaluate(INK)) > 0, "every plot has a line")
    energy = page.locator("[data-channel=energy_parts]")
    expect(energy.locator(".plot-label")).to_have_text(["kinetic", "potential", "interaction"])
    expect(energy.locator(".unit")).to_have_text("μ")
    expect(page.locator("[data-channel=angular_momentum] .unit")).to_have_text("ħ")


@pytest.mark.long
def test_controls_take_the_place_of_the_plots(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#open-plots")
    wait_until(lambda: lines(page) > 0, "they are there")
    page.click("#close-plots")
    page.wait_for_selector("html[data-drawer=closed]")
    page.focus("#open-drawer")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).to_be_visible()
    page.focus("#open-plots")
    page.keyboard.press("Enter")
    expect(page.locator("#plots")).to_be_visible()
    expect(page.locator("#drawer")).to_be_hidden()
    page.wait_for_selector("html[data-drawer=open]")


@pytest.mark.parametrize("screen", ["small phone", "phone", "kiosk"])
def test_plots_fit_the_screen(open_page: OpenPage, screen: str) -> None:
    page = open_page(**SCREENS[screen])
    page.click("#open-plots")
    wait_until(lambda: lines(page) >= LINES, "every line has a value")
    page.wait_for_function("() => !document.getElementById('plots').getAnimations().length")
    check(page)


def test_a_line_remembers_half_a_minute(open_page: OpenPage) -> None:
    page = open_page("operator")
    kept = page.evaluate("""async () => {
      const { Series } = await import("/ui/js/plots/series.js");
      const series = new Series();
      for (let second = 0; second < 3600; second += 0.1) series.add(1000 * second, second);
      const quick = series.points.length;
      for (let i = 0; i < 5000; i++) series.add(3_600_000 + i / 1000, i);
      return [quick, series.points.length, series.newest];
    }""")
    assert kept == [302, 1000, 4999]
