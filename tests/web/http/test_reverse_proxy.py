"""An exhibit behind a reverse proxy: how it is called, and who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
import websocket

from tests.support.client import Client
from tests.support.proxy import CLIENT, ReverseProxy
from tests.support.serving import Serving

PUBLIC = "https://museum.example/hall"
NAMES = {"host": "museum.example", "origin": "https://museum.example"}
"""What a browser says of the page."""

Begin = Callable[..., Serving]


@pytest.fixture
def begin(environment: dict[str, str]) -> Iterator[Begin]:
    """Starts servers for which `museum.example` is a proxy's name."""
    with ExitStack() as servers:

        def start(*more: str) -> Serving:
            server = Serving(environment, "--public-url", PUBLIC, *more)
            servers.callback(server.kill)
            return server

        yield start


def behind(server: Serving, **how: Any) -> closing[ReverseProxy]:
    port = int(server.url.split(":")[2].split("/")[0])
    return closing(ReverseProxy(port, **how))


def request_entry(proxy: ReverseProxy, headers: dict[str, str]) -> Client:
    return Client(f"http://127.0.0.1:{proxy.port}/hall/", headers, **NAMES)


def come(server: Serving, proxy: ReverseProxy, client: str, **hello: Any) -> Client:
    """A browser at the address `client` says hello through the proxy."""
    visitor = request_entry(proxy, {CLIENT: client})
    server.clients.append(visitor)
    visitor.send(type="hello", protocol=1, **hello)
    return visitor


def guess(server: Serving, proxy: ReverseProxy, client: str) -> list[str]:
    """What wrong codes are answered, until they are too many."""
    told: list[str] = []
    while "too_fast" not in told and len(told) < 9:
        told.append(come(server, proxy, client, token="WRONG1").hear("error")["code"])
    return told


def code_of(server: Serving) -> dict[str, Any]:
    kiosk = server.stranger()
    kiosk.hello(token=server.launch.kiosk_token)
    return kiosk.hear("invitation")


def test_guests_are_invited_to_the_public_address(begin: Begin) -> None:
    server = begin("--proxy", "127.0.0.1")
    assert server.url.endswith("/hall/")
    told = code_of(server)
    assert told["url"] == f"{PUBLIC}/models/BEC#join={told['code']}"
    assert told["address"] == PUBLIC
    assert told["name"] == ""
    assert "<svg" in told["svg"]
    with behind(server) as proxy:
        visitor = come(server, proxy, "198.51.100.7", token=told["code"])
        assert visitor.hear("welcome")["you"]["role"] == "guest"


def test_limits_are_each_visitors_own_where_the_proxy_is_believed(begin: Begin) -> None:
    server = begin("--proxy", "127.0.0.0/8")
    code = code_of(server)["code"]
    with behind(server) as proxy:
        assert guess(server, proxy, "198.51.100.7")[-1] == "too_fast"
        late = come(server, proxy, "198.51.100.7", token=code)
        assert late.hear("error")["code"] == "too_fast"
        come(server, proxy, "198.51.100.8", token=code).hear("welcome")
        # What a visitor says of themselves stands before what the proxy says, and counts nothing.
        headers = {CLIENT: "198.51.100.7", "X-Forwarded-For": "198.51.100.8"}
        liar = request_entry(proxy, headers)
        server.clients.append(liar)
        liar.send(type="hello", protocol=1, token=code)
        assert liar.hear("error")["code"] == "too_fast"


def test_without_it_all_share_one_address_and_none_is_this_machine(begin: Begin) -> None:
    server = begin()
    code = code_of(server)["code"]
    with behind(server, adds={}) as proxy:
        assert guess(server, proxy, "198.51.100.7")[0] == "forbidden"
    with behind(server) as proxy:
        other = come(server, proxy, "198.51.100.8", token=code)
        assert other.hear("error")["code"] == "too_fast"


@pytest.mark.parametrize("believed", [(), ("--proxy", "127.0.0.1")])
def test_a_proxy_that_asks_by_another_name_gives_no_rights_away(
    begin: Begin, believed: tuple[str, ...]
) -> None:
    """As nginx does by itself: Host is ours, and nothing says that somebody else asks."""
    server = begin(*believed)
    port = server.url.split(":")[2].split("/")[0]
    with behind(server, adds={}, host=f"127.0.0.1:{port}") as proxy:
        visitor = come(server, proxy, "198.51.100.7")
        assert visitor.hear("error")["code"] == "forbidden"
    with behind(server, host=f"127.0.0.1:{port}") as proxy:
        url = f"http://127.0.0.1:{proxy.port}/hall/"
        assert server.get("metrics", url=url)[0] == 403
        with pytest.raises(websocket.WebSocketBadStatusException):
            Client(url, host="museum.example", origin="https://evil.example")


def test_one_visitor_cannot_use_up_the_proxys_connections(begin: Begin) -> None:
    server = begin("--proxy", "127.0.0.1")
    code = code_of(server)["code"]
    with behind(server) as proxy, ExitStack() as held:
        for _ in range(120):
            held.callback(request_entry(proxy, {CLIENT: "198.51.100.7"}).close)
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            request_entry(proxy, {CLIENT: "198.51.100.7"})
        assert refused.value.status_code == 429
        come(server, proxy, "198.51.100.8", token=code).hear("welcome")
