"""Who may speak to this server: checked Host and Origin on every route and upgrade.

Checking Host keeps a foreign page from reaching us through a name of its own that resolves to
our address (DNS rebinding); checking Origin keeps it from using a visitor's browser against us.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from app.web.announce import HOSTS

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(address: str) -> bool:
    """Is `address` (of a peer) this very machine?"""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_loopback


def authorization(environ: Mapping[str, Any]) -> str:
    """The Authorization header, or "". Bottle's get_header fails for one that is not UTF-8."""
    return str(environ.get("HTTP_AUTHORIZATION", ""))


def lan_address() -> str:
    """The address at which others on the network reach us; 127.0.0.1 without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # No packet is sent: connecting a datagram socket only asks for the route.
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def asker(environ: Mapping[str, Any]) -> str:
    """The address that a request comes from: the one a reverse proxy on this machine names.

    Only the last address is the proxy's own word. Whoever sends the header without a proxy can
    but lose rights that this machine's programs have.
    """
    peer = str(environ.get("REMOTE_ADDR", ""))
    named = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    if not (named and is_loopback(peer)):
        return peer
    try:
        return str(ipaddress.ip_address(named))
    except ValueError:
        return "0.0.0.0"  # noqa: S104  (nobody's address, and not this machine's)


def host_names(lan: bool, more: Iterable[str] = ()) -> frozenset[str]:
    """The names and addresses by which this server may be called; `more` are a proxy's."""
    given = frozenset(name.lower() for name in more)
    if not lan:
        return LOOPBACK_NAMES | given
    name = socket.gethostname().lower()
    names = {name, name.split(".")[0], f"{name.split('.')[0]}.local", lan_address(), *HOSTS}
    with contextlib.suppress(OSError):
        names.update(str(info[4][0]).split("%")[0] for info in socket.getaddrinfo(name, None))
    return LOOPBACK_NAMES | given | names


class Access:
    """Judges requests by their WSGI environ."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def refusal(self, environ: Mapping[str, Any], local_address: str = "") -> str | None:
        """Why this request is refused, or None. Origin, when sent, must be the Host itself.

        `local_address` is where the connection arrived: on a machine with several networks,
        guests call it by the address that theirs has.
        """
        host = str(environ.get("HTTP_HOST", ""))
        name = _name_of(host)
        if name is None or (name not in self._names and name != local_address):
            return "this server does not answer to that host name"
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return "requests from pages of other origins are refused"
        return None


def _name_of(host: str) -> str | None:
    """The name in a Host header, without port or brackets; None if it is none."""
    if not host or any(c in host for c in "/@\\?#") or host != host.strip():
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return None
    return parts.hostname
