"""`POST /api/rooms/<room>/feed`: who may, what is taken, what is refused, and who sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app import show_config
from app.settings.exhibit import parse
from app.settings.options import SettingsError
from app.transport.limits import MAX_BODY_BYTES, MAX_FEED_BYTES
from tests.support.client import Client
from tests.support.exhibit import ROOT, Exhibit
from tests.support.feeding import post, token_of
from tests.support.serving import PIN

SUNNY = {"mood": "sunny", "caption": "Holidays!"}
TOKEN = "a-token_of-24-characters"


@pytest.fixture
def watcher(exhibit: Exhibit) -> Client:
    """Somebody in the cloud's room who hears its mood."""
    client = exhibit.visitor(room="Cloud")
    client.ask("subscribe", names=["mood"])
    client.hear("channel")
    return client


def test_a_state_is_shown_to_everybody_and_to_who_comes_later(
    exhibit: Exhibit, watcher: Client
) -> None:
    answer = post(exhibit, SUNNY)
    assert (answer.status, answer.state) == (200, SUNNY)
    assert watcher.hear("channel")["value"] == SUNNY
    late = exhibit.visitor(room="Cloud")
    late.ask("subscribe", names=["mood"])
    assert late.hear("channel")["value"] == SUNNY


def test_all_share_one_state_and_it_ends_with_the_room(
    exhibit: Exhibit, watcher: Client, environment: dict[str, str]
) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "operator"],
        input=f"{PIN}\n", text=True, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    several = [watcher, *(exhibit.visitor(room="Cloud") for _ in range(3))]
    assert post(exhibit, SUNNY).status == 200
    rooms = [room for room in exhibit.json("healthz")["rooms"] if room["model"] == "Cloud"]
    assert [room["visitors"] for room in rooms] == [len(several)]
    assert several[-1].ask("login", pin=PIN)["role"] == "operator"
    several[-1].ask("close_room", room="Cloud")
    assert watcher.hear("closed")["room"] == "Cloud"
    for client in several:
        client.close()
    again = exhibit.visitor(room="Cloud")
    again.ask("subscribe", names=["mood"])
    assert again.hear("channel")["value"] != SUNNY


def test_a_visitor_needs_no_token_and_cannot_feed(exhibit: Exhibit, watcher: Client) -> None:
    watcher.send(type="feed", id=7, state=SUNNY)
    assert watcher.hear("error")["code"] == "unknown_type"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer caf\xe9"},
        {"Authorization": "Basic dG9rZW4="},
    ],
)
def test_without_the_token_nothing_is_shown_nor_told(
    exhibit: Exhibit, watcher: Client, headers: dict[str, str]
) -> None:
    for room in ("Cloud", "nowhere"):
        refused = post(exhibit, SUNNY, room=room, headers={"X": "y", **headers})
        assert refused.status == 403
        assert "nowhere" not in refused.text
    watcher.sync()
    assert [one for one in watcher.messages if one["type"] == "channel"] == []


def test_a_key_that_is_no_utf8_is_wrong_and_no_fault(exhibit: Exhibit) -> None:
    odd = {"Authorization": "Bearer caf\xe9"}
    assert exhibit.get("quit", odd, method="POST")[0] == 403
    assert "Traceback" not in exhibit.errors


