"""Pages chat: two visitors, further rooms, an operator, a phone; and text stays text."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CONNECTED, OpenPage
from tests.browser.test_layout import SCREENS, check
from tests.support.exhibit import ROOT, Exhibit

PIN = "24681357"
PAYLOADS = (
    "<script>window.caught = 1</script>",
    "<img src=x onerror='window.caught = 1'>",
    "<svg onload='window.caught = 1'><animate onbegin='window.caught = 1'></svg>",
    "<iframe srcdoc='<script>top.caught = 1</script>'></iframe>",
    "<a href='javascript:window.caught = 1'>click</a>",
    "\"><input autofocus onfocus='window.caught = 1'>",
    "<style>* { display: none }</style><details open ontoggle='window.caught = 1'>",
    "{{constructor.constructor('window.caught = 1')()}}${window.caught = 1}",
    "&lt;script&gt;window.caught = 1&lt;/script&gt; &amp; &#x3c;",
    "]]><!-- --!><math><mtext></p><img src=x onerror=caught=1>",
)


@pytest.fixture(scope="module")
def pin(environment: dict[str, str]) -> str:
    """The operator's."""
    subprocess.run(
        [sys.executable, ROOT / "main.py", "operator"],
        input=f"{PIN}\n", text=True, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    return PIN


def open_chat(page: Page) -> None:
    page.click("#open-chat")
    page.wait_for_function("() => !document.getElementById('chat').getAnimations().length")


def expect_last(page: Page, *texts: str) -> None:
    """The log ends so; others may have talked in the room before."""
    end = page.locator("#chat-lines .words").last
    expect(end).to_have_text(texts[-1])
    assert page.locator("#chat-lines .words").all_inner_texts()[-len(texts) :] == list(texts)


def write(page: Page, text: str) -> None:
    page.fill("#chat-text", text)
    page.press("#chat-text", "Enter")
    expect(page.locator("#chat-text")).to_have_value("")


def enter_as_operator(page: Page, pin: str) -> None:
    """From the operator's page to the room."""
    page.fill("#pin", pin)
    page.press("#pin", "Enter")
    page.locator("[data-room=BEC]").get_by_role("link", name="Go there").click()
    page.wait_for_selector(CONNECTED)


def test_two_pages_chat_and_a_late_one_reads_it(open_page: OpenPage) -> None:
    ada, grace = open_page(name="Ada"), open_page(name="Grace")
    open_chat(ada)
    expect(ada.locator("#chat-empty")).to_contain_text("Hello, Ada.")
    write(ada, "Seen a vortex?")
    # Grace is told that there is something to read, by eye and by ear.
    expect(grace.locator("#chat-unread")).to_have_text("1")
    expect(grace.locator("#open-chat")).to_have_attribute("aria-label", "Chat, 1 unread")
    grace.focus("#open-chat")
    grace.keyboard.press("Enter")
    line = grace.locator("#chat-lines .chat-line")
    expect(line.locator(".speaker")).to_have_text("Ada")
    expect(grace.locator("#chat-unread")).to_be_hidden()
    colour = line.locator(".speaker").evaluate("one => getComputedStyle(one).color")
    dot = grace.get_by_text("Ada", exact=True).first.locator("xpath=../span[@class='dot']")
    assert colour == dot.evaluate("one => getComputedStyle(one).backgroundColor")
    log = grace.locator("#chat-lines")
    assert (log.get_attribute("role"), log.get_attribute("aria-live")) == ("log", "polite")
    write(grace, "Two!")
    expect(ada.locator(".speaker")).to_have_text(["You", "Grace"])
    expect(ada.locator("#chat-foot")).to_contain_text("1 line said")
    expect(grace.locator("#figure-rtt")).to_have_text(re.compile(r"^\d"))
    grace.keyboard.press("Escape")
    expect(grace.locator("#chat")).to_be_hidden()
    assert grace.evaluate("document.activeElement.id") == "open-chat"
    late = open_page(name="Late")
    open_chat(late)
    expect_last(late, "Seen a vortex?", "Two!")


def test_script_payloads_do_nothing(open_page: OpenPage, exhibit: Exhibit) -> None:
    hostile = [exhibit.visitor(name="<b onclick=caught=1>") for _ in range(2)]
    page = open_page()
    open_chat(page)
    for number, payload in enumerate(PAYLOADS):
        assert hostile[number % 2].ask("say", text=payload)["text"] == payload
    expect_last(page, *PAYLOADS)
    tags = page.locator("#chat-lines *").evaluate_all("all => all.map((one) => one.localName)")
    assert set(tags) == {"p", "span", "time"}
    expect(page.locator("#chat-lines .speaker").last).to_contain_text("<b onclick=caught=1>")
    for line in page.locator("#chat-lines .words").all():
        line.click()
    assert page.evaluate("window.caught") is None
    expect(page.locator("#chat-form")).to_be_visible()


@pytest.mark.long
def test_further_rooms_are_joined_switched_remembered_and_left(
    open_page: OpenPage, exhibit: Exhibit
) -> None:
    page = open_page(name="Ada")
    elsewhere = exhibit.visitor(name="Elsa", room="HelloWorld")
    open_chat(page)
    page.click("#chat-more summary")
    page.wait_for_function("() => document.getElementById('chat-known').options.length > 9")
    page.fill("#chat-other", "hello")
    page.press("#chat-other", "Enter")
    rooms = page.locator("#chat-rooms .button")
    expect(rooms).to_have_text(["Superfluid", "Hello"])
    write(page, "Hello, Hello")
    assert elsewhere.hear("said")["room"] == "HelloWorld"
    page.click("#chat-rooms [data-room=BEC]")
    expect(page.get_by_text("Hello, Hello")).to_have_count(0)
    elsewhere.ask("say", text="Welcome")
    expect(page.locator("#chat-rooms [data-room=HelloWorld] .badge")).to_have_text("1")
    page.reload()
    page.wait_for_selector(CONNECTED)
    expect(page.locator("#open-chat")).to_be_visible()
    open_chat(page)
    expect(rooms).to_have_text(["Superfluid", "Hello"])
    page.click("#chat-rooms [data-room=HelloWorld]")
    expect(page.locator("#chat-lines .words")).to_have_text(["Hello, Hello", "Welcome"])
    page.click("#chat-more summary")
    page.click("#chat-leave")
    expect(rooms).to_have_count(1)
    page.fill("#chat-other", "nowhere")
    page.press("#chat-other", "Enter")
    expect(page.locator("#toasts")).to_contain_text("only for kiosk and operator")


@pytest.mark.long
def test_the_operator_announces_mutes_and_closes(
    open_page: OpenPage, exhibit: Exhibit, pin: str
) -> None:
    ada = open_page(name="Ada")
    open_chat(ada)
    write(ada, "Rude words")
    olga = open_page("operator")
    enter_as_operator(olga, pin)
    expect(olga.locator("#open-chat")).to_be_visible()
    open_chat(olga)
    olga.get_by_role("button", name="Mute Ada", exact=True).last.click()
    expect(ada.locator("#chat-text")).to_be_disabled()
    expect(ada.locator("#chat-lines .told")).to_contain_text("You may not write any more.")
    olga.get_by_role("button", name="Unmute Ada", exact=True).last.click()
    expect(ada.locator("#chat-text")).to_be_enabled()
    write(ada, "Sorry")
    olga.get_by_role("button", name="Mute Ada", exact=True).last.click()
    expect(ada.locator("#chat-text")).to_be_disabled()
    olga.click("#chat-more summary")
    olga.check("#chat-everybody")
    write(olga, "We close at six.")
    for page in (ada, olga):
        expect(page.locator("#toasts")).to_contain_text("We close at six.")
        expect(page.locator(".announcement .words")).to_have_text("We close at six.")
    olga.click("#chat-mute")
    expect(olga.locator("#chat-mute")).to_have_text("Unmute room")
    expect(ada.locator("#chat-lines .told").last).to_contain_text("Only the operator")
    close = olga.get_by_role("button", name="Close room")
    close.click()
    expect(close).to_have_attribute("data-asking", "ready")
    close.click()
    expect(ada.locator("#gone-title")).to_have_text("This room is closed")
    assert "BEC" not in [room["name"] for room in exhibit.json("healthz")["rooms"]]
    ada.click("#come-back button")
    expect(ada.locator("#gone")).to_be_hidden()
    ada.wait_for_selector(CONNECTED)


@pytest.mark.long
def test_leaving_stays_away_until_asked_to_come_back(open_page: OpenPage) -> None:
    page, other = open_page(name="Ada"), open_page(name="Grace")
    open_chat(page)
    page.click("#chat-more summary")
    page.click("#chat-bye")
    expect(page.locator("#gone-title")).to_have_text("You have left")
    expect(other.locator(".visitor-name")).to_have_text(["Grace"])
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#gone")).to_be_visible()
    page.click("#come-back button")
    expect(other.locator(".visitor-name")).to_have_count(2)


@pytest.mark.parametrize("screen", ["small phone", "phone", "phone on its side", "kiosk"])
def test_the_chat_fits_the_screen_and_stays_above_the_keyboard(
    open_page: OpenPage, exhibit: Exhibit, screen: str
) -> None:
    page = open_page(**SCREENS[screen])
    other = exhibit.visitor(name="N" * 24)
    for text in ("W" * 280, "a b " * 70, "é" + "\u0301" * 200):
        other.ask("say", text=text)
    expect(page.locator("#chat-unread")).to_have_text("3")
    check(page)
    open_chat(page)
    page.click("#chat-more summary")
    check(page)
    page.wait_for_function(
        """() => {
          const { scrollHeight, scrollTop, clientHeight } = document.getElementById("chat-lines");
          return scrollHeight - scrollTop - clientHeight < 2;
        }"""
    )
    page.click("#chat-more summary")
    keyboard = 0 if screen == "kiosk" else page.viewport_size["height"] * 0.4  # type: ignore[index]
    page.evaluate(
        """(keyboard) => {
          const height = { get: () => innerHeight - keyboard };
          Object.defineProperty(visualViewport, "height", height);
          visualViewport.dispatchEvent(new Event("resize"));
        }""",
        keyboard,
    )
    page.focus("#chat-text")
    box = page.locator("#chat-form").bounding_box()
    header = page.locator("#close-chat").bounding_box()
    assert box
    assert header
    assert header["y"] >= 0
    assert header["y"] + header["height"] <= box["y"]
    assert box["y"] + box["height"] <= page.viewport_size["height"] - keyboard  # type: ignore[index]


def test_where_chat_is_off_there_is_no_button(open_page: OpenPage, start: type[Exhibit]) -> None:
    exhibit = start("--headless", "--port", "0", "--chat", "off", "--Nx", "32", "--Ny", "32")
    page = open_page(at=exhibit.ready().url)
    expect(page.locator("#open-chat")).to_be_hidden()
