"""The custom elements: in the exhibit's pages, and in a teacher's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, open_drawer
from tests.browser.test_layout import SCREENS
from tests.conftest import SMALL
from tests.support.exhibit import Exhibit

HOSTILE = "<img src=x onerror=alert(1)> $value $$ </h5>"
PAGE = f"""<!doctype html>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="../../ui/css/theme.css">
<link rel="stylesheet" href="../../ui/css/controls.css">
<script type="module" src="../../ui/js/elements/all.js"></script>
<script type="module" src="page.js"></script>
<svg-favicon color="teal"><template><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">
  <circle r="5" cx="5" cy="5" fill="$color"/></svg></template></svg-favicon>
<vortarium-slider id="cooling" name="cooling" label="Cooling" low="0.001" high="1" scale="log"
  value="0.01" unit="mu" help="How fast it calms down."></vortarium-slider>
<vortarium-toggle id="wall" label="Wall" value="true"></vortarium-toggle>
<vortarium-choice id="trap" label="Trap" value="box" help="Its shape.">
  <option value="bowl">Round bowl</option><option>box</option></vortarium-choice>
<vortarium-tooltip text="Everybody sees it."><button id="restart">Restart</button>
</vortarium-tooltip>
<vortarium-template tag="name-plate" name="nobody" value="5">
  <template><h5 title="about $name">$name costs $$$value</h5><slot></slot>
    <i><slot name="a">nothing</slot></i><i><slot name="a">nothing</slot></i>
    <style>i::after {{ content: "$name"; }}</style></template>
</vortarium-template>
<name-plate id="plain">TEST</name-plate>
<name-plate id="full" value="7">Hello <b slot="a">you</b></name-plate>
<name-plate id="hostile" name="{HOSTILE.replace("<", "&lt;")}">x</name-plate>
"""
WISPY = """<!doctype html>
<html lang="en"><head><title>RPC Web App</title></head><body>
<link rel="stylesheet" href="../../ui/css/controls.css">
<script type="module" src="../../ui/js/elements/all.js"></script>
    <svg-favicon color="blue">
        <circle r="5" cx="5" cy="5" style="fill:$color;"></circle>
    </svg-favicon>

    <custom-template type="template-form" name="default_name" value="5">
        <h5>$name</h5>
        <input type="text" placeholder="enter value for $name">
        <input type="number" value="$value">
        <pre>Inner HTML = $innerHTML</pre>
        <hr>
    </custom-template>

    <custom-template type="flexible-el" name="default_name" value="5">
        <div style="display:flex">
            <div style="flex:20%">$#a</div><!--reference element with subID="a"" -->
            <div style="flex:20%">$#a</div>
            <div style="flex:20%">$#b</div>
        </div>
    </custom-template>

    <template-form type="template-form" name="test" value="7">TEST</template-form>
    <template-form name="test2">ABC</template-form>
    <template-form type="template-form"value="17">DEF <b subID="x">bold</b></template-form>

    <flexible-el>
        <button subID="a" tooltip="this is a button#def">A</button>
        <button subID="b">b</button>
    </flexible-el>

    <vortarium-template tag="paint-pot" colour="red" share="1">
      <template><i style="color: $colour; opacity: $share; display: block">$$#a</i></template>
    </vortarium-template>
    <paint-pot id="pot"></paint-pot>
    <vortarium-tooltip about="Restart" text="Everybody sees it.">
      <button id="named" aria-describedby="before">Restart</button>
    </vortarium-tooltip>
    <p id="before">It restarts.</p>
</body></html>"""
"""As its authors write them, and beside that ours."""
SCRIPT = """window.told = [];
for (const type of ["input", "change", "refused"]) {
  document.addEventListener(type, ({ target, detail }) => told.push([type, target.id, detail]));
}"""


@pytest.fixture(scope="module")
def school(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Exhibit]:
    """An exhibit that serves a teacher's page with one of each element, and shows no code."""
    folder = tmp_path_factory.mktemp("lesson")
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "wispy.html").write_text(WISPY, encoding="utf-8")
    (folder / "page.js").write_text(SCRIPT, encoding="utf-8")
    exhibit = Exhibit(
        *SMALL, "--no-show-code", "--static", f"lesson={folder}", environment=environment
    )
    yield exhibit.ready()
    exhibit.kill()


@pytest.fixture
def lesson(school: Exhibit, open_page: OpenPage) -> Page:
    """The teacher's page."""
    return open_page("static/lesson/", at=school.url)


def told(page: Page) -> Any:
    """What was told since the last question: [event, element, value]."""
    return page.evaluate("() => told.splice(0)")


