"""What a browser may deny or lack: the page lives without it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.conftest import CONNECTED, SHOWS, OpenPage, pixels
from tests.support.chromium import PATIENCE_MS
from tests.support.exhibit import Exhibit

NO_STORAGE = """for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
}"""
DENIALS = {
    "storage is blocked": NO_STORAGE,
    "storage is missing": """for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, { value: null });
    }""",
    "storage is full": """Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };""",
    "no graphics chip": """HTMLCanvasElement.prototype.getContext = new Proxy(
      HTMLCanvasElement.prototype.getContext,
      { apply: (get, canvas, [kind, ...more]) =>
          kind.startsWith("webgl") ? null : Reflect.apply(get, canvas, [kind, ...more]) },
    );""",
    "the graphics chip fails": """
      WebGL2RenderingContext.prototype.getProgramParameter = () => false;
      WebGL2RenderingContext.prototype.getExtension = () => null;
      WebGL2RenderingContext.prototype.getParameter = () => "A chip";""",
    "drawings read as noise": """CanvasRenderingContext2D.prototype.getImageData = (x, y, w, h) => {
      const image = new ImageData(w, h);
      crypto.getRandomValues(image.data.subarray(0, 1 << 16));
      return image;
    };""",
    "no decoder": "delete window.createImageBitmap;",
    "nothing optional": """for (const name of ["clipboard", "wakeLock", "vibrate", "permissions",
        "mediaDevices", "share", "locks", "storage", "serviceWorker"]) {
      Object.defineProperty(Navigator.prototype, name, { value: undefined });
    }
    for (const name of ["Notification", "AudioContext", "OffscreenCanvas", "indexedDB", "caches",
        "BroadcastChannel", "SharedWorker", "Worker"]) {
      Object.defineProperty(window, name, { value: undefined });
    }
    for (const name of ["requestFullscreen", "showPopover", "hidePopover"]) {
      delete HTMLElement.prototype[name]; delete Element.prototype[name];
    }
    document.execCommand = undefined;""",
}


def deny(page: Page, what: str) -> None:
    """From the next document on."""
    page.add_init_script(DENIALS[what])


@pytest.mark.parametrize("what", DENIALS)
def test_the_fluid_is_shown_and_stirred_without_it(
    open_page: OpenPage, exhibit: Exhibit, what: str
) -> None:
    page = open_page("operator")
    deny(page, what)
    page.goto(exhibit.url)
    page.wait_for_selector("#models li")
    page.goto(f"{exhibit.url}models/BEC")
    page.wait_for_selector(f"{CONNECTED}:is({SHOWS})")
    expect(page.locator("#hint")).to_be_visible()
    seen = pixels(page)
    assert seen.std() > 10, "the fluid is seen"
    if what == "drawings read as noise":
        above = seen[: len(seen) // 40, seen.shape[1] // 3 : seen.shape[1] // 2]
        assert above.max() < 120, "and no noise where there is none of it"
    page.click("#open-drawer")
    page.locator("#drawer [data-swatch]").last.click()
    page.click("#close-drawer")
    page.click("#fluid")
    expect(page.locator("#hint")).to_have_class("hint gone")


def test_a_copy_that_is_refused_leaves_the_code_selected(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("""() => {
      const no = () => Promise.reject(new DOMException("no", "NotAllowedError"));
      navigator.clipboard.writeText = no;
      document.execCommand = () => false;
    }""")
    page.click("#open-about")
    page.click("#open-code")
    page.click("#copy-code")
    expect(page.locator("#copy-code-label")).to_have_text("Selected: press Ctrl+C")
    assert "class BEC" in page.evaluate("String(getSelection())")


@pytest.mark.parametrize("what", ["storage is blocked", "storage is full"])
def test_what_storage_would_keep_outlives_a_reload(
    open_page: OpenPage, exhibit: Exhibit, what: str
) -> None:
    page = open_page("operator")
    deny(page, what)
    page.goto(f"{exhibit.url}#join=K7QX2M")
    page.click("#models li[data-model=BEC] a")
    page.wait_for_selector(CONNECTED)
    number = page.get_attribute("html", "data-visitor")
    page.reload()
    page.wait_for_selector(CONNECTED)
    assert page.get_attribute("html", "data-visitor") == number, "the same visitor"
    kept = page.evaluate("""async () => {
      const { credentials } = await import("/ui/js/credentials.js");
      return credentials().token;
    }""")
    assert kept == "K7QX2M"


def test_with_site_data_blocked_in_the_browsers_settings(
    playwright: Playwright, exhibit: Exhibit, tmp_path: Path
) -> None:
    settings = tmp_path / "Default" / "Preferences"
    settings.parent.mkdir()
    block = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    settings.write_text(json.dumps(block), encoding="utf-8")
    path = shutil.which("chromium")
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
    )
    try:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(exhibit.url)
        denied = "() => { try { return !localStorage; } catch { return true; } }"
        assert page.evaluate(denied), "the browser blocks storage"
        page.click("#models li[data-model=BEC] a")
        page.wait_for_selector(f"{CONNECTED}:is({SHOWS})")
        page.click("#fluid")
        page.goto(f"{exhibit.url}operator")
        expect(page.locator("#pin")).to_be_visible()
        assert faults == []
    finally:
        context.close()
