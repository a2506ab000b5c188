"""A name on the network, over real multicast on this machine's own interface."""

from __future__ import annotations

import queue
import socket
from collections.abc import Callable, Iterator

import pytest
from zeroconf import AddressResolverIPv4, IPVersion, ServiceInfo, Zeroconf

from app.web.access import lan_address
from app.web.announce import HOSTS, SERVICE, Announcer

PATIENCE_S = 20.0
ASK_MS = 3000
PORT = 45679
ELSEWHERE = "198.51.100.7"

Announce = Callable[[], "Named"]


class Named:
    """An announcer, and the names that it told."""

    def __init__(self) -> None:
        self.names: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.announcer = Announcer(PORT, "/hall", self.names.put)

    def next_name(self) -> str:
        """The next that is told."""
        return self.names.get(timeout=PATIENCE_S)


@pytest.fixture
def address() -> str:
    found = lan_address()
    if found == "127.0.0.1":
        pytest.skip("this machine is on no network")
    return found


@pytest.fixture
def other(address: str) -> Iterator[Zeroconf]:
    """Another computer's responder, as far as anybody can tell."""
    responder = Zeroconf(interfaces=[address], ip_version=IPVersion.V4Only)
    yield responder
    responder.close()


@pytest.fixture
def named() -> Iterator[Named]:
    one = Named()
    yield one
    one.announcer.stop()


def resolved(asker: Zeroconf, host: str) -> list[str]:
    question = AddressResolverIPv4(f"{host}.")
    question.request(asker, ASK_MS)
    return question.parsed_addresses()


def test_the_exhibit_is_found_by_its_name_until_it_ends(
    address: str, other: Zeroconf, named: Named
) -> None:
    named.announcer.move(address)
    assert named.next_name() == ""
    host = named.next_name()
    assert host in HOSTS
    assert resolved(other, host) == [address]
    service = found(other, host, ASK_MS)
    assert service is not None
    assert service.properties[b"path"] == b"/hall/"
    named.announcer.stop()
    assert found(other, host, 300) is None


def found(asker: Zeroconf, host: str, patience_ms: int) -> ServiceInfo | None:
    """Our service; another exhibit on this very machine may have the first title."""
    title = host.removesuffix(".local").capitalize()
    for name in (title, *(f"{title}-{n}" for n in range(2, 5))):
        service = asker.get_service_info(SERVICE, f"{name}.{SERVICE}", patience_ms)
        if service is not None and service.port == PORT:
            return service
    return None


@pytest.mark.long
def test_a_second_exhibit_on_the_network_has_another_name(
    address: str, other: Zeroconf, named: Named
) -> None:
    other.register_service(
        ServiceInfo(
            SERVICE, f"Another.{SERVICE}", port=80, server=f"{HOSTS[0]}.",
            addresses=[socket.inet_aton(ELSEWHERE)],
        )
    )  # fmt: skip
    named.announcer.move(address)
    assert named.next_name() == ""
    assert named.next_name() in HOSTS[1:]


def test_a_network_that_will_not_have_it_is_no_fault(
    named: Named, caplog: pytest.LogCaptureFixture
) -> None:
    named.announcer.move("203.0.113.250")  # of no interface here
    assert named.next_name() == ""
    named.announcer.move("not an address")
    assert named.next_name() == ""
    named.announcer.move("")
    assert named.next_name() == ""
    named.announcer.stop()
    assert "no name on this network" in caplog.text