def test_a_teachers_page_has_our_controls(lesson: Page) -> None:
    cooling = lesson.locator("#cooling")
    slider, entry = cooling.get_by_role("slider"), cooling.get_by_role("textbox")
    expect(lesson.get_by_label("Cooling", exact=True)).to_have_attribute("aria-valuetext", "0.01 μ")
    expect(slider).to_have_accessible_description("How fast it calms down.")
    slider.press("End")
    assert told(lesson) == [["input", "cooling", 1], ["change", "cooling", 1]]
    expect(entry).to_have_value("1")
    entry.fill("0,05")
    entry.press("Enter")
    assert told(lesson) == [["change", "cooling", 0.05]]
    entry.fill("much")
    entry.press("Enter")
    assert told(lesson) == [["refused", "cooling", "much"]]
    expect(entry).to_have_value("0.05")
    lesson.evaluate("() => { document.getElementById('cooling').value = 0.1; }")
    expect(entry).to_have_value("0.1")
    assert told(lesson) == []
    wall = lesson.get_by_role("switch", name="Wall")
    expect(wall).to_be_checked()
    wall.press("Space")
    assert told(lesson) == [["change", "wall", False]]
    trap = lesson.get_by_role("radiogroup", name="Trap")
    expect(trap).to_have_accessible_description("Its shape.")
    expect(trap.get_by_label("box")).to_be_checked()
    trap.get_by_label("box").press("ArrowUp")
    assert told(lesson) == [["change", "trap", "bowl"]]
    assert lesson.evaluate("document.getElementById('trap').value") == "bowl"


def test_values_go_into_templates_as_text_and_nowhere_else(lesson: Page) -> None:
    plates = lesson.locator("name-plate")
    expect(plates.locator("h5")).to_have_text(
        ["nobody costs $5", "nobody costs $7", f"{HOSTILE} costs $5"]
    )
    expect(plates.locator("h5").nth(2)).to_have_attribute("title", f"about {HOSTILE}")
    assert lesson.locator("name-plate img").count() == 0
    expect(lesson.locator("#full b")).to_have_text(["you", "you"])
    expect(lesson.locator("#plain i")).to_have_text(["nothing", "nothing"])
    expect(lesson.locator("#plain")).to_contain_text("TEST")
    lesson.evaluate("() => document.getElementById('full').setAttribute('name', 'Ada')")
    expect(lesson.locator("#full h5")).to_have_text("Ada costs $7")
    assert '"$name"' in (lesson.locator("#full style").text_content() or "")
    for markup in (
        "<a href='$x'>",
        "<button formaction='$x'>",
        "<p style='$x'>",
        "<p style='$x: red'>",
        "<p style='background: url($x)'>",
        "<p style='color: red; content: image-set(\"$x\")'>",
        "<iframe srcdoc='$x'>",
    ):
        refused = lesson.evaluate(
            """async (markup) => {
              const { findPlaceholders } = await import("/ui/js/elements/fill.js");
              const made = document.createElement("template");
              made.innerHTML = markup;
              try { findPlaceholders(made.content); } catch (fault) { return fault.message; }
            }""",
            markup,
        )
        assert "no placeholder" in refused, markup


def test_templates_of_wispyobserver_work_as_written(school: Exhibit, open_page: OpenPage) -> None:
    page = open_page("static/lesson/wispy.html", at=school.url)
    expect(page.locator("link[rel=icon]")).to_have_attribute(
        "href", re.compile("^data:image/svg.*circle.*fill%3A%20blue")
    )
    forms = page.locator("template-form")
    expect(forms.locator("h5")).to_have_text(["test", "test2", "default_name"])
    values = forms.locator("[type=number]").evaluate_all("all => all.map(({ value }) => value)")
    assert values == ["7", "5", "17"]
    expect(forms.locator("pre")).to_have_text(
        ["Inner HTML = TEST", "Inner HTML = ABC", "Inner HTML = DEF bold"]
    )
    expect(forms.locator("pre b")).to_have_text("bold")
    expect(page.locator("flexible-el button")).to_have_text(["A", "A", "b"])
    for button in page.locator("flexible-el button", has_text="A").all():
        button.hover()
        help_ = page.get_by_role("tooltip").filter(visible=True)
        expect(help_).to_have_text("this is a button", use_inner_text=True)
        button.click()
        expect(help_.locator(".tooltip-more")).to_have_text("def")
        expect(help_.locator(".tooltip-more")).to_be_visible()
        button.click()
        expect(help_).to_have_count(0)
    page.evaluate("document.querySelectorAll('flexible-el button')[0].remove()")
    expect(page.locator("body > .tooltip")).to_have_count(1)


