"""Uploads: who may, what is refused before it is read, and what the room makes of it."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.transport.limits import MAX_BODY_BYTES, UPLOAD_PAUSE_S
from models.picture_trap import PICTURE_WALL_MU
from tests.support.client import Client
from tests.support.exhibit import wait_until
from tests.support.serving import PIN, Serving

Post = Callable[..., tuple[int, str]]


def picture(form: str = "PNG", size: tuple[int, int] = (64, 64)) -> bytes:
    """White, with a black left half."""
    drawn = Image.new("L", size, 255)
    drawn.paste(0, (0, 0, size[0] // 2, size[1]))
    file = io.BytesIO()
    drawn.save(file, form)
    return file.getvalue()


def noise() -> bytes:
    """A whole PNG, far larger than other routes' bodies."""
    file = io.BytesIO()
    levels = np.random.default_rng(1).integers(0, 256, (600, 600), np.uint8)
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def ask(server: Serving, head: str, body: bytes = b"", more: str = "") -> tuple[int, str]:
    """Status and text of the answer to a request sent as it is; the connection stays open."""
    port = int(server.url.rstrip("/").rpartition(":")[2])
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as sock:
        lines = f"{head}\nHost: 127.0.0.1:{port}\n{more}\n".replace("\n", "\r\n")
        sock.sendall(lines.encode() + body)
        answer = sock.makefile("rb")
        status = int(answer.readline().split()[1])
        length = 0
        while (line := answer.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return status, answer.read(length).decode()


def token(client: Client) -> str:
    resume = client.welcome["you"]["resume"]
    assert isinstance(resume, str)
    return resume


@pytest.fixture(scope="module")
def everyone(environment: dict[str, str]) -> Iterator[Serving]:
    """An exhibit that takes anybody's pictures, of some types."""
    types = ("--upload-type=png", "--upload-type=jpeg", "--upload-mb=0.5")
    server = Serving(environment, "--uploads=everyone", *types, "--upload-create=BEC-*")
    yield server
    server.kill()


@pytest.fixture
def post(everyone: Serving) -> Post:
    def begin(
        who: Client | str, body: bytes = b"", room: str = "BEC", query: str = "",
        kind: str = "image/png", length: str = "", more: str = "",
    ) -> tuple[int, str]:  # fmt: skip
        lines = f"Authorization: Bearer {who if isinstance(who, str) else token(who)}\n{more}"
        lines += f"Content-Type: {kind}\nContent-Length: {length or len(body)}\n"
        return ask(everyone, f"POST /api/rooms/{room}/upload{query} HTTP/1.1", body, lines)

    return begin


def kept(environment: dict[str, str]) -> list[Path]:
    return sorted(Path(environment["XDG_DATA_HOME"]).rglob("*.png"))


def test_a_picture_reaches_everybody_in_the_room(
    everyone: Serving, post: Post, environment: dict[str, str]
) -> None:
    sender, other = everyone.visitor("guest", room="BEC"), everyone.visitor("guest", room="BEC")
    before = set(kept(environment))
    status, text = post(sender, noise(), query="?as=density")
    assert status == 202, text
    told = json.loads(text)
    assert (told["width"], told["height"]) == (128, 128)
    assert len(noise()) > 2 * MAX_BODY_BYTES
    state = other.hear("state", lambda message: message["action"] == "picture")
    assert state["by"] == sender.welcome["you"]["id"]
    [new] = set(kept(environment)) - before
    assert new.name == told["stored"]
    with Image.open(new) as file:
        assert (file.mode, file.size) == ("L", (256, 256))


def test_the_fluid_stands_where_the_picture_is_bright(everyone: Serving, post: Post) -> None:
    guest = everyone.visitor("guest", room="BEC")
    assert post(guest, picture())[0] == 202
    guest.hear("state", lambda message: message["action"] == "picture")

    def halves(frame: Any) -> bool:
        left, right = frame.values[4:12, 8:24].mean(), frame.values[18:26, 8:24].mean()
        return bool(right > 0.2 and left < 0.2 * right)

    guest.see(halves)
    guest.ask("do", action="reset")
    guest.see(lambda frame: not halves(frame))


@pytest.mark.parametrize("kind", ["image/jpg", "IMAGE/JPEG", "image/pjpeg"])
def test_a_type_may_have_another_of_its_names(everyone: Serving, post: Post, kind: str) -> None:
    guest = everyone.visitor("guest", room="BEC")
    assert post(guest, picture("JPEG"), kind=kind)[0] == 202


def test_what_is_no_picture_is_refused_without_a_traceback(
    everyone: Serving, post: Post, capfd: pytest.CaptureFixture[str]
) -> None:
    guest = everyone.visitor("guest", room="BEC")
    assert post(guest, b"hello")[0] == 422
    everyone.get("healthz")
    assert "Traceback" not in capfd.readouterr().err


def test_what_a_visitor_may_upload_is_told(everyone: Serving) -> None:
    guest = everyone.visitor("guest", room="BEC")
    status, body = everyone.get("api/rooms/BEC/upload", token(guest))
    assert status == 200
    assert json.loads(body) == {
        "uses": ["trap", "density"],
        "types": ["image/png", "image/jpeg"],
        "max_bytes": 500_000,
        "wall_mu": PICTURE_WALL_MU,
        "why": "",
    }
    soc = everyone.visitor("guest", room="SOC2")
    for room, key, words in (
        ("BEC", "", "token"),
        ("nowhere", token(guest), "no room"),
        ("SOC2", token(guest), "only who is in the room"),
        ("SOC2", token(soc), "takes no pictures"),
    ):
        status, body = everyone.get(f"api/rooms/{room}/upload", key)
        assert status == 200
        assert json.loads(body)["uses"] == []
        assert words in json.loads(body)["why"]


WRONG_HEADS: list[tuple[int, dict[str, str]]] = [
    (404, {"room": "nowhere"}),
    (404, {"room": "%2e%2e"}),
    (404, {"room": "BEC%00"}),
    (404, {"room": "BEC%0a"}),
    (403, {"room": "Quench"}),
    (400, {"query": "?as=boat"}),
    (415, {"kind": "image/gif"}),
    (415, {"kind": "image/svg+xml"}),
    (415, {"kind": "text/html"}),
    (415, {"kind": "multipart/form-data; boundary=x"}),
    (415, {"kind": ""}),
    (413, {"length": "500001"}),
    (413, {"length": "99999999999999999999"}),
    (411, {"length": "0"}),
    (411, {"length": "-5"}),
    (411, {"length": "1e3"}),
    (403, {"more": "Origin: http://evil.example\n"}),
    (403, {"more": "Origin: null\n"}),
    (411, {"more": "Transfer-Encoding: chunked\n"}),
]


@pytest.mark.parametrize(("status", "wrong"), WRONG_HEADS)
def test_what_the_head_tells_is_refused_before_the_body(
    everyone: Serving, post: Post, status: int, wrong: dict[str, str]
) -> None:
    """No byte of the body is ever sent, and the answer comes all the same."""
    guest = everyone.visitor("guest", room="BEC")
    everyone.visitor("guest", room="Quench")
    got, text = post(guest, **{"length": "4000", **wrong})
    if "%0" in wrong.get("room", ""):
        assert got in (400, 404)
    elif wrong.get("length") in ("-5", "1e3"):
        assert got in (400, 411, 413)
    else:
        assert got == status, text


@pytest.mark.parametrize("bearer", ["", "nonsense", "a.b.c", "é", "x" * 5000])
def test_without_a_visitors_token_nothing_is_taken(post: Post, bearer: str) -> None:
    assert post(bearer, length="4000")[0] == 401


def test_who_has_left_the_room_uploads_no_more(everyone: Serving, post: Post) -> None:
    guest = everyone.visitor("guest", room="BEC")
    everyone.visitor("guest", room="BEC")
    guest.close()
    wait_until(lambda: post(guest, length="4000")[0] == 403, "the guest is gone")


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (picture()[:80], "image/png", "whole PNG"),
        (picture("GIF"), "image/png", "whole PNG"),
        (picture("PNG"), "image/jpeg", "whole JPEG"),
        (b"<script>alert(1)</script>", "image/png", "whole PNG"),
        (picture(size=(6000, 5000)), "image/png", "25 million"),
    ],
    ids=["cut short", "another type", "the other way round", "a page", "too many points"],
)
def test_what_is_no_such_picture_is_refused_in_words(
    everyone: Serving, post: Post, environment: dict[str, str], body: bytes, kind: str, words: str
) -> None:
    guest = everyone.visitor("guest", room="BEC")
    before = kept(environment)
    status, text = post(guest, body, kind=kind)
    assert status == 422
    assert words in text
    assert "Traceback" not in text
    assert kept(environment) == before


