"""A name on the network, over real multicast on this machine's own interface."""

from __future__ import annotations

import queue
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from zeroconf import AddressResolverIPv4, IPVersion, ServiceInfo, Zeroconf

from app.web.http.access import lan_address
from app.web.http.mdns import HOSTS, SERVICE, Announcer

PATIENCE_S = 20.0
ASK_MS = 3000
PORT = 45679
ELSEWHERE = "198.51.100.7"


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


class Other:
    """Another computer, as far as anybody can tell.

    In a thread of its own, for the library must not meet the event loop of other tests' browsers.
    """

    def __init__(self, address: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._responder: Zeroconf = self._do(
            lambda: Zeroconf(interfaces=[address], ip_version=IPVersion.V4Only)
        )

    def register(self, service: ServiceInfo) -> None:
        """Have it."""
        self._do(lambda: self._responder.register_service(service))

    def resolve(self, host: str) -> list[str]:
        """The addresses of that name."""
        question = AddressResolverIPv4(f"{host}.")
        self._do(lambda: question.request(self._responder, ASK_MS))
        return question.parsed_addresses()

    def find(self, host: str, patience_ms: int) -> ServiceInfo | None:
        """Our service; another exhibit on this very machine may have the first title."""
        title = host.removesuffix(".local").capitalize()
        for name in (title, *(f"{title}-{n}" for n in range(2, 5))):
            ask = partial(
                self._responder.get_service_info, SERVICE, f"{name}.{SERVICE}", patience_ms
            )
            service = self._do(ask)
            if service is not None and service.port == PORT:
                return service
        return None

    def close(self) -> None:
        """Be gone."""
        self._do(self._responder.close)
        self._thread.shutdown()

    def _do(self, act: Callable[[], Any]) -> Any:
        return self._thread.submit(act).result()


@pytest.fixture
def other(address: str) -> Iterator[Other]:
    """Another computer on the network."""
    one = Other(address)
    yield one
    one.close()


@pytest.fixture
def named() -> Iterator[Named]:
    one = Named()
    yield one
    one.announcer.stop()


@pytest.mark.long
def test_the_exhibit_is_found_by_its_name_until_it_ends(
    address: str, other: Other, named: Named
) -> None:
    named.announcer.move(address)
    assert named.next_name() == ""
    host = named.next_name()
    assert host in HOSTS
    assert other.resolve(host) == [address]
    service = other.find(host, ASK_MS)
    assert service is not None
    assert service.properties[b"path"] == b"/hall/"
    named.announcer.stop()
    assert other.find(host, 300) is None


@pytest.mark.long
def test_a_second_exhibit_on_the_network_has_another_name(
    address: str, other: Other, named: Named
) -> None:
    other.register(
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