def test_what_is_described_keeps_its_name_and_what_described_it(
    school: Exhibit, open_page: OpenPage
) -> None:
    page = open_page("static/lesson/wispy.html", at=school.url)
    button = page.locator("#named")
    expect(button).to_have_accessible_name("Restart")
    expect(button).to_have_accessible_description("It restarts. Everybody sees it.")


def test_values_in_a_style_stay_values(school: Exhibit, open_page: OpenPage) -> None:
    page = open_page("static/lesson/wispy.html", at=school.url)
    paint = page.locator("paint-pot i")
    expect(paint).to_have_text("$#a")

    def style(colour: str) -> str:
        page.evaluate(
            "(value) => document.getElementById('pot').setAttribute('colour', value)", colour
        )
        return str(paint.evaluate("one => one.style.cssText"))

    rest = "opacity: 1; display: block;"
    assert style("teal") == f"color: teal; {rest}"
    assert style("rgb(1 2 3 / 0.5)") == f"color: rgba(1, 2, 3, 0.5); {rest}"
    for hostile in ("red; position: fixed", "url(//x)", "red !important", "red}", "rgb(1", "/*"):
        assert style(hostile) == rest, hostile


def test_the_icon_of_a_tab_is_drawn_in_its_page(lesson: Page) -> None:
    icon = lesson.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", re.compile("^data:image/svg.*fill%3D%22teal%22"))
    lesson.evaluate("document.querySelector('svg-favicon').setAttribute('color', '\"/><x y=\"')")
    expect(icon).to_have_attribute("href", re.compile(quote('fill="&quot;/&gt;', safe="")))


def test_help_for_anything_by_mouse(lesson: Page) -> None:
    help_ = lesson.get_by_role("tooltip").filter(has_text="Everybody sees it.")
    expect(lesson.locator("#restart")).to_have_accessible_description("Everybody sees it.")
    expect(help_).to_be_hidden()
    lesson.hover("#restart")
    expect(help_).to_be_visible()
    lesson.mouse.move(600, 700)
    expect(help_).to_be_hidden()
    lesson.click("#restart")
    lesson.mouse.move(600, 700)
    expect(help_).to_be_visible()
    lesson.mouse.down()
    expect(help_).to_be_hidden()


@pytest.mark.parametrize("screen", ["small phone", "kiosk"])
@pytest.mark.long
def test_help_opens_by_a_tap_and_stays_on_the_screen(open_page: OpenPage, screen: str) -> None:
    page = open_page(**SCREENS[screen])
    open_drawer(page)
    viewport = SCREENS[screen]["viewport"]
    touch = SCREENS[screen].get("has_touch", False)
    for button in page.locator("#drawer .help-button:visible").all():
        (button.tap if touch else button.click)()
        shown = page.locator(".tooltip:visible")
        expect(shown).to_have_count(1)
        box = shown.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= viewport["width"]
        assert box["y"] + box["height"] <= viewport["height"]
    (button.tap if touch else button.click)()
    expect(shown).to_have_count(0)


# --- show me the code -------------------------------------------------------------------------


def test_the_code_is_shown_read_and_copied(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="About").press("Enter")
    page.get_by_role("button", name="Show me the code").press("Enter")
    sheet = page.get_by_role("dialog", name="The code of Superfluid")
    expect(sheet).to_be_visible()
    code = sheet.get_by_role("region", name="The code of Superfluid")
    expect(code.locator(".nc")).to_have_text("BEC")
    source = page.evaluate("async () => (await fetch('/api/models/BEC/source?plain')).text()")
    expect(code.locator(".line")).to_have_count(source.count("\n"))
    code.focus()
    page.keyboard.press("End")
    page.wait_for_function("() => document.getElementById('code-text').scrollTop > 0")
    sheet.get_by_role("button", name="Copy").press("Enter")
    expect(sheet.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").strip() == source.strip()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("button", name="Show me the code")).to_be_focused()


def test_on_a_phone_lines_of_code_wrap(open_page: OpenPage) -> None:
    page = open_page(**SCREENS["small phone"])
    page.tap("#open-about")
    page.tap("#open-code")
    expect(page.locator("#code-text .line").first).to_be_visible()
    widths = page.evaluate(
        "(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])"
        "(document.getElementById('code-text'))"
    )
    assert widths[0] <= widths[1]
    for button in page.locator("#code button").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= 320


def test_without_code_there_is_no_button(school: Exhibit, open_page: OpenPage) -> None:
    page = open_page(at=school.url)
    page.click("#open-about")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#open-code")).to_be_hidden()
