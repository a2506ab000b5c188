"""Gives the exhibit a name on the network, such as vortarium.local, by multicast DNS.

All of this happens in a thread of its own and none of it is needed: a network that does not carry
multicast, or a fault of any kind, is logged, and guests type the address.
"""

from __future__ import annotations

import logging
import queue
import socket
import threading
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address
from typing import Any

log = logging.getLogger(__name__)

STEM = "vortarium"
MAX_EXHIBITS = 9
"""On one network, with names of their own."""
HOSTS = (f"{STEM}.local", *(f"{STEM}-{n}.local" for n in range(2, MAX_EXHIBITS + 1)))
SERVICE = "_http._tcp.local."
ASK_MS = 2500
"""For another exhibit to answer that it has a name already: one that has just announced it keeps
silent about it for a second (RFC 6762, 6)."""
END_S = 1.0
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


class Announcer:
    """Announces one server on the network at which `move` says it is."""

    def __init__(self, port: int, base_path: str, named: Callable[[str], None]) -> None:
        """`named` gets the host name that others can use, or "", from another thread."""
        self._port = port
        self._path = f"{base_path}/"
        self._named = named
        self._moves: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._responder: Any = None
        self._thread = threading.Thread(target=self._run, name="announce", daemon=True)
        self._thread.start()

    def move(self, address: str) -> None:
        """This machine is at that address now, or on no network if it is empty."""
        self._moves.put(address)

    def stop(self) -> None:
        """Take the name back, and wait for that a little."""
        self._moves.put(None)
        self._thread.join(END_S)

    def _run(self) -> None:
        while True:
            address = self._moves.get()
            self._guarded(self._withdraw)
            if address is None:
                return
            self._named("")
            if address:
                self._guarded(partial(self._announce, address))

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as fault:  # noqa: BLE001  (whatever it is, the exhibit goes on without)
            log.warning("no name on this network: %s: %s", type(fault).__name__, fault)

    def _announce(self, address: str) -> None:
        # Slow to import, and of use on a network only.
        from zeroconf import IPVersion, ServiceInfo, Zeroconf

        ip = ip_address(address)
        with socket.socket(_FAMILY[ip.version], socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))  # where this fails, the library would leave sockets open
        only = IPVersion.V4Only if ip.version == 4 else IPVersion.V6Only
        self._responder = Zeroconf(interfaces=[address], ip_version=only)
        host = self._free_host(address)
        if host is None:
            log.warning("no name on this network: all of %s are taken", ", ".join(HOSTS))
            self._withdraw()
            return
        title = host.removesuffix(".local").capitalize()
        service = ServiceInfo(
            SERVICE,
            f"{title}.{SERVICE}",
            port=self._port,
            addresses=[ip.packed],
            properties={"path": self._path},
            server=f"{host}.",
        )
        self._responder.register_service(service, allow_name_change=True)
        log.info("on this network the exhibit is called %s", host)
        self._named(host)

    def _free_host(self, address: str) -> str | None:
        """The first of HOSTS that no other machine has."""
        from zeroconf import (  # type: ignore[attr-defined]
            AddressResolverIPv4,
            AddressResolverIPv6,
        )

        is_v4 = ip_address(address).version == 4
        for host in HOSTS:
            asked = (AddressResolverIPv4 if is_v4 else AddressResolverIPv6)(f"{host}.")
            asked.request(self._responder, ASK_MS)
            if set(asked.parsed_addresses()) <= {address}:
                return host
        return None

    def _withdraw(self) -> None:
        responder, self._responder = self._responder, None
        if responder is not None:
            responder.close()
