"""The operator's console over HTTP: what it tells, each act, and who may not."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from app.process.launch import EXIT_AGAIN, EXIT_OK
from app.process.log_tail import LINES, MAX_LINE_CHARS, LogTail
from app.web.auth.bans import MAX_BANS, Bans
from app.web.http.access import lan_address
from tests.support.client import ClosedError
from tests.support.serving import PIN, Serving

Act = Callable[..., tuple[int, str]]


@pytest.fixture
def act(serving: Serving) -> Act:
    """Does something as an operator who has logged in: status and answer."""
    _, body = serving.get(
        "api/operator/login", method="POST", body=json.dumps({"pin": PIN}).encode()
    )
    key = json.loads(body)["key"]

    def do(act: str, **fields: Any) -> tuple[int, str]:
        told = json.dumps({"act": act, **fields}).encode()
        status, answer = serving.get("api/operator/act", key, "POST", body=told)
        return status, answer.decode()

    do.key = key  # type: ignore[attr-defined]
    return do


def report(serving: Serving, act: Act) -> dict[str, Any]:
    """What the console tells."""
    told: dict[str, Any] = json.loads(serving.get("api/operator", act.key)[1])  # type: ignore[attr-defined]
    return told


def test_it_tells_who_is_where_and_counts_nobody_at_the_console(serving: Serving, act: Act) -> None:
    assert report(serving, act)["rooms"] == []
    guest = serving.visitor("guest", name="Ada")
    guest.ask("say", text="<b>hello</b>")
    kiosk = serving.visitor("kiosk")
    told = report(serving, act)
    (room,) = told["rooms"]
    assert (room["name"], room["model"], room["locked"], room["muted"]) == (
        "BEC",
        "BEC",
        False,
        False,
    )
    ada, wall = room["visitors"]
    assert (ada["id"], ada["name"], ada["lines"], ada["muted"]) == (guest.id, "Ada", 1, False)
    assert (wall["id"], wall["role"], wall["address"]) == (kiosk.id, "kiosk", "127.0.0.1")
    assert bool(told["guests"]["code"]) == (lan_address() != "127.0.0.1")
    assert "no visitor 17" in act("kick", visitor=17)[1]


def test_wrong_pins_and_keys_open_nothing(serving: Serving) -> None:
    for body in (b"", b"{}", b'{"pin": 4711}', b'{"pin": "4711", "more": 1}', b"[" * 999):
        assert serving.get("api/operator/login", method="POST", body=body)[0] == 400
    wrong = json.dumps({"pin": "1147"}).encode()
    statuses = [serving.get("api/operator/login", method="POST", body=wrong)[0] for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    for key in ("", "x", serving.launch.kiosk_token):
        assert serving.get("api/operator", key)[0] == 403
        assert serving.get("api/operator/act", key, "POST", body=b'{"act":"quit"}')[0] == 403
    assert serving.process.poll() is None


def test_what_does_not_fit_or_cannot_be_done_is_told(serving: Serving, act: Act) -> None:
    for body in (
        b"", b"{}", b'{"act":"format_disk"}', b'{"act":"kick"}', b'{"act":"kick","visitor":-1}',
        b'{"act":"kick","visitor":1,"minutes":1e9}', b'{"act":"lock","room":"BEC","locked":"yes"}',
        b'{"act":"quit","now":true}', b'"quit"',
    ):  # fmt: skip
        key = act.key  # type: ignore[attr-defined]
        assert serving.get("api/operator/act", key, "POST", body=body)[0] == 400
    kiosk = serving.visitor("kiosk")
    for name, fields, word in (
        ("kick", {"visitor": 17}, "no visitor 17"),
        ("kick", {"visitor": kiosk.id}, "staff"),
        ("lock", {"room": "nowhere"}, "nowhere"),
        ("restart", {"room": "nowhere"}, "nowhere"),
        ("close", {"room": "nowhere"}, "nowhere"),
        ("mute", {"visitor": 17}, "no visitor 17"),
        ("mute_room", {"room": "nowhere"}, "nowhere"),
    ):
        status, answer = act(name, **fields)
        assert (status, word in answer) == (409, True), (name, answer)


def test_who_is_kicked_stays_out_until_he_is_pardoned(serving: Serving, act: Act) -> None:
    guest, other = serving.visitor("guest", name="Ada"), serving.visitor("guest")
    resume = guest.welcome["you"]["resume"]
    assert act("kick", visitor=guest.id)[0] == 200
    assert guest.closed() == 1008
    other.hear("visitors", lambda m: guest.id in m["left"])
    back = serving.stranger()
    back.send(type="hello", protocol=1, resume=resume)
    assert "sent you away" in back.hear("error")["message"]
    assert back.closed() == 1008
    assert report(serving, act)["bans"] == 1
    # This machine's own address is not kept out, and neither is who did nothing.
    serving.visitor("guest", name="Grace")
    assert act("pardon")[0] == 200
    assert serving.visitor("guest", resume=resume).id == guest.id
    assert act("kick", visitor=guest.id, minutes=0)[0] == 200
    assert serving.visitor("guest", resume=resume).id == guest.id


def test_with_a_guest_his_address_is_kept_out_for_guests_alone(serving: Serving, act: Act) -> None:
    host = lan_address()
    if host == "127.0.0.1":
        pytest.skip("this machine has no network, so nobody comes from elsewhere")
    code = report(serving, act)["guests"]["code"]
    inside, serving.url = serving.url, serving.url.replace("127.0.0.1", host)
    guest = serving.stranger()
    guest.hello(token=code)
    another = serving.stranger()
    serving.url = inside
    assert act("kick", visitor=guest.id)[0] == 200
    another.send(type="hello", protocol=1, token=code)
    assert "sent you away" in another.hear("error")["message"]


def test_locked_controls_move_for_operators_alone(serving: Serving, act: Act) -> None:
    guest, kiosk, operator = (serving.visitor(role) for role in ("guest", "kiosk", "operator"))
    assert act("lock", room="BEC")[0] == 200
    for client in (guest, kiosk, operator):
        assert client.hear("locked")["locked"] is True
    before = serving.state()
    for client in (guest, kiosk):
        for command in (
            {"type": "set", "params": {"cooling": 0.5}},
            {"type": "do", "action": "pause"},
            {"type": "rpc", "op": "set", "target": "model.cooling", "args": [0.5]},
            {"type": "rpc", "op": "call", "target": "model.energy"},
        ):
            client.send(id="tried", **command)
            refused = client.hear("error", lambda m: m["id"] == "tried")
            assert refused["code"] == "forbidden"
        assert "value" in client.ask("rpc", op="get", target="model.cooling")
    assert serving.state() == before
    guest.send(type="finger", touch=0, x=0.5, y=0.5)
    kiosk.see(lambda frame: frame.finger_of(guest.id) is not None)
    assert operator.ask("set", params={"cooling": 0.25})["type"] == "state"
    # Who comes later is told, too.
    late = serving.stranger()
    late.hello()
    assert late.hear("locked")["locked"] is True
    assert act("lock", room="BEC", locked=False)[0] == 200
    assert guest.hear("locked")["locked"] is False
    assert guest.ask("set", params={"cooling": 0.5})["type"] == "state"


def test_a_restarted_model_has_first_values_and_its_visitors(serving: Serving, act: Act) -> None:
    guest, other = serving.visitor("guest", name="Ada"), serving.visitor("guest", name="Bea")
    first = guest.welcome["state"]["params"]["cooling"]
    guest.ask("set", params={"cooling": first / 2})
    guest.ask("do", action="pause")
    seq = guest.see().seq
    guest.messages.clear()
    guest.frames.clear()
    assert act("restart", room="BEC")[0] == 200
    for client in (guest, other):
        again = client.hear("welcome")
        assert (again["you"]["id"], again["state"]["running"]) == (client.id, True)
        assert again["state"]["params"]["cooling"] == first
    assert guest.see(lambda frame: frame.time < 5).seq > seq
    assert guest.ask("set", params={"cooling": first / 4})["by"] == guest.id
    other.hear("state", lambda m: m["by"] == guest.id)


def test_talk_is_looked_after(serving: Serving, act: Act) -> None:
    guest, other = serving.visitor("guest"), serving.visitor("guest")
    assert act("mute", visitor=guest.id)[0] == 200
    assert guest.hear("muted")["visitor"] == guest.id
    assert guest.ask("say", text="hi")["code"] == "forbidden"
    assert act("mute", visitor=guest.id, muted=False)[0] == 200
    assert guest.ask("say", text="hi")["text"] == "hi"
    assert act("mute_room", room="BEC")[0] == 200
    assert other.hear("muted", lambda m: m["room"] == "BEC")["muted"] is True
    assert act("announce", text="We close in five minutes.")[0] == 200
    said = other.hear("said", lambda m: m["room"] is None)
    assert (said["name"], said["text"]) == ("Operator", "We close in five minutes.")
    assert act("close", room="BEC")[0] == 200
    for client in (guest, other):
        with pytest.raises(ClosedError):
            client.sync()


@pytest.mark.parametrize(("name", "code"), [("restart_all", EXIT_AGAIN), ("quit", EXIT_OK)])
def test_the_exhibit_ends_or_is_to_start_again(
    serving: Serving, act: Act, name: str, code: int
) -> None:
    guest = serving.visitor("guest")
    assert act(name)[0] == 200
    assert guest.closed() == 1001
    assert serving.process.wait(10) == code


def test_bans_are_forgotten_when_there_are_too_many() -> None:
    bans = Bans()
    for visitor in range(MAX_BANS + 5):
        bans.add(visitor, "127.0.0.1", 1)
    assert len(bans) == MAX_BANS
    assert bans.wait_s(0, "10.0.0.1") == 0
    assert 50 < bans.wait_s(MAX_BANS, "10.0.0.1") <= 60


def test_the_newest_lines_of_the_log_are_kept_and_cut() -> None:
    tail = LogTail()
    for number in range(LINES + 5):
        text = f"line {number} {'x' * 2 * MAX_LINE_CHARS}\nand more"
        tail.handle(logging.LogRecord("app", logging.INFO, "", 0, text, None, None))
    lines = tail.lines()
    assert len(lines) == LINES
    assert "line 5 x" in lines[0]
    assert all(len(line) == MAX_LINE_CHARS for line in lines)
