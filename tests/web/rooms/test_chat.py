"""Talk, over real sockets: who hears what, who may not speak, and what happens in the end."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
import websocket

from app.transport.limits import CLOSE_S
from tests.support.client import Client
from tests.support.exhibit import ROOT, Exhibit

PIN = "24681357"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def anna(exhibit: Exhibit) -> Client:
    return exhibit.visitor(name="Anna")


@pytest.fixture
def bert(exhibit: Exhibit, anna: Client) -> Client:
    client = exhibit.visitor(name="Bert")
    client.sync()
    return client


@pytest.fixture
def elsewhere(exhibit: Exhibit) -> Client:
    """On another stage."""
    client = exhibit.visitor(name="Elsa", room="HelloWorld")
    client.sync()
    return client


@pytest.fixture(scope="module")
def _pin(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, ROOT / "main.py", "operator"],
        input=f"{PIN}\n", text=True, env=environment, check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture
def operator(exhibit: Exhibit, _pin: None) -> Client:
    client = exhibit.visitor(name="Olga")
    assert client.ask("login", pin=PIN)["role"] == "operator"
    return client


def hears_nothing(client: Client, kind: str = "said") -> None:
    client.sync()
    assert [message for message in client.messages if message["type"] == kind] == []


def say(client: Client, text: str, **fields: Any) -> dict[str, Any]:
    """Say it, however often they must wait for their turn."""
    while (answer := client.ask("say", text=text, **fields)).get("code") == "too_fast":
        time.sleep(0.2)
    return answer


# --- what the example application of old could do (E1 to E11) ---------------------------------


def test_a_greeting_tells_name_colour_and_room(exhibit: Exhibit) -> None:
    welcome = exhibit.visitor(name="Cleo").welcome
    assert (welcome["you"]["name"], welcome["room"]) == ("Cleo", "BEC")
    assert len(welcome["you"]["colour"]) == 7


@pytest.mark.parametrize(
    "data", ["hi", None, 0, 10**30, 1.5, [], {"a": [1, {"b": HOSTILE}]}, "\x00\u202e", [[]] * 9]
)
def test_an_echo_goes_to_the_sender_alone(anna: Client, bert: Client, data: Any) -> None:
    answer = anna.ask("echo", data=data)
    assert answer == {"type": "echoed", "id": answer["id"], "data": data}
    hears_nothing(bert, "echoed")


def test_a_nested_echo_is_echoed_or_refused(anna: Client) -> None:
    for depth in (500, 900, *range(940, 1000), 2000, 10_000):
        anna.socket.send(f'{{"type":"echo","data":{"[" * depth}{"]" * depth}}}')
        answer = b""
        while not answer.startswith((b'{"type":"echoed"', b'{"type":"error"')):
            _, answer = anna.socket.recv_data()
        assert answer.count(b"[") == depth or b'"bad_message"' in answer


def test_what_is_said_reaches_all_in_the_room_and_no_other(
    anna: Client, bert: Client, elsewhere: Client
) -> None:
    before = time.time()
    mine = anna.ask("say", text=f"  {HOSTILE}\n\u202e ")
    theirs = bert.hear("said")
    assert mine.pop("id")
    assert mine == theirs
    at = theirs.pop("at")
    assert before <= at <= time.time()
    assert theirs == {
        "type": "said", "room": "BEC", "from": anna.id, "name": "Anna", "count": 1,
        "colour": anna.welcome["you"]["colour"], "text": HOSTILE,
    }  # fmt: skip
    hears_nothing(elsewhere)


def test_lines_are_counted_for_each_visitor_also_when_he_comes_back(
    exhibit: Exhibit, anna: Client, bert: Client
) -> None:
    assert [say(anna, "a")["count"], say(anna, "b")["count"], say(bert, "c")["count"]] == [1, 2, 1]
    anna.close()
    again = exhibit.visitor(resume=anna.welcome["you"]["resume"])
    assert say(again, "d")["count"] == 3
    [room] = [room for room in exhibit.json("healthz")["rooms"] if room["name"] == "BEC"]
    assert room["lines_said"] == {"Anna": 3, "Bert": 1}
    assert room["talk"] == "on"


def test_join_speak_there_list_and_leave(anna: Client, elsewhere: Client) -> None:
    assert anna.ask("rooms")["names"] == ["BEC"]
    refused = anna.ask("say", text="hello?", room="HelloWorld")
    assert refused["code"] == "forbidden"
    joined = anna.ask("join", room="HelloWorld")
    assert (joined["names"], joined["muted"], joined["you_muted"]) == (
        ["BEC", "HelloWorld"], [], False,
    )  # fmt: skip
    said = anna.ask("say", text="hello", room="HelloWorld")
    assert elsewhere.hear("said")["from"] == anna.id
    assert said["room"] == "HelloWorld"
    # Bert may answer, and she gets it in her own room.
    elsewhere.ask("say", text="welcome")
    assert anna.hear("said")["text"] == "welcome"
    assert anna.ask("leave", room="HelloWorld")["names"] == ["BEC"]
    assert anna.ask("leave", room="HelloWorld")["names"] == ["BEC"]
    elsewhere.ask("say", text="gone?")
    hears_nothing(anna)
    assert anna.ask("leave", room="BEC")["code"] == "forbidden"


def test_a_room_that_does_not_run_may_be_talked_in(anna: Client, bert: Client) -> None:
    for client in (anna, bert):
        assert client.ask("join", room="Quench")["names"] == ["BEC", "Quench"]
    anna.ask("say", text="is it cold here?", room="Quench")
    assert bert.hear("said")["room"] == "Quench"


def test_a_late_joiner_reads_what_was_said(exhibit: Exhibit) -> None:
    visitors = [exhibit.visitor() for _ in range(5)]
    texts = [say(who, f"line {i}")["text"] for i in range(5) for who in visitors]
    late = exhibit.visitor()
    late.ask("join", room="BEC")
    lines = late.hear("lines")
    assert lines["room"] == "BEC"
    assert [line["text"] for line in lines["lines"]] == texts[-20:]
    assert all("id" not in line for line in lines["lines"])


def test_bye_is_answered_and_the_connection_waits_for_the_peers_close(
    exhibit: Exhibit, anna: Client
) -> None:
    leaver = exhibit.visitor()
    leaver.send(type="bye", id="b")
    leaver.send(type="say", text="too late")
    assert leaver.hear("bye")["id"] == "b"
    assert leaver.closed() == 1000
    hears_nothing(anna)
    leaver.socket.send_close(1000)
    anna.hear("visitors", lambda m: leaver.id in m["left"])
    leaver.socket.settimeout(5)
    with pytest.raises((websocket.WebSocketConnectionClosedException, OSError)):
        leaver.socket.recv()


def test_a_peer_that_does_not_close_is_waited_for_and_cut_off(
    exhibit: Exhibit, anna: Client
) -> None:
    leaver = exhibit.visitor()
    asked = time.monotonic()
    leaver.send(type="bye")
    anna.hear("visitors", lambda m: leaver.id in m["left"])
    assert time.monotonic() - asked > 0.9 * CLOSE_S


def test_the_average_of_thirty_round_trips(exhibit: Exhibit, anna: Client) -> None:
    for rtt in [1000.0, *[4.0] * 15, *[8.0] * 15]:
        anna.ask("ping", t=0, rtt=rtt)
    [room] = [room for room in exhibit.json("healthz")["rooms"] if room["name"] == "BEC"]
    assert room["round_trips_ms"]["Anna"] == 6.0


@pytest.mark.long
def test_a_heartbeat_comes_though_time_stands_still(anna: Client) -> None:
    anna.ask("do", action="pause")
    assert "heartbeat" in anna.ask("subscribe", names=["heartbeat"])["subscribed"]
    first = anna.hear("channel")["value"]
    assert anna.hear("channel", patience_s=15)["value"] == first + 1
    anna.ask("do", action="start")


# --- the operator's ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        {"type": "broadcast", "text": "hear me"},
        {"type": "close_room", "room": "BEC"},
        {"type": "mute", "room": "BEC"},
        {"type": "mute", "visitor": 1},
        {"type": "mute"},
    ],
)
def test_a_guest_must_not(anna: Client, bert: Client, command: dict[str, Any]) -> None:
    fields = {name: value for name, value in command.items() if name != "type"}
    assert bert.ask(command["type"], **fields)["code"] == "forbidden"
    for kind in ("said", "closed", "muted"):
        hears_nothing(anna, kind)
    assert anna.ask("say", text="still here")["text"] == "still here"


def test_a_broadcast_reaches_every_room(operator: Client, anna: Client, elsewhere: Client) -> None:
    said = operator.ask("broadcast", text="We close at six.")
    assert said["room"] is None
    for client in (anna, elsewhere):
        heard = client.hear("said")
        assert (heard["text"], heard["from"], heard["room"]) == (
            "We close at six.", operator.id, None,
        )  # fmt: skip


def test_a_closed_room_is_told_and_ends(
    exhibit: Exhibit, operator: Client, elsewhere: Client, anna: Client
) -> None:
    anna.ask("join", room="HelloWorld")
    elsewhere.ask("say", text="the last word")
    resume = elsewhere.welcome["you"]["resume"]
    closed = operator.ask("close_room", room="HelloWorld")
    assert (closed["room"], closed["by"]) == ("HelloWorld", operator.id)
    assert elsewhere.hear("closed")["room"] == "HelloWorld"
    assert elsewhere.closed() == 1000
    # Those who only chatted there get a notice, and stay where they are.
    assert anna.hear("closed")["room"] == "HelloWorld"
    assert anna.ask("rooms")["names"] == ["BEC"]
    assert [room["name"] for room in exhibit.json("healthz")["rooms"]] == ["BEC"]
    # It may be opened again, and begins afresh.
    again = exhibit.visitor(resume=resume, room="HelloWorld")
    again.ask("join", room="HelloWorld")
    assert again.hear("lines")["lines"] == []
    assert operator.ask("close_room", room="nowhere")["code"] == "unknown_room"


def test_a_muted_visitor_is_told_and_heard_nowhere(
    exhibit: Exhibit, operator: Client, anna: Client, bert: Client
) -> None:
    assert operator.ask("mute", visitor=bert.id)["muted"] is True
    for client in (anna, bert):
        told = client.hear("muted")
        assert (told["visitor"], told["room"], told["by"]) == (bert.id, None, operator.id)
    assert bert.ask("say", text="but")["code"] == "forbidden"
    bert.ask("join", room="Quench")
    assert bert.ask("say", text="but", room="Quench")["code"] == "forbidden"
    again = exhibit.visitor(resume=bert.welcome["you"]["resume"])
    assert again.ask("rooms")["you_muted"] is True
    assert again.ask("say", text="but")["code"] == "forbidden"
    hears_nothing(anna)
    operator.ask("mute", visitor=bert.id, muted=False)
    assert again.hear("muted")["muted"] is False
    assert again.ask("say", text="thanks")["text"] == "thanks"
    assert operator.ask("mute", visitor=4)["code"] == "bad_value"


def test_in_a_muted_room_only_operators_speak(operator: Client, anna: Client) -> None:
    operator.ask("mute")
    assert anna.hear("muted")["room"] == "BEC"
    assert anna.ask("rooms")["muted"] == ["BEC"]
    assert anna.ask("say", text="but")["code"] == "forbidden"
    assert operator.ask("say", text="please listen")["type"] == "said"
    assert anna.hear("said")["text"] == "please listen"
    operator.ask("mute", room="BEC", muted=False)
    assert anna.ask("say", text="thanks")["type"] == "said"
    assert operator.ask("mute", room="nowhere")["code"] == "unknown_room"


def test_an_operator_begins_a_room_that_ends_with_its_last_visitor(
    operator: Client, anna: Client, bert: Client
) -> None:
    assert anna.ask("join", room="class 7b")["code"] == "forbidden"
    operator.ask("join", room="class 7b")
    anna.ask("join", room="class 7b")
    operator.close()
    anna.ask("say", text="are we alone?", room="class 7b")
    assert bert.ask("join", room="class 7b")["names"] == ["BEC", "class 7b"]
    assert bert.hear("lines")["lines"][0]["text"] == "are we alone?"
    anna.close()
    assert bert.ask("leave", room="class 7b")["names"] == ["BEC"]
    assert bert.ask("join", room="class 7b")["code"] == "forbidden"


@pytest.mark.parametrize("name", ["a\u202eb", " padded ", "two\nlines", "\u200d"])
def test_a_rooms_name_can_be_read(operator: Client, name: str) -> None:
    assert operator.ask("join", room=name)["code"] == "bad_value"


# --- half hostile -----------------------------------------------------------------------------


def test_whoever_talks_too_fast_waits_and_nobody_else(anna: Client, bert: Client) -> None:
    answers = [bert.ask("say", text=f"buy {i}") for i in range(8)]
    codes = [answer.get("code") for answer in answers]
    assert codes[:5] == [None] * 5
    assert "too_fast" in codes[5:]
    refused = next(answer for answer in answers if "code" in answer)
    assert "wait" in refused["message"]
    assert anna.ask("say", text="hi")["type"] == "said"


@pytest.mark.parametrize("text", [" ", "\u202e\u2066", "\x00\x07", "\u200d", "\u0301"])
def test_nothing_is_no_line(anna: Client, bert: Client, text: str) -> None:
    assert anna.ask("say", text=text)["code"] == "bad_value"
    hears_nothing(bert)


def test_a_visitor_is_in_a_few_rooms_at_most(exhibit: Exhibit, anna: Client) -> None:
    listed = [model["name"] for model in exhibit.json("api/models") if model["name"] != "BEC"]
    answers = [anna.ask("join", room=name) for name in listed]
    codes = [answer.get("code") for answer in answers]
    assert codes == [None] * 8 + ["busy"] * (len(listed) - 8)
    assert anna.ask("join", room=listed[0])["names"] == ["BEC", *listed[:8]]


def test_talk_that_is_off(start: Any) -> None:
    exhibit = start("--headless", "--port", "0", "--talk", "off").ready()
    anna = exhibit.visitor()
    for command in ({"type": "say", "text": "hi"}, {"type": "join", "room": "BEC"},
                 {"type": "rooms"}, {"type": "leave", "room": "x"}):  # fmt: skip
        anna.send(**command, id=3)
        assert anna.hear("error", lambda m: m["id"] == 3)["code"] == "forbidden"
    assert anna.ask("echo", data=1)["data"] == 1
    assert exhibit.json("healthz")["rooms"][0]["talk"] == "off"
