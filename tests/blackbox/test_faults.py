"""Whatever is thrown at it: the sender gets an answer or the door, and the fluid runs on."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import websocket

from tests.support.client import Client
from tests.support.exhibit import Exhibit

MAX_MESSAGE_BYTES = 32 * 1024


@pytest.fixture(autouse=True)
def witness(exhibit: Exhibit) -> Iterator[Client]:
    """A quiet visitor who must notice nothing but who comes and goes."""
    client = exhibit.visitor(name="Witness", accept=["raw"])
    before = client.see().time
    yield client
    client.see(lambda f: f.time > before)
    client.sync()
    assert not [m for m in client.messages if m["type"] in ("error", "notice")]
    assert "Traceback" not in exhibit.errors
    assert all(room["restarts"] == 0 for room in exhibit.json("healthz")["rooms"])


def raw_connection(exhibit: Exhibit) -> socket.socket:
    """A TCP connection, on which nothing was said."""
    return socket.create_connection(("127.0.0.1", exhibit.port), timeout=10)


@pytest.mark.parametrize(
    "garbage",
    [b"\x00" * 100, b"\xff" * 3000, b"GET", b"\x16\x03\x01\x02\x00", b"VT1\r\n\r\n", b"\r\n" * 999],
    ids=["zeros", "ones", "cut off", "TLS", "another protocol", "empty lines"],
)
def test_garbage_instead_of_http(exhibit: Exhibit, garbage: bytes) -> None:
    with raw_connection(exhibit) as sock:
        sock.sendall(garbage)
        sock.shutdown(socket.SHUT_WR)
        answer = sock.recv(1000)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(
    "words",
    ["", "garbage", "[]", "null", "{", '{"type":"hello"}', "\x00", '{"type":"set","params":{}}'],
)
def test_garbage_instead_of_hello_is_explained_and_closed(exhibit: Exhibit, words: str) -> None:
    client = exhibit.connect()
    client.socket.send(words)
    assert client.hear("error")["code"] in ("bad_message", "unknown_type")
    assert client.closed() == 1008


def test_whoever_closes_before_hello_is_answered(exhibit: Exhibit) -> None:
    client = exhibit.connect()
    client.socket.send_close(4001)
    assert client.closed() == 4001


def test_whoever_vanishes_before_or_after_hello_is_no_trouble(exhibit: Exhibit) -> None:
    for hello in (False, True):
        client = exhibit.connect()
        if hello:
            client.send(type="hello", protocol=1)
        raw = client.socket.sock
        # A reset instead of an orderly end.
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        raw.close()


@pytest.mark.long
def test_whoever_never_says_hello_is_shown_the_door(exhibit: Exhibit) -> None:
    client = exhibit.connect()
    pinging = exhibit.connect()
    for _ in range(8):
        pinging.socket.ping()
        client.listen(1.0)
    assert client.closed(patience_s=5) == 1008
    assert pinging.closed(patience_s=5) == 1008


@pytest.mark.parametrize("size", [MAX_MESSAGE_BYTES + 1, 2_000_000])
@pytest.mark.parametrize("welcomed", [False, True])
def test_an_oversize_message_is_closed_with_1009(
    exhibit: Exhibit, size: int, welcomed: bool
) -> None:
    client = exhibit.visitor() if welcomed else exhibit.connect()
    client.socket.send("x" * size)
    assert client.closed() == 1009


def test_the_largest_message_is_still_answered(exhibit: Exhibit) -> None:
    client = exhibit.visitor()
    message = json.dumps({"type": "ping", "t": 1, "id": 5, "pad": ""})
    padded = message.replace('""', '"' + "x" * (MAX_MESSAGE_BYTES - len(message)) + '"')
    assert len(padded) == MAX_MESSAGE_BYTES
    client.socket.send(padded)
    assert client.hear("pong")["id"] == 5


@pytest.mark.parametrize(
    ("opcode", "payload", "code"),
    [
        (websocket.ABNF.OPCODE_TEXT, b"\xff\xfe", 1007),
        (3, b"", 1002),
        (websocket.ABNF.OPCODE_CONT, b"x", 1002),
        (websocket.ABNF.OPCODE_PING, b"x" * 126, 1002),
    ],
)
def test_broken_frames_close_with_their_code(
    exhibit: Exhibit, opcode: int, payload: bytes, code: int
) -> None:
    client = exhibit.visitor()
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    client.socket.sock.sendall(bytes([0x80 | opcode]) + length + b"\0\0\0\0" + payload)
    assert client.closed() == code


def test_unmasked_frames_are_refused(exhibit: Exhibit) -> None:
    client = exhibit.visitor()
    client.socket.sock.sendall(b"\x81\x02{}")
    assert client.closed() == 1002


def test_a_close_is_answered_with_its_code(exhibit: Exhibit, witness: Client) -> None:
    client = exhibit.visitor()
    client.socket.send_close(1001)
    assert client.closed() == 1001
    witness.hear("visitors", lambda m: client.id in m["left"])


def test_a_flood_is_slowed_then_ended(exhibit: Exhibit, witness: Client) -> None:
    client = exhibit.visitor()
    with suppress(OSError):  # the door may be shut while the peer still sends
        for _ in range(20_000):
            client.send(type="ping", t=0)
    assert client.closed() == 1008
    witness.hear("visitors", lambda m: client.id in m["left"])


def test_a_short_burst_is_only_slowed(exhibit: Exhibit) -> None:
    client = exhibit.visitor()
    for _ in range(1000):
        client.send(type="ping", t=0)
    assert client.hear("error")["code"] == "too_fast"
    client.listen(0.5)
    client.messages.clear()
    client.sync()


def test_a_flood_of_wishes_is_granted_in_order_or_refused(exhibit: Exhibit) -> None:
    client = exhibit.visitor()
    for number in range(300):
        client.send(type="set", id=number, params={"finger_V0_mu": number / 100})
    client.sync()
    client.hear("state", lambda m: m.get("id") == 299)
    numbers = [m["id"] for m in client.messages if m["type"] == "state" and "id" in m]
    assert numbers == sorted(numbers)
    client.ask("set", params={"finger_V0_mu": 2})


def test_hundreds_of_connections_come_and_go(exhibit: Exhibit, witness: Client) -> None:
    idle = [raw_connection(exhibit) for _ in range(100)]
    last = 0
    for _ in range(30):
        client = exhibit.visitor()
        last = client.id
        client.close()
    witness.hear("visitors", lambda m: last in m["left"])
    for sock in idle:
        sock.close()
    assert exhibit.json("healthz")["rooms"][0]["visitors"] >= 1


def test_a_pin_is_guessed_only_so_often(exhibit: Exhibit) -> None:
    client = exhibit.visitor()
    codes = [client.ask("login", pin=f"{number:04}")["code"] for number in range(8)]
    assert set(codes) <= {"forbidden", "too_fast"}
    assert codes[-1] == "too_fast"
    # Another connection from the same address has no more tries.
    assert exhibit.visitor().ask("login", pin="0000")["code"] == "too_fast"


SEEDS: list[dict[str, Any]] = [
    {"type": "set", "params": {"finger_V0_mu": 1.5, "steps": 20, "tracers": 100}},
    {"type": "do", "action": "reset_tracers", "args": {"x": 1}},
    {"type": "view", "name": "density"},
    {"type": "finger", "touch": 1, "x": 0.5, "y": 0.5, "down": True},
    {"type": "ack", "seq": 5},
    {"type": "ping", "t": 1.5, "rtt": 3},
    {"type": "channels"},
    {"type": "subscribe", "names": ["fps"]},
    {"type": "unsubscribe", "names": ["fps"]},
    {"type": "hello", "protocol": 1, "accept": ["raw"]},
]
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 255, 256, 2**31, 2**32, 2**63, 2**64, 10**40, 1e-300, 1e300, -0.0,
    "", "x", "x" * 300, "density", "\x00", "\u202e王🐟", [], [[]], {}, {"": {}}, ["fps"] * 40,
    {"x": 1}, {"steps": "1"}, {"tracers": 1e9}, {"steps": 1.0},
]  # fmt: skip


def mutated(dice: random.Random) -> str | bytes:
    """A message that was good once."""
    message = dict(dice.choice(SEEDS))
    for _ in range(dice.randint(0, 3)):
        key = dice.choice([*message, "id", "type", "extra"])
        if dice.random() < 0.2:
            message.pop(key, None)
        else:
            message[key] = dice.choice(ODD)
    text = json.dumps(message)
    kind = dice.random()
    if kind < 0.15:
        at = dice.randrange(len(text) + 1)
        return (
            text[:at] + dice.choice(["", "{", "}", '"', ",", "\\u12", "1e999", "NaN"]) + text[at:]
        )
    if kind < 0.25:
        return text[: dice.randrange(len(text) + 1)]
    if kind < 0.3:
        data = bytearray(text.encode())
        data[dice.randrange(len(data))] = dice.randrange(256)
        return bytes(data)
    return text


def test_ten_thousand_mutated_messages_cost_nobody_anything(
    exhibit: Exhibit, witness: Client
) -> None:
    dice = random.Random(20261121)  # noqa: S311
    sent = 0
    while sent < 10_000:
        client = exhibit.visitor()
        # As many as one visitor may send in a burst, and then another comes.
        for _ in range(700):
            words = mutated(dice)
            if isinstance(words, bytes):
                client.socket.send_binary(words)
            else:
                client.socket.send(words)
            sent += 1
        client.sync()
        assert {m["type"] for m in client.messages} <= {
            "error", "state", "pong", "channels", "channel", "visitors",
        }  # fmt: skip
        client.close()
    witness.ask("do", action="start")
    witness.ask("set", params={"steps": 20, "tracers": 100, "finger_V0_mu": 2})
    witness.messages.clear()