def test_the_bare_token_is_not_enough(exhibit: Exhibit) -> None:
    bare = {"Authorization": token_of(exhibit)}
    assert post(exhibit, SUNNY, headers=bare).status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_foreign_pages_are_refused_even_with_the_token(exhibit: Exhibit, origin: str) -> None:
    headers = {"Authorization": f"Bearer {token_of(exhibit)}", "Origin": origin}
    assert post(exhibit, SUNNY, headers=headers).status == 403


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (b"", "JSON object"),
        (b"{", "JSON object"),
        (b"\xff\xfe", "JSON object"),
        (b"[" * 2000, "JSON object"),
        (b"{\"a\":" * 500, "JSON object"),
        ([], "JSON object"),
        ("sunny", "JSON object"),
        ({"mood": {"$gt": ""}}, "JSON object"),
        ({"mood": None}, "JSON object"),
        ({str(i): i for i in range(33)}, "JSON object"),
        ({"x" * 65: 1}, "JSON object"),
        ({}, "mood, caption"),
        ({"mood": "hungry"}, "stormy"),
        ({"mood": "sunny", "caption": "x" * 121}, "120"),
        ({"mood": "sunny", "caption": 1e308}, "text"),
        ({"mood": "sunny", "__class__": "x"}, "caption"),
    ],
)  # fmt: skip
def test_a_state_that_does_not_fit_changes_nothing(
    exhibit: Exhibit, watcher: Client, state: object, words: str
) -> None:
    refused = post(exhibit, state)
    assert refused.status == 400
    assert words in refused.text
    assert "\n" not in refused.text.rstrip("\n")
    watcher.sync()
    assert [one for one in watcher.messages if one["type"] == "channel"] == []


def test_a_large_state_is_refused_before_it_is_read(exhibit: Exhibit) -> None:
    pad = b" " * MAX_FEED_BYTES
    assert post(exhibit, json.dumps(SUNNY).encode() + pad).status == 413
    assert post(exhibit, b" " * (MAX_BODY_BYTES + 1)).status == 413


@pytest.mark.parametrize("room", ["nowhere", "..%2fCloud", "cloud", "%00"])
def test_a_room_that_cannot_be_is_refused_with_those_that_can(exhibit: Exhibit, room: str) -> None:
    refused = post(exhibit, SUNNY, room=room)
    assert refused.status == 404
    assert room != "nowhere" or "Cloud" in refused.text


def test_a_room_whose_model_takes_no_feed_says_so(exhibit: Exhibit) -> None:
    assert "no feed" in post(exhibit, SUNNY, room="BEC").text
    exhibit.visitor(room="BEC")
    refused = post(exhibit, SUNNY, room="BEC")
    assert (refused.status, "no feed" in refused.text) == (400, True)


def test_other_methods_are_refused(exhibit: Exhibit) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert exhibit.get("api/rooms/Cloud/feed", method=method)[0] == 405


def test_states_that_come_too_fast_are_refused(exhibit: Exhibit) -> None:
    statuses = {post(exhibit, SUNNY, room="Quench").status for _ in range(30)}
    while 429 not in statuses:  # a slow machine posts slowly
        statuses |= {post(exhibit, SUNNY, room="Quench").status for _ in range(30)}
    assert statuses == {400, 429}
    # Other rooms have their own pace.
    assert post(exhibit, SUNNY, room="Turbulence").status == 400


def test_what_is_fed_before_anybody_comes_waits_for_him(start: Callable[..., Exhibit]) -> None:
    exhibit = start("--headless", "--port", "0", VORTARIUM_FEED_TOKEN=TOKEN).ready()
    assert not [line for line in exhibit.lines if TOKEN in line or "token" in line]
    assert post(exhibit, {"mood": "snowy"}, token=TOKEN).status == 202
    assert post(exhibit, {"mood": "hungry"}, token=TOKEN).status == 400
    answer = post(exhibit, {"mood": "stormy"}, token=TOKEN)
    assert (answer.status, answer.state) == (202, {"mood": "stormy", "caption": ""})
    assert exhibit.json("healthz")["rooms"] == []
    first = exhibit.visitor(room="Cloud")
    first.ask("subscribe", names=["mood"])
    assert first.hear("channel")["value"]["mood"] == "stormy"
    assert TOKEN not in exhibit.errors


@pytest.mark.parametrize("token", ["", "short", "with blanks in the middle", "x" * 15, "ä" * 20])
def test_a_weak_token_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, token: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(SettingsError, match="at least 16") as refused:
        parse(["--feed-token", token])
    assert not token or token not in str(refused.value)


def test_the_token_is_never_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("VORTARIUM_FEED_TOKEN", TOKEN)
    assert parse([]).feed_token == TOKEN
    assert show_config.run([]) == 0
    shown = capsys.readouterr().out
    assert TOKEN not in shown
    assert "# feed-token is set, and not shown  # environment: VORTARIUM_FEED_TOKEN" in shown