def test_a_name_that_no_list_allows_is_not_made(
    everyone: Serving, post: Post, environment: dict[str, str]
) -> None:
    guest = everyone.visitor("guest", room="HelloWorld")
    status, text = post(guest, picture(), room="HelloWorld")
    assert status == 403
    assert "HelloWorld-trap.png" in text
    assert not [path for path in kept(environment) if "Hello" in path.name]
    guest.sync()
    assert [m for m in guest.messages if m["type"] == "state"] == []


def test_a_picture_that_is_all_dark_for_this_room_is_told_to_its_sender(
    everyone: Serving, post: Post
) -> None:
    """Its bright corner is beyond the round wall."""
    guest = everyone.visitor("guest", room="BEC")
    drawn = Image.new("L", (64, 64))
    drawn.paste(255, (0, 0, 8, 8))
    file = io.BytesIO()
    drawn.save(file, "PNG")
    assert post(guest, file.getvalue())[0] == 202
    assert "too dark" in guest.hear("error")["message"]


def test_one_visitor_cannot_send_picture_after_picture(everyone: Serving, post: Post) -> None:
    guest, other = everyone.visitor("guest", room="BEC"), everyone.visitor("guest", room="BEC")
    assert post(guest, picture())[0] == 202
    status, text = post(guest, length="4000")
    assert status == 429
    assert f"{UPLOAD_PAUSE_S:g} s" in text
    assert post(other, picture())[0] == 202


