"""What people write for a compute server's address."""

from __future__ import annotations

import pytest

from app.transport.address import bindable, endpoint, is_loopback


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("host", "tcp://host:27000"),
        ("host:1", "tcp://host:1"),
        ("tcp://host:27001", "tcp://host:27001"),
        ("tcp://host", "tcp://host:27000"),
        (" 192.168.1.5 ", "tcp://192.168.1.5:27000"),
        ("[::1]:27000", "tcp://[::1]:27000"),
        ("[::1]", "tcp://[::1]:27000"),
        ("tcp://[fe80::1]:65535", "tcp://[fe80::1]:65535"),
        ("gpu-1.lab.example.org", "tcp://gpu-1.lab.example.org:27000"),
    ],
)
def test_every_form_is_understood(text: str, found: str) -> None:
    assert endpoint(text) == found


@pytest.mark.parametrize(
    "text",
    ["", ":27000", "host:", "host:0", "host:65536", "host:port", "::1", "[::1", "[1.2]:3", "a b",
     "http://host", "udp://host:1", "host:1:2", "host/path", "tcp://", "höst", "host:-1"],
)  # fmt: skip
def test_another_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"needed"):
        endpoint(text)


def test_where_to_listen() -> None:
    assert bindable("0.0.0.0", 5) == "tcp://0.0.0.0:5"
    assert bindable("::", "*") == "tcp://[::]:*"
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost")] == [True] * 3
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "host", "192.168.1.1")] == [False] * 4
