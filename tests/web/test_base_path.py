"""Everything below a path of its own, as behind a reverse proxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.web.access import Access, asker, host_names
from app.web.base_path import base_path, enter
from tests.conftest import SMALL
from tests.exhibit import Exhibit


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("", ""),
        ("/", ""),
        ("x", "/x"),
        ("/x/", "/x"),
        ("/hall/one.2", "/hall/one.2"),
        ("//x", "/x"),
    ],
)
def test_a_path_may_be_given_in_any_way(given: str, normal: str) -> None:
    assert base_path(given) == normal


@pytest.mark.parametrize(
    "given", ["..", "/x/..", "/.x", "/a//b", "/a b", "/ä", "/a?b", "/a%2fb", "/a\n"]
)
def test_what_is_no_path_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="/exhibit"):
        base_path(given)


def environ(path: str, **more: Any) -> dict[str, Any]:
    return {"PATH_INFO": path, "SCRIPT_NAME": "", **more}


@pytest.mark.parametrize(
    ("path", "rest"), [("/x/", "/"), ("/x/ws", "/ws"), ("/x/x/y", "/x/y"), ("/x//", "//")]
)
def test_the_path_is_taken_off_once(path: str, rest: str) -> None:
    request = environ(path)
    assert enter(request, "/x") is None
    assert (request["SCRIPT_NAME"], request["PATH_INFO"]) == ("/x", rest)


@pytest.mark.parametrize("path", ["/", "/ws", "/xy/", "/X/", "/../x/", ""])
def test_what_lies_beside_it_is_not_there(path: str) -> None:
    refused = enter(environ(path), "/x")
    assert refused is not None
    assert refused.status.startswith("404")
    assert "/x/" in refused.text


@pytest.mark.parametrize(
    ("peer", "header", "seen"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("::1", "127.0.0.1, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "nonsense", "0.0.0.0"),
        ("127.0.0.1", "192.0.2.7, unknown", "0.0.0.0"),
        ("192.0.2.1", "127.0.0.1", "192.0.2.1"),
    ],
)
def test_a_proxys_visitors_are_not_this_machine(peer: str, header: str | None, seen: str) -> None:
    given = {"REMOTE_ADDR": peer}
    if header is not None:
        given["HTTP_X_FORWARDED_FOR"] = header
    assert asker(given) == seen


def test_a_proxys_name_is_served() -> None:
    gate = Access(host_names(lan=False, more=("Museum.example",)))
    asked = {"HTTP_HOST": "museum.example", "HTTP_ORIGIN": "https://museum.example"}
    assert gate.refusal(asked) is None
    assert gate.refusal({**asked, "HTTP_ORIGIN": "https://evil.example"}) is not None
    assert Access(host_names(lan=False)).refusal(asked) is not None


@pytest.fixture(scope="module")
def below(environment: dict[str, str]) -> Iterator[Exhibit]:
    exhibit = Exhibit(*SMALL, "--base-path", "/hall/one", environment=environment)
    try:
        yield exhibit.ready()
    finally:
        exhibit.kill()


def test_ready_names_the_path_and_everything_is_there(below: Exhibit) -> None:
    assert below.url == f"http://127.0.0.1:{below.port}/hall/one/"
    assert below.json("healthz")["status"] == "ok"
    assert below.get("")[0] == 200
    visitor = below.visitor()
    assert visitor.see().nx == 96
    assert below.json("api/rooms/BEC/state")["running"] is True
    below.dismiss()


def test_nothing_is_beside_it(below: Exhibit) -> None:
    everything = below.url
    below.url = f"http://127.0.0.1:{below.port}/"
    try:
        for path in ("", "healthz", "ws", "ui/js/main.js", "hall/", "hall/onemore/healthz"):
            status, _, body = below.get(path)
            assert status == 404
            assert b"/hall/one/" in body
        status, headers, _ = below.get("hall/one?x=1")
        assert status == 200
        assert headers["content-type"].startswith("text/html")
    finally:
        below.url = everything


def test_a_proxied_guest_needs_the_code(below: Exhibit) -> None:
    client = below.connect({"X-Forwarded-For": "192.0.2.7"})
    client.send(type="hello", protocol=1)
    assert client.hear("error")["code"] == "forbidden"
    below.dismiss()
