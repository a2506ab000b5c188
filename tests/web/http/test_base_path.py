"""Everything below a path of its own, as behind a reverse proxy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.settings.site_options import base_path
from app.web.http.access import NOBODY, Access, host_names
from app.web.http.base_path import enter
from tests.conftest import SMALL
from tests.support.exhibit import Exhibit


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
    ("proxies", "peer", "header", "seen"),
    [
        ([], "127.0.0.1", None, "127.0.0.1"),
        ([], "127.0.0.1", "", "127.0.0.1"),
        ([], "127.0.0.1", "192.0.2.7", NOBODY),
        ([], "::ffff:127.0.0.1", "192.0.2.7", NOBODY),
        ([], "192.0.2.1", "127.0.0.1", "192.0.2.1"),
        ([], "192.0.2.1", "192.0.2.7", "192.0.2.1"),
        (["127.0.0.1"], "127.0.0.1", None, "127.0.0.1"),
        (["127.0.0.1"], "127.0.0.1", "192.0.2.7", "192.0.2.7"),
        (["127.0.0.1"], "::ffff:127.0.0.1", "192.0.2.7", "192.0.2.7"),
        (["127.0.0.0/8", "::1"], "::1", "127.0.0.1, 192.0.2.7", "192.0.2.7"),
        (["127.0.0.1"], "127.0.0.1", "2001:db8::1", "2001:db8::1"),
        (["127.0.0.1"], "127.0.0.1", "nonsense", NOBODY),
        (["127.0.0.1"], "127.0.0.1", "192.0.2.7, unknown", NOBODY),
        (["127.0.0.1"], "127.0.0.1", "127.0.0.1", NOBODY),
        (["127.0.0.1"], "127.0.0.1", "127.0.0.2", NOBODY),
        (["10.0.0.0/8"], "10.1.1.1", "192.0.2.7", "192.0.2.7"),
        (["10.0.0.0/8"], "10.1.1.1", "198.51.100.1, 192.0.2.7, 10.1.1.2", "192.0.2.7"),
        (["10.0.0.0/8"], "10.1.1.1", "127.0.0.1", NOBODY),
        (["10.0.0.0/8"], "10.1.1.1", None, "10.1.1.1"),
        (["10.0.0.0/8"], "192.0.2.1", "192.0.2.7", "192.0.2.1"),
        (["10.0.0.0/8"], "127.0.0.1", "192.0.2.7", NOBODY),
    ],
)
def test_only_a_believed_proxy_says_who_asks(
    proxies: list[str], peer: str, header: str | None, seen: str
) -> None:
    given = {"REMOTE_ADDR": peer}
    if header is not None:
        given["HTTP_X_FORWARDED_FOR"] = header
    Access(host_names(lan=False), proxies).settle(given)
    assert given["REMOTE_ADDR"] == seen


@pytest.mark.parametrize("believed", [[], ["127.0.0.1"]])
@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "museum.example"},
        {"HTTP_HOST": "127.0.0.1:80", "HTTP_ORIGIN": "https://museum.example"},
        {"HTTP_VIA": "1.1 proxy"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
    ],
)
def test_whoever_comes_through_a_proxy_is_not_this_machine(
    headers: dict[str, str], believed: list[str]
) -> None:
    gate = Access(host_names(lan=False), believed, ["museum.example"])
    asked = {"REMOTE_ADDR": "127.0.0.1", **headers}
    gate.settle(asked)
    assert asked["REMOTE_ADDR"] == NOBODY


@pytest.mark.parametrize(
    ("peer", "said", "scheme"),
    [
        ("10.1.1.1", "https", "https"),
        ("10.1.1.1", "http, HTTPS", "https"),
        ("10.1.1.1", "javascript", "http"),
        ("192.0.2.1", "https", "http"),
    ],
)
def test_only_a_believed_proxy_says_how_it_is_asked(peer: str, said: str, scheme: str) -> None:
    asked = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_PROTO": said, "wsgi.url_scheme": "http"}
    Access(host_names(lan=False), ["10.0.0.0/8"]).settle(asked)
    assert asked["wsgi.url_scheme"] == scheme


def test_a_proxys_page_is_served_whatever_host_it_passes_on() -> None:
    public = "https://museum.example:8443"
    gate = Access(host_names(lan=False), ["127.0.0.1"], ["museum.example"], public)
    asked = {"HTTP_HOST": "127.0.0.1:80", "HTTP_ORIGIN": public, "REMOTE_ADDR": "127.0.0.1"}
    gate.settle(asked)
    assert gate.refusal(asked) is None
    assert gate.refusal({**asked, "HTTP_ORIGIN": "https://museum.example"}) is not None
    assert gate.refusal({**asked, "HTTP_ORIGIN": "https://evil.example"}) is not None


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
