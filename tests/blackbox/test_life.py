"""Death and return: of the server, its supervisor, its visitors; and the operator's good night."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.client import Client, ClosedError
from tests.support.exhibit import ROOT, Exhibit, wait_until

BACK_S = 5.0
GONE_S = 20.0
SMALL = ("--headless", "--port", "0", "--Nx", "48", "--Ny", "32", "--log-level", "warning")

Start = Callable[..., Exhibit]


def alive(pid: int) -> bool:
    """Does the process run (and is it not merely unburied)?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def healthy(exhibit: Exhibit) -> bool:
    """Does it answer?"""
    try:
        return bool(exhibit.json("healthz")["status"] == "ok")
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_server_returns_to_its_port_and_knows_its_visitors(
    start: Start, number: signal.Signals
) -> None:
    exhibit = start(*SMALL).ready()
    anna = exhibit.visitor(name="Anna")
    exhibit.visitor(name="Bert")
    you = anna.welcome["you"]
    anna.see()
    before = exhibit.pids()
    os.kill(before["serve"], number)
    wait_until(lambda: not alive(before["serve"]) and healthy(exhibit), "it is back", BACK_S)
    assert anna.closed() == 1006
    after = exhibit.pids()
    assert after["main"] == before["main"]
    assert after["serve"] != before["serve"]
    again = exhibit.visitor(resume=you["resume"])
    assert {key: again.welcome["you"][key] for key in ("id", "name", "colour", "role")} == {
        key: you[key] for key in ("id", "name", "colour", "role")
    }
    again.see()
    assert len([line for line in exhibit.lines if line.startswith("READY")]) == 1


def test_a_room_is_as_it_was_when_the_server_died(
    start: Start, environment: dict[str, str]
) -> None:
    exhibit = start(*SMALL).ready()
    anna = exhibit.visitor(name="Anna")
    anna.ask("set", params={"cooling": 0.25, "steps": 7})
    anna.ask("do", action="pause")
    files = Path(environment["XDG_STATE_HOME"])

    def is_kept() -> bool:
        kept = "".join(file.read_text() for file in files.glob("**/exhibit-*.json"))
        return '"cooling":0.25' in kept and '"running":false' in kept

    wait_until(is_kept, "the room is kept")
    old = exhibit.pids()["serve"]
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: not alive(old) and healthy(exhibit), "it is back", BACK_S)
    again = exhibit.visitor(resume=anna.welcome["you"]["resume"])
    state = again.welcome["state"]
    assert (state["params"]["cooling"], state["params"]["steps"]) == (0.25, 7)
    assert state["running"] is False


CLOCK = """
import time
from pathlib import Path

_clock, _offset = time.time, Path({offset!r})


def _set_clock():
    return _clock() + float(_offset.read_text())


time.time = _set_clock
"""


