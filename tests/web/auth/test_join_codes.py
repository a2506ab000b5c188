"""The code with which guests join: it changes, the last one stays good, and guessing is slow."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest
import segno

from app.web.auth.join_codes import CODE_ALPHABET, CODE_CHARS, JoinCodes
from app.web.http.access import lan_address
from app.web.rooms.invitations import qr_svg
from tests.conftest import StartExhibit
from tests.support.client import Client
from tests.support.exhibit import wait_until
from tests.support.serving import Serving


class Clock:
    now = 12_345.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def codes(clock: Clock) -> JoinCodes:
    return JoinCodes("secret", 600, clock)


def test_a_code_changes_on_time_and_is_good_for_one_period_more(
    codes: JoinCodes, clock: Clock
) -> None:
    first = codes.current()
    assert len(first) == CODE_CHARS
    assert set(first) <= set(CODE_ALPHABET)
    clock.now += codes.changes_in_s() - 0.001
    assert codes.current() == first
    clock.now += 0.002
    second = codes.current()
    assert second != first
    assert codes.accepts(first)  # for who has just scanned it
    assert codes.accepts(second)
    clock.now += codes.changes_in_s() - 0.001
    assert codes.accepts(first)
    clock.now += 0.002
    assert not codes.accepts(first)
    assert codes.accepts(second)


def test_codes_do_not_come_again(codes: JoinCodes, clock: Clock) -> None:
    seen = set()
    for _ in range(2000):
        seen.add(codes.current())
        clock.now += 600
    assert len(seen) == 2000


def test_a_server_that_is_started_again_goes_on_with_the_same_codes(clock: Clock) -> None:
    before, after = JoinCodes("secret", 600, clock), JoinCodes("secret", 600, clock)
    assert before.current() == after.current()
    assert JoinCodes("another launch", 600, clock).current() != after.current()


def test_a_code_may_stay(clock: Clock) -> None:
    codes = JoinCodes("secret", 0, clock)
    code = codes.current()
    assert math.isinf(codes.changes_in_s())
    clock.now += 1e7
    assert codes.current() == code
    assert codes.accepts(code)


@pytest.mark.parametrize("text", ["", " ", "BBBBBB", "x" * 500, "é", "\x00", "К7QX2M", "%s"])
def test_what_is_no_code_is_refused(codes: JoinCodes, text: str) -> None:
    assert not codes.accepts(text)


def test_a_code_may_be_typed_in_small_letters(codes: JoinCodes) -> None:
    assert codes.accepts(f" {codes.current().lower()}\n")


def test_a_qr_code_is_drawn_module_by_module_with_its_quiet_zone() -> None:
    text = "http://192.168.100.200:8765/models/BEC?room=a%22%3Cb#join=K7QX2M"
    drawn = qr_svg(text)
    ours = segno.make_qr(text, error="m")
    size = ours.symbol_size(border=4)[0]
    assert f'viewBox="0 0 {size} {size}"' in drawn
    assert "width" not in drawn  # so that it is as large as the page says
    assert re.findall(r"<(\w+)", drawn) == ["svg", "path"]


# --- over real sockets -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def hurried(environment: dict[str, str]) -> Iterator[Serving]:
    """A server on the network whose code changes every 4 s."""
    if lan_address() == "127.0.0.1":
        pytest.skip("this machine is on no network")
    server = Serving(environment, "--code-minutes=0.07")
    yield server
    server.kill()


def from_the_network(server: Serving, **hello: object) -> Client:
    client = Client(server.url.replace("127.0.0.1", lan_address()))
    server.clients.append(client)
    client.send(type="hello", protocol=1, **hello)
    return client


@pytest.mark.long
def test_kiosk_and_operator_are_told_of_each_code_and_guests_are_not(hurried: Serving) -> None:
    kiosk, guest = hurried.stranger(), hurried.stranger()
    kiosk.hello(token=hurried.launch.kiosk_token)
    guest.hello()
    operator = hurried.visitor("operator")
    told = kiosk.hear("invitation")
    assert told["address"].startswith(lan_address())
    assert told["url"] == f"http://{told['address']}/models/BEC#join={told['code']}"
    assert told["svg"].startswith("<svg")

    scanned = from_the_network(hurried, token=told["code"].lower())
    welcome = scanned.hear("welcome")["you"]
    other = kiosk.hear("invitation", where=lambda message: message["code"] != told["code"])
    late = from_the_network(hurried, token=told["code"])
    late.hear("welcome")
    assert operator.hear("invitation", where=lambda message: message["code"] == other["code"])
    kiosk.hear(
        "invitation",
        where=lambda message: message["code"] not in (told["code"], other["code"]),
    )

    too_late = from_the_network(hurried, token=told["code"])
    assert too_late.hear("error")["code"] == "forbidden"
    scanned.sync()  # whoever is in stays in
    back = from_the_network(hurried, resume=welcome["resume"])
    assert back.hear("welcome")["you"]["id"] == welcome["id"]
    guest.sync()
    assert not [m for m in guest.messages if m["type"] == "invitation"]


def test_guessing_codes_is_slow(hurried: Serving) -> None:
    kiosk = hurried.stranger()
    kiosk.hello(token=hurried.launch.kiosk_token)
    refusals = []
    while "too_fast" not in refusals and len(refusals) < 6:
        wrong = from_the_network(hurried, token="BBBBBB")
        refusals.append(wrong.hear("error")["code"])
        assert wrong.closed() == 1008
    assert refusals[-1] == "too_fast"
    assert set(refusals[:-1]) == {"forbidden"}
    code = kiosk.hear("invitation")["code"]
    assert from_the_network(hurried, token=code).hear("error")["code"] == "too_fast"


@pytest.mark.long
def test_without_a_window_each_new_code_is_printed(start: StartExhibit) -> None:
    if lan_address() == "127.0.0.1":
        pytest.skip("this machine is on no network")
    exhibit = start("--headless", "--lan", "--port=0", "--Nx=32", "--Ny=32", "--code-minutes=0.03")
    exhibit.ready()

    def codes() -> set[str]:
        return {line.partition("#join=")[2][:6] for line in exhibit.lines if "#join=" in line}

    wait_until(lambda: len(codes()) >= 2, "another code is printed")