def test_a_refused_body_is_let_in_and_forgotten(post: Post, everyone: Serving) -> None:
    """Who sends the whole of it first still gets to read why not."""
    guest = everyone.visitor("guest", room="BEC")
    status, text = post(guest, bytes(3_000_000))
    assert status == 413
    assert "500000" in text


def test_the_hub_goes_on_while_a_picture_is_read(everyone: Serving, post: Post) -> None:
    guest, other = everyone.visitor("guest", room="BEC"), everyone.visitor("guest", room="BEC")
    assert post(guest, picture(size=(5000, 4900)))[0] == 202
    other.sync()
    other.see()


@pytest.mark.parametrize(
    ("setting", "able"),
    [("off", set()), ("operator", {"operator"}), ("everyone", {"guest", "kiosk", "operator"})],
)
def test_the_setting_says_who_may(
    environment: dict[str, str], setting: str, able: set[str]
) -> None:
    server = Serving(environment, f"--uploads={setting}")
    try:
        for role in ("guest", "kiosk", "operator"):
            client = server.stranger()
            client.hello(token=server.launch.kiosk_token if role == "kiosk" else None, room="BEC")
            if role == "operator":
                client.ask("login", pin=PIN)
            assert client.welcome["you"]["role"] != "operator"
            rules = json.loads(server.get("api/rooms/BEC/upload", token(client))[1])
            assert bool(rules["uses"]) is (role in able), role
            if role not in able:
                lines = f"Authorization: Bearer {token(client)}\nContent-Length: 9\n"
                head = "POST /api/rooms/BEC/upload HTTP/1.1"
                assert ask(server, head, more=lines + "Content-Type: image/png\n")[0] == 403
    finally:
        server.kill()


def test_no_message_of_a_visitors_loads_a_picture(everyone: Serving) -> None:
    """The command that a web server makes of an upload is not for visitors to send."""
    guest = everyone.visitor("guest", room="BEC")
    guest.send(type="picture", id=9, width=1, height=1, levels="AA==", use="trap")
    assert guest.hear("error")["code"] == "unknown_type"
