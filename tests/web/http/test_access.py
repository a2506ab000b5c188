"""Host and Origin: who may speak to this server, and by which name."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from app.web.http import access
from app.web.http.access import Access, host_names, is_loopback


@pytest.fixture
def local() -> Access:
    return Access(host_names(lan=False))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8765",
        "LOCALHOST:80",
        "127.0.0.1",
        "127.0.0.1:1",
        "[::1]:8765",
        "[::1]",
    ],
)
def test_our_own_names_are_served(local: Access, host: str) -> None:
    assert local.refusal({"HTTP_HOST": host}) is None
    assert local.refusal({"HTTP_HOST": host, "HTTP_ORIGIN": f"http://{host}"}) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "127.0.0.1.nip.io:8765",
        "127.0.0.2",
        "0.0.0.0:8765",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "192.168.1.5",
        "localhost@evil.example",
        "evil.example@localhost",
        "user:pass@127.0.0.1:8765",
        "evil.example/localhost",
        "localhost/",
        "localhost#evil",
        "localhost?evil",
        "evil.example\\localhost",
        "localhost:port",
        "localhost:99999",
        "localhost:1:2",
        " localhost",
        "localhost ",
        "localhost,evil.example",
        "[::1",
        "::1",
        "[::ffff:127.0.0.1]",
        "[::2]:8765",
        "[localhost]",
        "localhost.",
    ],
)
def test_other_names_are_refused_though_they_lead_here(local: Access, host: str) -> None:
    why = local.refusal({"HTTP_HOST": host})
    assert why is not None
    assert "host" in why


def test_a_request_without_host_is_refused(local: Access) -> None:
    assert local.refusal({}) is not None


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://localhost",
        "http://localhost:8766",
        "http://127.0.0.1:8765",
        "http://localhost:8765.evil.example",
        "http://localhost:8765@evil.example",
        "http://evil.example#http://localhost:8765",
        "file://",
        "ftp://localhost:8765",
        "http://localhost:8765/",
        "http://localhost:8765, http://evil.example",
    ],
)
def test_pages_of_other_origins_are_refused(local: Access, origin: str) -> None:
    why = local.refusal({"HTTP_HOST": "localhost:8765", "HTTP_ORIGIN": origin})
    assert why is not None
    assert "origin" in why


def test_a_host_and_origin_that_agree_are_refused_if_the_name_is_not_ours(local: Access) -> None:
    rebound = {"HTTP_HOST": "evil.example:8765", "HTTP_ORIGIN": "http://evil.example:8765"}
    assert local.refusal(rebound) is not None


def test_a_page_served_through_tls_is_ours_too(local: Access) -> None:
    assert local.refusal({"HTTP_HOST": "localhost", "HTTP_ORIGIN": "https://localhost"}) is None


def test_on_the_network_our_names_and_addresses_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Hall.museum.example")
    ours = ["192.0.2.7", "198.51.100.3", "fd00::5"]
    monkeypatch.setattr(access, "own_addresses", lambda: ours)
    open_to_all = Access(host_names(lan=True))
    for host in ("192.0.2.7:8765", "hall.local:8765", "HALL", "hall.museum.example",
                 "198.51.100.3", "[fd00::5]:8765", "localhost:8765"):  # fmt: skip
        assert open_to_all.refusal({"HTTP_HOST": host}) is None, host
    for host in ("evil.example", "192.0.2.8", "hall.evil.example"):
        assert open_to_all.refusal({"HTTP_HOST": host}) is not None, host
    assert host_names(lan=False) == {"localhost", "127.0.0.1", "::1"}


def test_an_address_is_ours_where_a_connection_arrives_at_it(local: Access) -> None:
    asked = {"HTTP_HOST": "[fd00::9]:8765"}
    assert local.refusal(asked, "fd00::9") is None
    assert local.refusal(asked, "fd00::8") is not None
    assert local.refusal({"HTTP_HOST": "192.0.2.9"}, "::ffff:192.0.2.9") is None


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "::1%lo"])
def test_loopback_is_this_machine(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["", "192.168.0.1", "::2", "localhost", "::ffff:10.0.0.1", "x"])
def test_what_is_not_loopback_is_elsewhere(address: str) -> None:
    assert not is_loopback(address)


def test_the_address_on_the_network_is_one() -> None:
    ip_address(access.lan_address())
