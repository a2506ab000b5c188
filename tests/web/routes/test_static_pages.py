"""A teacher's folder beside our pages: what is in it is served, and nothing else is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import bottle
import gevent.socket
import pytest

from app.paths import ROOT
from app.web.http.access import Access, host_names
from app.web.http.handler import HttpServer, listen
from app.web.routes.static_pages import add_static_pages, content_type, find

SECRET = b"nobody may read this"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of pages, beside and in which are things that nobody may read."""
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "lessons-old").mkdir()
    (tmp_path / "lessons-old" / "secret.txt").write_bytes(SECRET)
    pages = tmp_path / "lessons"
    (pages / "sub").mkdir(parents=True)
    (pages / "index.html").write_text("<!doctype html>first")
    (pages / "sub" / "index.html").write_text("<!doctype html>second")
    (pages / "sub" / "page.mjs").write_text("export {};")
    (pages / "größe 1.html").write_text("<!doctype html>third")
    (pages / "empty").mkdir()
    (pages / ".hidden").write_bytes(SECRET)
    (pages / ".git").mkdir()
    (pages / ".git" / "config").write_bytes(SECRET)
    (pages / "out").symlink_to(tmp_path / "secret.txt")
    (pages / "up").symlink_to(tmp_path)
    (pages / "disguised").symlink_to(pages / ".hidden")
    (pages / "circle").symlink_to(pages / "circle")
    (pages / "again.html").symlink_to(pages / "index.html")
    (pages / "pipe").symlink_to("/dev/stdin")
    return pages


@pytest.fixture
def server(folder: Path) -> Iterator[HttpServer]:
    app = bottle.Bottle()
    add_static_pages(app, {"lessons": str(folder)})
    server = HttpServer(listen("127.0.0.1", 0), app, Access(host_names(lan=False)))
    server.start()
    yield server
    server.stop(timeout=0)


def ask(server: HttpServer, path: str, method: str = "GET", more: str = "") -> Answer:
    """The answer to a request whose path is sent as it is."""
    with gevent.socket.create_connection(("127.0.0.1", server.server_port)) as sock:
        sock.settimeout(5)
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n"
        sock.sendall(head.encode("utf-8"))
        sock.shutdown(socket.SHUT_WR)
        data = b"".join(iter(lambda: sock.recv(65536), b""))
    top, _, body = data.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), headers, body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", b"first"),
        ("index.html", b"first"),
        ("again.html", b"first"),
        ("sub/", b"second"),
        ("sub//index.html", b"second"),
        ("gr%C3%B6%C3%9Fe%201.html", b"third"),
    ],
)
def test_pages_are_served(server: HttpServer, path: str, body: bytes) -> None:
    answer = ask(server, f"/static/lessons/{path}")
    assert answer.status == 200
    assert answer.body.endswith(body)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "target"),
    [("", "./lessons/"), ("/sub", "./sub/")],
)
def test_a_folder_has_a_slash_at_its_end(server: HttpServer, path: str, target: str) -> None:
    answer = ask(server, f"/static/lessons{path}")
    assert (answer.status, answer.headers["location"]) == (308, target)


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "sub/../../secret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        "..%2fsecret.txt",
        "%252e%252e/secret.txt",
        "..%c0%afsecret.txt",
        "%c0%ae%c0%ae/secret.txt",
        "..\\secret.txt",
        "..%5csecret.txt",
        "sub%5c..%5c..%5csecret.txt",
        "....//secret.txt",
        ".//../secret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "c:/windows/win.ini",
        "C%3a%5cwindows%5cwin.ini",
        "index.html%00.txt",
        "%00",
        "index%0a.html",
        "index.html::$DATA",
        "index.html.",
        "index.html%20",
        "nul",
        "NUL.html",
        "con",
        "sub/com1.txt",
        "aux.h",
        "lpt9",
        "out",
        "up/secret.txt",
        "up/lessons-old/secret.txt",
        "../lessons-old/secret.txt",
        "circle",
        "pipe",
        ".hidden",
        "%2ehidden",
        "disguised",
        ".git/config",
        "empty/",
        "nothing.html",
        "index.html/more",
        "a" * 300,
        "x/" * 2000,
    ],
)
def test_nothing_else_is(server: HttpServer, path: str) -> None:
    answer = ask(server, f"/static/lessons/{path}")
    assert answer.status == 404, answer
    assert SECRET not in answer.body
    assert b"root:" not in answer.body


@pytest.mark.parametrize("name", ["why%3f.html", "a:b.html", "con.html", "x%7cy", "end."])
def test_a_name_that_is_never_served_is_told(server: HttpServer, name: str) -> None:
    answer = ask(server, f"/static/lessons/{name}")
    assert answer.status == 404
    assert b"rename it" in answer.body
    assert b"rename" not in ask(server, "/static/lessons/nothing.html").body


@pytest.mark.parametrize("path", ["/static/", "/static", "/static/other/", "/static/../lessons/"])
def test_folders_without_a_name_are_not_there(server: HttpServer, path: str) -> None:
    assert ask(server, path).status == 404


def test_nothing_can_be_put_there(server: HttpServer, folder: Path) -> None:
    for method in ("PUT", "POST", "DELETE"):
        answer = ask(server, "/static/lessons/index.html", method, "Content-Length: 0\r\n")
        assert answer.status == 405
    assert ask(server, "/static/lessons/", "HEAD").body == b""
    assert (folder / "index.html").exists()


def test_a_folder_that_has_gone_is_no_fault(server: HttpServer, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    assert ask(server, "/static/lessons/").status == 404


def test_a_name_that_only_looks_like_the_folders_is_outside(folder: Path) -> None:
    assert find(folder, "../lessons-old/secret.txt") is None
    (folder / "twin").symlink_to(folder.parent / "lessons-old")
    assert find(folder, "twin/secret.txt") is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.html", "text/html"),
        ("a.js", "text/javascript"),
        ("a.mjs", "text/javascript"),
        ("a.css", "text/css"),
        ("a.json", "application/json"),
        ("a.svg", "image/svg+xml"),
        ("a.webp", "image/webp"),
        ("a.woff2", "font/woff2"),
        ("a.wasm", "application/wasm"),
        ("a.pdf", "application/pdf"),
        ("a.tar.gz", "application/octet-stream"),
        ("a.strange", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_types_do_not_depend_on_the_system(name: str, kind: str) -> None:
    assert content_type(name) == kind


def test_every_file_of_ours_has_a_type() -> None:
    endings = {path.suffix for path in (ROOT / "ui").rglob("*.*")}
    assert all(content_type(f"a{end}") != "application/octet-stream" for end in endings)
