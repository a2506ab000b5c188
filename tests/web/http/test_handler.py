"""HTTP under attack: slow, large, many, malformed; and upgrades that are none."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import gevent
import gevent.event
import gevent.socket
import pytest

from app.transport.limits import MAX_BODY_BYTES
from app.web.http import handler
from app.web.http.access import Access, host_names
from app.web.http.handler import HttpServer, listen
from app.web.http.websocket import PeerGoneError, framed
from tests.support.peer import TEXT, close_frame, frame, read_frame

KEY = base64.b64encode(b"0123456789abcdef").decode()


class Site:
    """A server with a small application, and what that was asked."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.done = gevent.event.Event()
        self.server = HttpServer(
            listen("127.0.0.1", 0), self.application, Access(host_names(lan=False))
        )
        self.server.start()

    def application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Echoes bodies, and messages of a WebSocket until it ends."""
        socket = environ.get("wsgi.websocket")
        if socket is not None:
            try:
                while True:
                    socket.send(framed(TEXT, socket.receive(5.0).encode()))
            except PeerGoneError:
                self.done.set()
                return []
        if environ["PATH_INFO"] == "/reads":
            self.bodies.append(environ["wsgi.input"].read())
        else:
            self.bodies.append(b"")
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]

    def connect(self) -> Any:
        """A connection from outside."""
        sock = gevent.socket.create_connection(("127.0.0.1", self.server.server_port))
        sock.settimeout(5)
        return sock

    def ask(self, head: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of the answer to a whole request, sent on a connection of its own."""
        with self.connect() as sock:
            sock.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body)
            return answer(sock)


def answer(sock: Any) -> tuple[int, bytes]:
    """Status and body of the next answer; 0 if the connection ends without one."""
    with sock.makefile("rb", 0) as lines:
        status = lines.readline()
        if not status:
            return 0, b""
        length = 0
        while (line := lines.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return int(status.split()[1]), lines.read(length) if length else b""


def ended(sock: Any) -> bool:
    """Does the server close the connection (within the socket's patience)?"""
    try:
        while sock.recv(1000):
            pass
    except ConnectionError:
        return True
    except OSError:
        return False
    return True


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.server.stop(timeout=0)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests must arrive within 0.2 s."""
    monkeypatch.setattr(handler, "HEADER_S", 0.2)


@pytest.fixture(autouse=True)
def no_trace(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever outsiders send, no traceback comes of it."""
    yield
    assert "Traceback" not in capfd.readouterr().err
    assert not [record for record in caplog.records if record.levelno > logging.ERROR]


UPGRADE = (
    "GET /ws HTTP/1.1\nHost: localhost\nUpgrade: websocket\nConnection: Upgrade\n"
    f"Sec-WebSocket-Version: 13\nSec-WebSocket-Key: {KEY}"
)


def test_a_request_is_answered_and_the_connection_kept(site: Site) -> None:
    with site.connect() as sock:
        for _ in range(3):
            sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert answer(sock) == (200, b"ok")


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"GET / HTTP/1.1\r\nX: "]
)
def test_a_slow_request_is_cut(site: Site, impatient: None, sent: bytes) -> None:
    with site.connect() as sock:
        sock.sendall(sent)
        assert ended(sock)
    assert site.bodies == []


def test_a_header_that_drips_is_cut_all_the_same(site: Site, impatient: None) -> None:
    with site.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")

        def drip() -> None:
            with suppress(OSError):
                while True:
                    sock.sendall(b"X: y\r\n")
                    gevent.sleep(0.05)

        dripping = gevent.spawn(drip)
        assert ended(sock)
        dripping.kill()


@pytest.mark.parametrize("path", ["/", "/reads"])
def test_a_body_that_does_not_come_is_cut(site: Site, impatient: None, path: str) -> None:
    with site.connect() as sock:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
        sock.sendall(head.encode() + b"x" * 10)
        assert ended(sock)


def test_a_kept_connection_that_asks_no_more_is_cut(site: Site, impatient: None) -> None:
    with site.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer(sock) == (200, b"ok")
        assert ended(sock)


def test_a_body_within_the_limit_is_read(site: Site) -> None:
    body = b"b" * MAX_BODY_BYTES
    head = f"POST /reads HTTP/1.1\nHost: localhost\nContent-Length: {len(body)}"
    assert site.ask(head, body) == (200, b"ok")
    assert site.bodies == [body]


@pytest.mark.parametrize("length", [str(MAX_BODY_BYTES + 1), str(10**12)])
def test_too_large_a_body_is_refused_unread(site: Site, impatient: None, length: str) -> None:
    with site.connect() as sock:
        head = f"POST /reads HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        sock.sendall(head.encode())
        status, text = answer(sock)
        assert status == 413
        assert str(MAX_BODY_BYTES).encode() in text
        assert ended(sock)
    assert site.bodies == []


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "0x10", "\u00b2", "5, 5"])
def test_a_length_that_is_none_is_refused(site: Site, length: str) -> None:
    head = f"POST /reads HTTP/1.1\nHost: localhost\nContent-Length: {length}"
    assert site.ask(head, b"hello")[0] in (400, 413)
    assert site.bodies == []


