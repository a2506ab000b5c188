"""What the exhibit tells about itself: its models' code, its commands, its figures."""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

import models
from app.compute.commands import available
from app.rooms.source import MAX_SOURCE_BYTES, SourceError, of_class, of_file
from tests.support.exhibit import Exhibit, wait_until
from tests.support.serving import Serving

USERS_FILE = '''# -*- coding: latin-1 -*-
from models.exhibits.bec import BEC

HOSTILE = "</pre><script>alert(1)</script> & é"


class Mine(BEC):
    """My own."""
'''


def text_of(page: bytes) -> str:
    """What a reader sees of highlighted code."""
    return html.unescape(re.sub(r"<[^>]*>", "", page.decode()))


# --- the code ---------------------------------------------------------------------------------


def test_every_models_code_is_shown_as_it_is(exhibit: Exhibit) -> None:
    for name in models.names():
        status, headers, page = exhibit.get(f"api/models/{name}/source")
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
        code = inspect.getsource(inspect.getmodule(models.get(name)))  # type: ignore[arg-type]
        assert text_of(page).rstrip("\n") == code.rstrip("\n")
        assert page.count(b'<span class="line">') == code.count("\n")
        assert b"style=" not in page
    for plain in (
        exhibit.get("api/models/BEC/source", {"Accept": "text/plain"}),
        exhibit.get("api/models/BEC/source?plain"),
    ):
        assert plain[1]["content-type"] == "text/plain; charset=utf-8"
        assert plain[2].decode() == of_class(models.get("BEC"))


@pytest.mark.parametrize(
    "name",
    ["Nothing", "bec", "models.exhibits.bec", "..", "../bec", "..%2f..%2fapp%2foperator", "BEC.py",
     "%2fetc%2fpasswd", "BEC%00", "GrossPitaevskii", "operator"],
)  # fmt: skip
def test_only_listed_models_have_code(exhibit: Exhibit, name: str) -> None:
    status, _, body = exhibit.get(f"api/models/{name}/source")
    assert status == 404
    assert b"import" not in body


def test_a_users_file_is_shown_and_no_markup_in_it_counts(
    start: Callable[..., Exhibit], tmp_path: Path
) -> None:
    file = tmp_path / "my_models.py"
    file.write_text(USERS_FILE, encoding="latin-1")
    exhibit = start("--headless", "--port=0", "--model", f"{file}:Mine").ready()
    status, _, page = exhibit.get("api/models/Mine/source")
    assert status == 200
    assert b"<script" not in page
    assert text_of(page).rstrip("\n") == USERS_FILE.rstrip("\n")
    # The listed models are still there, each with its own.
    assert b"class BECFlow" in exhibit.get("api/models/BECFlow/source?plain")[2]
    file.unlink()
    status, _, said = exhibit.get("api/models/Mine/source")
    assert (status, said) == (404, b"the model's file cannot be read any more\n")


def test_a_setting_keeps_the_code_back(start: Callable[..., Exhibit]) -> None:
    exhibit = start("--headless", "--port=0", "--no-show-code").ready()
    status, _, said = exhibit.get("api/models/BEC/source")
    assert status == 404
    assert b"does not show" in said
    assert exhibit.json("api/features")["code"] is False


def test_what_is_no_readable_code_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "large.py"
    for content in (b"#" * (MAX_SOURCE_BYTES + 1), b"\xff\xfe", b"# coding: nonsense\n"):
        file.write_bytes(content)
        with pytest.raises(SourceError):
            of_file(file)
    with pytest.raises(SourceError):
        of_file(tmp_path)


# --- commands ---------------------------------------------------------------------------------


def test_every_command_is_described(exhibit: Exhibit) -> None:
    commands = exhibit.json("api/commands")
    for entry in commands["messages"] + commands["routes"]:
        assert entry["description"], entry
        assert set(entry["roles"]) <= {"guest", "kiosk", "operator"}
    finger = next(entry for entry in commands["messages"] if entry["type"] == "finger")
    assert finger["fields"]["properties"]["x"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert set(finger["fields"]["required"]) == {"type", "touch", "x", "y"}
    assert set(commands["models"]) == set(models.names())
    for about in exhibit.json("api/models"):
        told = commands["models"][about["name"]]
        assert told["do"] == about["actions"]
        assert told["subscribe"] == about["channels"]
        assert set(told["view"]) == {view["name"] for view in about["views"]}
        # ZeroMQ's clients hear the same words.
        over_zeromq = available(about)
        for verb in ("do", "set"):
            shared = set(over_zeromq[verb]) & set(told[verb])
            assert shared >= {"pause", "reset"} if verb == "do" else shared == set(told["set"])
            assert all(over_zeromq[verb][word] == told[verb][word] for word in shared)


# --- figures ----------------------------------------------------------------------------------


def test_metrics_tell_how_each_room_runs(serving: Serving) -> None:
    hostile = 'a "b"\\\n} 1\nvortarium_fake 7 \u202e'
    serving.visitor("kiosk", room=hostile, model="BEC")
    guest = serving.visitor("guest")
    for rtt in (25, 35):
        guest.send(type="ping", t=0, rtt=rtt)
    guest.sync()

    def told() -> dict[str, dict[str, float]]:
        text = serving.get("metrics")[1].decode()
        return {
            family.name.removeprefix("vortarium_"): {
                sample.labels.get("room", ""): sample.value for sample in family.samples
            }
            for family in text_string_to_metric_families(text)
        }

    wait_until(lambda: told()["room_steps_per_second"]["BEC"] > 0, "it runs")
    figures = told()
    assert set(figures) == {
        "info", "room_frames_per_second", "room_steps_per_second", "room_visitors",
        "room_waiting", "room_restarts", "room_round_trip_seconds",
    }  # fmt: skip
    assert figures["room_visitors"] == {hostile: 1, "BEC": 1}
    assert figures["room_restarts"] == {hostile: 0, "BEC": 0}
    assert figures["room_round_trip_seconds"] == {"BEC": 0.03}
