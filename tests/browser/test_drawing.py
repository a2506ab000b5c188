"""The fluid on the screen, by both renderers."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import CONNECTED, OpenPage, Pixels, open_drawer, pixels, put_mouse
from tests.support.exhibit import wait_until

RENDERERS = ("webgl2", "canvas2d")
X, Y = 0.6, 0.55
"""Where the finger goes, in fractions of the box."""


def brightness(shot: Pixels) -> float:
    """Mean grey level round the finger, but not where its marks are drawn."""
    height, width, _ = shot.shape
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(x - X * width, y - (1 - Y) * height) / width
    return float(shot[(distance > 0.02) & (distance < 0.035)].mean())


def both_halves(shot: Pixels) -> bool:
    """Are there both the colours of negative and of positive phases?"""
    warmth = shot[..., 0].astype(int) - shot[..., 2]
    return bool(warmth.max() > 60 and warmth.min() < -60)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_shows_the_fluid_in_its_wall(open_page: OpenPage, renderer: str) -> None:
    page = open_page(f"models/BEC?renderer={renderer}")
    expect(page.locator("html")).to_have_attribute("data-renderer", renderer)
    shot = pixels(page).astype(float)
    height, width, _ = shot.shape
    assert abs(width / height - 96 / 64) < 0.01
    corner = shot[: height // 16, : width // 16]
    bulk = shot[height // 3 : -height // 3, width // 3 : -width // 3]
    assert corner.mean() < 20 < 90 < np.median(bulk, axis=(0, 1)).mean()


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_drag_changes_the_density(open_page: OpenPage, renderer: str) -> None:
    page = open_page(f"models/BEC?renderer={renderer}")
    put_mouse(page, 0.4, 0.5)
    page.mouse.down()
    put_mouse(page, X, Y)
    wait_until(lambda: brightness(pixels(page)) < 60, "the finger has pushed the fluid away")
    page.mouse.up()
    wait_until(lambda: brightness(pixels(page)) > 80, "the fluid has come back")


@pytest.mark.parametrize("renderer", RENDERERS)
def test_shows_the_phase(open_page: OpenPage, renderer: str) -> None:
    page = open_page(f"models/BEC?renderer={renderer}")
    open_drawer(page)
    page.locator(".chip", has_text="Phase").click()
    expect(page.locator("#legend-label")).to_have_text("Phase")
    expect(page.locator("#legend-hi")).to_have_text("π rad")
    wait_until(lambda: both_halves(pixels(page)), "orange and blue are there")


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.long
def test_heights_of_either_sign_have_a_colour_each(open_page: OpenPage, renderer: str) -> None:
    page = open_page(f"models/WaveTank?renderer={renderer}")
    expect(page.locator("#legend-lo")).to_have_text("−1.5")
    wait_until(lambda: both_halves(pixels(page)), "crests and troughs are there")
    corner = pixels(page)[:8, :8]
    assert corner.mean() < 40  # still water is dark


def test_without_a_graphics_chip_a_canvas_draws(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("html")).to_have_attribute("data-renderer", "canvas2d")


def test_a_lost_chip_is_replaced(open_page: OpenPage) -> None:
    page = open_page("models/BEC?renderer=webgl2")
    page.evaluate("""() => {
      const canvas = document.querySelector("#fluid canvas");
      canvas.getContext("webgl2").getExtension("WEBGL_lose_context").loseContext();
    }""")
    expect(page.locator("html")).to_have_attribute("data-renderer", "canvas2d")
    wait_until(lambda: pixels(page).mean() > 40, "the fluid is back")


def test_figures_tell_how_it_runs(open_page: OpenPage) -> None:
    page = open_page()
    for figure in ("fps", "steps", "rtt"):
        number = f"Number(document.getElementById('figure-{figure}').textContent)"
        page.wait_for_function(f"() => {number} > 0")


@pytest.mark.long
def test_colours_are_the_visitors_choice(open_page: OpenPage) -> None:
    page = open_page()
    open_drawer(page)
    page.locator(".chip", has_text="Ember").click()
    wait_until(lambda: np.median(pixels(page)[..., 0]) > 120, "it glows")
    page.reload()
    page.wait_for_selector(f"{CONNECTED}[data-seq]")
    wait_until(lambda: np.median(pixels(page)[..., 0]) > 120, "it still glows")


def test_another_pixel_ratio_redraws_at_the_same_size(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 660, "height": 480})
    page.click("#open-plots")
    expect(page.locator(".plot canvas").first).to_be_visible()
    widths = """() => ["#overlay", ".plot canvas"].map((one) => {
      const { width, clientWidth } = document.querySelector(one);
      return width / clientWidth;
    })"""
    window = page.context.new_cdp_session(page)
    for ratio in (1, 1.5, 1.25, 1):
        size = {**page.viewport_size, "deviceScaleFactor": ratio, "mobile": False}  # type: ignore[dict-item]
        window.send("Emulation.setDeviceMetricsOverride", size)
        page.wait_for_function(
            f"(ratio) => ({widths})().every((one) => Math.abs(one - ratio) < 0.01)", arg=ratio
        )