def test_a_clock_that_is_set_back_an_hour_stops_nothing(
    start: Start, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    (tmp_path / "sitecustomize.py").write_text(CLOCK.format(offset=str(offset)))
    monkeypatch.setitem(environment, "PYTHONPATH", str(tmp_path))
    exhibit = start(*SMALL).ready()
    anna = exhibit.visitor(name="Anna")
    for hours in (-1, 24 * 365, 0):
        offset.write_text(str(3600 * hours))
        seq = anna.see().seq
        anna.see(lambda frame, seq=seq: frame.seq > seq + 10)
        again = exhibit.visitor(resume=anna.welcome["you"]["resume"])
        assert again.id == anna.id
        anna = again
        assert anna.ask("set", params={"cooling": 0.25})["type"] == "state"
        assert anna.ask("ping", t=1.0)["t"] == 1.0


@pytest.mark.long
def test_a_server_that_dies_again_and_again_comes_back_each_time(start: Start) -> None:
    exhibit = start(*SMALL).ready()
    for _ in range(3):
        old = exhibit.pids()["serve"]
        os.kill(old, signal.SIGKILL)
        wait_until(lambda old=old: not alive(old) and healthy(exhibit), "it is back")
    exhibit.visitor().see()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_every_process(start: Start, number: signal.Signals) -> None:
    exhibit = start(*SMALL).ready()
    exhibit.visitor().see()
    pids = exhibit.pids()
    assert set(pids) == {"main", "serve"}
    exhibit.process.send_signal(number)
    assert exhibit.end() == 0
    assert not [pid for pid in pids.values() if alive(pid)]
    assert exhibit.pids() == {}
    assert "Traceback" not in exhibit.errors


def test_control_c_in_a_terminal_reaches_all_and_ends_quietly(start: Start) -> None:
    exhibit = start(*SMALL).ready()
    os.killpg(exhibit.process.pid, signal.SIGINT)
    assert exhibit.end() == 0
    assert exhibit.pids() == {}
    assert exhibit.errors == ""


@pytest.mark.long
def test_children_end_with_a_supervisor_that_was_killed(start: Start) -> None:
    exhibit = start(*SMALL).ready()
    server = exhibit.pids()["serve"]
    exhibit.visitor().see()
    os.kill(exhibit.pids()["main"], signal.SIGKILL)
    wait_until(lambda: not alive(server), "the server ended too")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", exhibit.port), timeout=1)


@pytest.mark.parametrize(
    "display",
    [{}, pytest.param({"DISPLAY": ":9876"}, marks=pytest.mark.long)],
    ids=["none", "dead"],
)
def test_a_display_that_is_missing_is_told_in_one_line(
    start: Start, display: dict[str, str]
) -> None:
    exhibit = start(*[word for word in SMALL if word != "--headless"], **display).ready()
    line = wait_until(
        lambda: next((line for line in exhibit.lines if line.startswith("No window")), None),
        "it says so",
    )
    assert exhibit.url in line
    assert healthy(exhibit)
    exhibit.process.terminate()
    assert exhibit.end() == 0
    assert exhibit.errors == ""


@pytest.mark.long
def test_visitors_who_fall_silent_are_off_the_list_with_their_fingers(start: Start) -> None:
    """A phone that died sends no FIN: its socket stays open, unread or unanswered."""
    exhibit = start(*SMALL).ready()
    unread, unanswered = exhibit.visitor(accept=["raw"]), exhibit.visitor(accept=["raw"])
    dead = (unread, unanswered)
    for client in dead:
        client.send(type="finger", touch=0, x=0.5, y=0.5, down=True)
    witness = exhibit.visitor(name="Witness")
    witness.see(lambda f: all(f.finger_of(client.id) is not None for client in dead))
    left: set[int] = set()

    def gone() -> bool:
        unanswered.socket.sock.settimeout(0.001)
        with suppress(TimeoutError):
            unanswered.socket.sock.recv(1_000_000)
        witness.listen(0.2)
        for message in witness.messages:
            left.update(message.get("left", ()))
        return {unread.id, unanswered.id} <= left

    wait_until(gone, "both are off the list", GONE_S)
    witness.see(lambda f: all(f.finger_of(client.id) is None for client in dead))
    [room] = exhibit.json("healthz")["rooms"]
    assert room["visitors"] == 1


def set_pin(exhibit: Exhibit, pin: str) -> None:
    """As an operator does at the exhibit's own keyboard."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "operator"],
        input=f"{pin}\n".encode(),
        env=exhibit.environment,
        capture_output=True,
        check=True,
    )
    assert pin.encode() not in done.stdout


@pytest.mark.long
def test_an_operator_logs_in_with_his_pin_and_quits(start: Start) -> None:
    exhibit = start(*SMALL).ready()
    set_pin(exhibit, "Größe 4711")
    guest, operator = exhibit.visitor(name="Guest"), exhibit.visitor(name="Boss")
    assert operator.ask("login", pin="4711")["code"] == "forbidden"
    granted = operator.ask("login", pin="Größe 4711")
    assert (granted["type"], granted["role"]) == ("role", "operator")
    # They are an operator to the others too, and stay one when they come back.
    listed = guest.hear("visitors", lambda m: m["list"][-1]["role"] == "operator")
    assert listed["list"][-1]["id"] == operator.id
    again = exhibit.visitor(resume=granted["resume"])
    assert again.welcome["you"]["role"] == "operator"
    assert exhibit.get("quit", method="POST")[0] == 403
    wrong = {"Authorization": f"Bearer {granted['key'][:-1]}"}
    assert exhibit.get("quit", wrong, method="POST")[0] == 403
    key = {"Authorization": f"Bearer {granted['key']}"}
    assert exhibit.get("quit", {**key, "Origin": "http://evil.example"}, "POST")[0] == 403
    guest.sync()
    pids = exhibit.pids()
    assert exhibit.get("quit", key, method="POST")[0] == 200
    assert exhibit.end() == 0
    assert not [pid for pid in pids.values() if alive(pid)]
    with pytest.raises(ClosedError):
        guest.listen(5)


def test_wrong_pins_lock_the_door_even_for_the_right_one(start: Start) -> None:
    exhibit = start(*SMALL).ready()
    set_pin(exhibit, "4711")
    client = exhibit.visitor()
    codes = []
    while len(codes) < 10 and "too_fast" not in codes:
        codes.append(client.ask("login", pin="0000")["code"])
    assert codes[-1] == "too_fast"
    assert 3 <= len(codes) <= 7
    assert client.ask("login", pin="4711")["code"] == "too_fast"
    assert exhibit.visitor().ask("login", pin="4711")["code"] == "too_fast"


def test_a_slow_visitor_does_not_slow_the_others(start: Start) -> None:
    exhibit = start(*SMALL).ready()
    slow = exhibit.visitor(accept=["raw"])
    slow.see()
    # They acknowledge the future and read nothing, so that frames pile up for them alone.
    slow.send(type="ack", seq=2**32 - 1)
    quick = exhibit.visitor()
    numbers = [quick.see().seq for _ in range(60)]
    assert numbers == sorted(set(numbers))


def test_the_lan_mode_says_address_and_code(start: Start) -> None:
    exhibit = start(*SMALL, "--lan").ready()
    line = wait_until(
        lambda: next((line for line in exhibit.lines if line.startswith("Guests")), None),
        "it says so",
    )
    address = next(word for word in line.split() if word.startswith("http://"))
    url, _, code = address.partition("#join=")
    assert url.endswith(f":{exhibit.port}/")
    assert len(code) == 6
    assert code in line.rpartition("(")[2]
    # On this machine itself no code is needed.
    exhibit.visitor().see()
    host = url.removeprefix("http://").rstrip("/").partition(":")[0]
    if host == "127.0.0.1":
        pytest.skip("this machine has no network")
    guest = Client(url)
    try:
        guest.send(type="hello", protocol=1, token="WRONG1")
        assert guest.hear("error")["code"] == "forbidden"
        assert guest.closed() == 1008
    finally:
        guest.close()
    guest = Client(url)
    try:
        welcome = guest.hello(token=code.lower())
        assert welcome["you"]["role"] == "guest"
    finally:
        guest.close()


def test_without_lan_only_this_machine_is_served(start: Start) -> None:
    exhibit = start(*SMALL).ready()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = probe.getsockname()[0]
        except OSError:
            pytest.skip("this machine has no network")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((address, exhibit.port), timeout=2)
