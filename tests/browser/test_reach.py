"""At every size, each control lies within reach and under nothing; words are whole and legible."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

import models
from tests.browser.conftest import OpenPage
from tests.support.exhibit import Exhibit

ONCE_BROKEN = ("320x568", "390x664", "568x320", "1080x1920")
SIZES = (
    *ONCE_BROKEN, "360x640", "375x667", "390x844", "768x1024", "810x1080", "844x390",
    "1024x1366", "1024x768", "640x400", "800x800", "1280x800", "1920x1080", "3840x2160",
)  # fmt: skip
"""Phones, tablets and walls, upright and sideways; 640x400 is a page enlarged to 200 %."""
EACH = [
    pytest.param(ONCE_BROKEN, id="once broken"),
    pytest.param(SIZES[len(ONCE_BROKEN) :], id="all others", marks=pytest.mark.long),
]
OPENERS = ("open-exhibits", "open-drawer", "open-plots", "open-chat", "open-toolbar", "open-about")
SMALLEST_PX = 12
SMALLEST_ON_A_WALL_PX = 21.6
"""A capital is then 10 mm high on 55 inches of 1080 lines."""

FAULTS = """() => {
  const CONTROLS = "button, a[href], input, summary, label.chip, .countdown";
  const WORDS = "h1, .legend, .summary, .figures, .visitors li, #tool-help, #status, .hint";
  const shown = (one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]");
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const modal = document.querySelector("dialog:modal");
  const over = [...(modal ? [modal] : []), ...all(".drawer, .toolbar").filter((one) =>
    one.matches(".drawer") || getComputedStyle(one).position === "absolute")];
  const layer = (one) => over.find((each) => each.contains(one)) ?? null;
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const meet = (a, b) => ({
    left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
  });
  const scrolls = (one) => one !== document.body && one.scrollHeight > one.clientHeight + 1
    && /auto|scroll/.test(getComputedStyle(one).overflowY);
  const name = (one) => `<${one.localName} ${one.id || one.className || one.textContent.trim()}>`;
  const faults = [];
  const boxes = [];
  for (const one of all(`${CONTROLS}, ${WORDS}`)) {
    if (modal && !modal.contains(one)) continue;
    if (one.matches(".chip input")) continue; // whoever touches a chip touches its label
    let box = one.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    let room = screen;
    let panel = one.parentElement;
    while (panel && !scrolls(panel)) panel = panel.parentElement;
    const page = document.scrollingElement;
    if (panel) {
      room = panel.getBoundingClientRect();
      const inside = meet(room, screen);
      if (inside.bottom - inside.top < 40) faults.push(`${name(one)}: its panel is not seen`);
    }
    const far = panel || (page.scrollHeight > innerHeight
      && getComputedStyle(document.body).position !== "fixed");
    const out = box.left < room.left - 0.6 || box.right > room.right + 0.6
      || (!far && (box.top < -0.6 || box.bottom > innerHeight + 0.6));
    if (out) faults.push(`${name(one)} sticks out: ${JSON.stringify(box)}`);
    box = meet(box, panel ? room : box);
    if (box.bottom > box.top) boxes.push({ one, box, layer: layer(one) });
  }
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    // The question lies over what is only read.
    if ([a, b].some(({ one }) => one.matches(".countdown"))
      && [a, b].some(({ one }) => one.matches(WORDS))) return;
    if (a.layer !== b.layer || a.one.contains(b.one) || b.one.contains(a.one)) return;
    const { left, top, right, bottom } = meet(a.box, b.box);
    if (right - left > 1 && bottom - top > 1) faults.push(`${name(a.one)} covers ${name(b.one)}`);
  }));
  return faults;
}"""

SMALLEST = """() => {
  const sizes = [...document.querySelectorAll("body *")]
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert]"))
    .filter((one) => one.getBoundingClientRect().width > 2)
    .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.className || one.textContent]);
  return sizes.sort(([a], [b]) => a - b)[0];
}"""

BROKEN_WORDS = """async (titles) => {
  const { showTitle } = await import("/ui/js/hud.js");
  const heading = document.getElementById("name");
  return titles.filter((title) => {
    showTitle(title);
    const range = document.createRange();
    let from = 0;
    return title.split(" ").some((word) => {
      range.setStart(heading.firstChild, from);
      range.setEnd(heading.firstChild, from + word.length);
      from += word.length + 1;
      return range.getClientRects().length > 1;
    });
  });
}"""


def resize(page: Page, size: str) -> None:
    width, height = map(int, size.split("x"))
    page.set_viewport_size({"width": width, "height": height})
    # A frame later, what follows a box by script has followed.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")


def settle(page: Page) -> None:
    """Wait until no drawer moves any more."""
    page.wait_for_function(
        """() => [...document.querySelectorAll(".drawer")].every((one) =>
          !one.getAnimations().length)"""
    )


def check_every_state(page: Page, where: str) -> None:
    assert page.evaluate(FAULTS) == [], where
    page.evaluate("""async () => {
      const { createCountdown } = await import("/ui/js/idle/countdown.js");
      window.countdown ??= createCountdown();
      window.countdown.show(10, false);
    }""")
    expect(page.locator(".countdown:visible")).to_contain_text("Still there?")
    assert page.evaluate(FAULTS) == [], f"{where}, asked whether somebody is there"
    page.evaluate("() => window.countdown.hide()")
    for opener in OPENERS:
        if not page.locator(f"#{opener}").is_visible():
            continue
        page.click(f"#{opener}")
        settle(page)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert page.evaluate(FAULTS) == [], f"{where}, after {opener}"
        page.keyboard.press("Escape")
        if opener == "open-toolbar":
            page.click("#open-toolbar")
        settle(page)


def wait_for_rest(page: Page) -> None:
    """Until nothing that comes and goes by itself is on the page."""
    expect(page.locator("#open-chat")).to_be_visible()
    page.locator(".own-colour").evaluate_all("all => all.forEach((one) => one.remove())")


@pytest.mark.timeout(400)  # seven states at a dozen sizes
@pytest.mark.parametrize("sizes", EACH)
def test_every_control_is_in_reach(open_page: OpenPage, sizes: tuple[str, ...]) -> None:
    page = open_page()
    wait_for_rest(page)
    for size in sizes:
        resize(page, size)
        check_every_state(page, size)
        page.evaluate("document.getElementById('open-chat').hidden = true")
        assert page.evaluate(FAULTS) == [], f"{size}, without chat"
        page.evaluate("document.getElementById('open-chat').hidden = false")


@pytest.mark.parametrize("sizes", EACH)
@pytest.mark.parametrize("path", ["", "operator"])
def test_other_pages_are_in_reach(open_page: OpenPage, path: str, sizes: tuple[str, ...]) -> None:
    page = open_page(path)
    if not path:
        page.wait_for_selector("#models li")
    for size in sizes:
        resize(page, size)
        assert page.evaluate(FAULTS) == [], size


@pytest.mark.long
@pytest.mark.parametrize("model", models.names())
def test_every_exhibit_is_in_reach(open_page: OpenPage, model: str) -> None:
    page = open_page(f"models/{model}")
    wait_for_rest(page)
    for size in SIZES:
        resize(page, size)
        assert page.evaluate(FAULTS) == [], size


@pytest.mark.parametrize("sizes", EACH)
def test_titles_are_whole_and_words_legible(
    open_page: OpenPage, exhibit: Exhibit, sizes: tuple[str, ...]
) -> None:
    page = open_page()
    titles = [model["title"] for model in exhibit.json("api/models")]
    for size in sizes:
        resize(page, size)
        on_a_wall = min(map(int, size.split("x"))) >= 1080 and size != "1920x1080"
        pixels, what = page.evaluate(SMALLEST)
        assert pixels >= (SMALLEST_ON_A_WALL_PX if on_a_wall else SMALLEST_PX), (size, what)
        assert page.evaluate(BROKEN_WORDS, titles) == [], size