def test_a_chunked_body_is_refused(site: Site) -> None:
    head = "POST /reads HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked"
    assert site.ask(head, b"5\r\nhello\r\n0\r\n\r\n")[0] == 411
    assert site.ask(head)[0] == 411
    assert site.bodies == []


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1\nHost: evil.example",
        "GET / HTTP/1.1",
        "GET / HTTP/1.1\nHost: localhost\nOrigin: http://evil.example",
        "GET / HTTP/1.1\nHost: localhost\nHost: evil.example",
        "POST / HTTP/1.1\nHost: evil.example\nContent-Length: 0",
        UPGRADE.replace("localhost", "evil.example"),
        UPGRADE + "\nOrigin: http://evil.example",
        UPGRADE + "\nOrigin: null",
    ],
)
def test_foreign_requests_do_not_reach_the_application(site: Site, head: str) -> None:
    status, text = site.ask(head)
    assert status == 403
    assert text.endswith(b"\n")
    assert site.bodies == []


@pytest.mark.parametrize(
    "request_",
    ["nonsense", "GET /", "GET / HTTP/9.9\nHost: localhost", "GET / HTTP/1.1\nHost", "\x16\x03"],
)
def test_what_is_no_request_is_answered_or_dropped(site: Site, request_: str) -> None:
    assert site.ask(request_)[0] in (0, 400, 403, 505)
    assert site.bodies == []


def test_a_line_without_end_is_refused(site: Site) -> None:
    assert site.ask("GET /" + "x" * 100_000 + " HTTP/1.1\nHost: localhost")[0] in (0, 400, 414)


def test_an_upgrade_talks_until_it_is_closed(site: Site) -> None:
    with site.connect() as sock:
        # The first message comes in one packet with the handshake.
        sock.sendall(UPGRADE.replace("\n", "\r\n").encode() + b"\r\n\r\n" + frame(TEXT, b"early"))
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += sock.recv(1)
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"Sec-WebSocket-Accept: BACScCJPNqyz+UBoqMH89VmURoA=" in head
        assert b"permessage-deflate" not in head
        early = read_frame(sock)
        assert early is not None
        assert early.payload == b"early"
        sock.sendall(frame(TEXT, b"late"))
        late = read_frame(sock)
        assert late is not None
        assert late.payload == b"late"
        sock.sendall(close_frame(1001))
        closing = read_frame(sock)
        assert closing is not None
        assert closing.code == 1001
        assert ended(sock)
    assert site.done.wait(5)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (KEY, ""),
        (KEY, "short"),
        (KEY, KEY[:-4] + "!!=="),
        (KEY, base64.b64encode(b"seventeen bytes!!").decode()),
        (KEY, "\u00e9" * 24),
        (f"\nSec-WebSocket-Key: {KEY}", ""),
        ("Version: 13", "Version: 99"),
        ("Version: 13", "Version: x"),
        ("\nSec-WebSocket-Version: 13", ""),
        ("HTTP/1.1", "HTTP/1.0"),
    ],
)
def test_a_bad_handshake_is_refused(site: Site, old: str, new: str) -> None:
    status, _ = site.ask(UPGRADE.replace(old, new))
    assert 400 <= status < 500
    assert site.bodies == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("/ws", "/"), ("GET", "POST"), ("Upgrade: websocket", "Upgrade: h2c")],
)
def test_what_is_no_upgrade_is_a_plain_request(site: Site, old: str, new: str) -> None:
    assert site.ask(UPGRADE.replace(old, new))[0] == 200


def test_one_address_cannot_use_up_all_connections(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "MAX_CONNECTIONS_PER_ADDRESS", 3)
    monkeypatch.setattr(handler, "is_loopback", lambda _address: False)
    held = [site.connect() for _ in range(3)]
    for sock in held:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer(sock) == (200, b"ok")
    with site.connect() as sock:
        assert ended(sock)
    held.pop().close()
    gevent.sleep(0.01)
    assert site.ask("GET / HTTP/1.1\nHost: localhost")[0] == 200
    for sock in held:
        sock.close()


def test_this_machine_may_connect_as_often_as_it_likes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "MAX_CONNECTIONS_PER_ADDRESS", 1)
    held = [site.connect() for _ in range(5)]
    for sock in held:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert answer(sock) == (200, b"ok")
        sock.close()


def test_a_port_in_use_is_refused(site: Site) -> None:
    with pytest.raises(OSError, match=r"[Aa]ddress"):
        listen("127.0.0.1", site.server.server_port)
