"""The page's protocol.js speaks the bytes of the golden files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.golden.make import FOLDER, FRAMES

GOLDEN = json.loads((FOLDER / "messages.json").read_text())

READ_FRAME = """async (bytes) => {
  const { parseFrame } = await import("/ui/js/protocol.js");
  const frame = parseFrame(new Uint8Array(bytes).buffer);
  return { ...frame, tracers: [...frame.tracers], picture: [...frame.picture] };
}"""
ASK = """async ([name, ...given]) => {
  const protocol = await import("/ui/js/protocol.js");
  try {
    return { value: protocol[name](...given) };
  } catch (fault) {
    return { fault: fault.constructor.name };
  }
}"""


@pytest.fixture
def page(open_page: Any) -> Page:
    return open_page("operator")


def ask(page: Page, name: str, *given: Any) -> Any:
    return page.evaluate(ASK, [name, *given])


def test_declares_the_same_messages(page: Page) -> None:
    declared = page.evaluate("""async () => {
      const { CLIENT_MESSAGES, SERVER_MESSAGES } = await import("/ui/js/protocol.js");
      return { client: CLIENT_MESSAGES, server: SERVER_MESSAGES };
    }""")
    assert declared == GOLDEN["declared"]


def test_builds_every_client_message(page: Page) -> None:
    for example in GOLDEN["client"]:
        fields = {name: value for name, value in example["json"].items() if name != "type"}
        answer = ask(page, "buildMessage", example["json"]["type"], fields)
        assert answer == {"value": example["json"]}


def test_builds_nothing_else(page: Page) -> None:
    wrong = {"hallo": {}, "hello": {}, "ack": {"seq": 1, "number": 1}, "finger": {"x": 0.5}}
    for name, fields in wrong.items():
        assert ask(page, "buildMessage", name, fields) == {"fault": "ProtocolError"}


def test_reads_every_server_message(page: Page) -> None:
    for example in GOLDEN["server"]:
        answer = ask(page, "parseMessage", json.dumps(example["json"]))
        assert answer == {"value": example["seen"]}


def test_ignores_messages_of_newer_servers(page: Page) -> None:
    assert ask(page, "parseMessage", '{"type": "toString"}') == {"value": None}


def test_reads_no_nonsense(page: Page) -> None:
    for text in ("", "[]", "null", '{"type": 3}', '{"type": "pong"}'):
        assert ask(page, "parseMessage", text) == {"fault": "ProtocolError"}


def test_reads_frames(page: Page) -> None:
    for name in FRAMES:
        packed = (FOLDER / f"frame-{name}.bin").read_bytes()
        seen = json.loads((FOLDER / f"frame-{name}.json").read_text())
        assert page.evaluate(READ_FRAME, list(packed)) == seen


def test_refuses_broken_frames(page: Page) -> None:
    packed = list((FOLDER / "frame-bare.bin").read_bytes())
    for broken in ([], packed[:20], packed[:-1], [*packed, 0], [0, *packed[1:]]):
        fault = page.evaluate(
            f"(bytes) => ({READ_FRAME})(bytes).catch((fault) => fault.constructor.name)", broken
        )
        assert fault == "ProtocolError"
