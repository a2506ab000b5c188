"""This computer's addresses on its networks, from its interfaces: no gateway or name is needed."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

import ifaddr

_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses for documentation, which are nobody's."""
_VIRTUAL = re.compile(
    r"^(docker|podman|cni|veth|virbr|br-|lxc|lxd|vmnet|vbox|tun|tap|utun|wg|zt|tailscale|awdl|llw)"
    r"|virtual|vmware|hyper-v|vethernet|vpn|tap-windows|wireguard",
    re.IGNORECASE,
)
"""Interfaces behind which there are containers, other machines inside this one, or far networks."""


class _Found(NamedTuple):
    """An address, by what makes it worse than another."""

    is_virtual: bool
    is_not_routed: bool
    is_self_given: bool
    version: int
    address: str


def own_addresses() -> list[str]:
    """All at which others may reach this computer, the likeliest first: IPv4 and IPv6."""
    routed = set(_routed())
    found = [
        _Found(
            bool(_VIRTUAL.search(name)),
            str(ip) not in routed,
            ip.is_link_local,
            ip.version,
            str(ip),
        )
        for name, ip in _interfaces()
        if _is_for_guests(ip)
    ]
    return list(dict.fromkeys(one.address for one in sorted(found, key=lambda one: one[:4])))


def in_url(address: str) -> str:
    """`address` as it stands in a page's address."""
    return f"[{address}]" if ":" in address else address


def _is_for_guests(ip: IPv4Address | IPv6Address) -> bool:
    """No page has an IPv6 address that counts on one link only: browsers take no zone."""
    if ip.is_loopback or ip.is_unspecified or ip.is_multicast:
        return False
    return ip.version == 4 or not ip.is_link_local


def _interfaces() -> Iterator[tuple[str, IPv4Address | IPv6Address]]:
    """Each interface's name with each of its addresses; none where the system tells of none."""
    with suppress(OSError):
        for adapter in ifaddr.get_adapters():
            for one in adapter.ips:
                text = one.ip if isinstance(one.ip, str) else one.ip[0]
                with suppress(ValueError):
                    yield adapter.nice_name, ip_address(text.partition("%")[0])


def _routed() -> Iterator[str]:
    """Those by which this computer reaches far networks."""
    for family, address in _ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            # No packet is sent: connecting a datagram socket only asks for the route.
            probe.connect((address, 9))
            yield str(probe.getsockname()[0])
