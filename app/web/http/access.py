"""Who may speak to this server: checked Host and Origin on every route and upgrade.

Checking Host keeps a foreign page from reaching us through a name of its own that resolves to
our address (DNS rebinding); checking Origin keeps it from using a visitor's browser against us.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from app.web.http.addresses import own_addresses
from app.web.http.mdns import HOSTS

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
NOBODY = "0.0.0.0"  # noqa: S104
"""For whoever comes through a proxy that is not believed: nobody's address, nor this machine's."""
PROXIED = "vortarium.proxied"
"""In the WSGI environ: did the request come through a reverse proxy?"""
PROXY_HEADERS = ("X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_FORWARDED_HOST", "X_REAL_IP",
                 "FORWARDED", "VIA")  # fmt: skip
"""What only proxies send."""


def is_loopback(address: str) -> bool:
    """Is `address` (of a peer) this very machine?"""
    ip = _ip(address)
    return ip is not None and ip.is_loopback


def authorization(environ: Mapping[str, Any]) -> str:
    """The Authorization header, or "". Bottle's get_header fails for one that is not UTF-8."""
    return str(environ.get("HTTP_AUTHORIZATION", ""))


def lan_address() -> str:
    """The address at which others on the network reach us; 127.0.0.1 without a network."""
    return next(iter(own_addresses()), "127.0.0.1")


def host_names(lan: bool, more: Iterable[str] = ()) -> frozenset[str]:
    """The names and addresses by which this server may be called; `more` are a proxy's.

    Addresses that this computer gets later are known by where a connection arrives.
    """
    given = frozenset(name.lower() for name in more)
    if not lan:
        return LOOPBACK_NAMES | given
    name = socket.gethostname().lower()
    stem = name.split(".")[0]
    return LOOPBACK_NAMES | given | {name, stem, f"{stem}.local", *own_addresses(), *HOSTS}


class Access:
    """Judges requests by their WSGI environ."""

    def __init__(
        self,
        names: frozenset[str],
        proxies: Iterable[str] = (),
        proxy_names: Iterable[str] = (),
        public_origin: str = "",
    ) -> None:
        """`proxies`: addresses and networks of those that are believed; `proxy_names`: by which
        they are called. `public_origin`: where pages come from that a proxy serves.
        """
        self._names = names
        self._proxies = [ipaddress.ip_network(proxy) for proxy in proxies]
        self._proxy_names = frozenset(name.lower() for name in proxy_names) - LOOPBACK_NAMES
        self._public_origin = public_origin

    def is_proxy(self, address: str) -> bool:
        """Is `address` (of a peer) a proxy that is believed?"""
        ip = _ip(address)
        return ip is not None and any(ip in network for network in self._proxies)

    def settle(self, environ: MutableMapping[str, Any]) -> None:
        """Put into `environ` who really asks, and how, as far as that can be believed.

        REMOTE_ADDR becomes the address for which a believed proxy asks; whoever comes through
        another one has none. wsgi.url_scheme is what a believed proxy says.
        """
        peer = str(environ.get("REMOTE_ADDR", ""))
        believed = self.is_proxy(peer)
        proxied = self._is_proxied(environ)
        environ[PROXIED] = proxied and (believed or is_loopback(peer))
        environ["REMOTE_ADDR"] = str(_ip(peer) or peer)
        if environ[PROXIED]:
            environ["REMOTE_ADDR"] = self._asker(environ) if believed else NOBODY
        scheme = str(environ.get("HTTP_X_FORWARDED_PROTO", "")).rpartition(",")[2].strip().lower()
        if believed and scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme

    def refusal(self, environ: Mapping[str, Any], local_address: str = "") -> str | None:
        """Why this request is refused, or None. Origin, when sent, must be the Host itself.

        `local_address` is where the connection arrived: on a machine with several networks,
        guests call it by the address that theirs has. Behind a proxy that passes another Host on,
        pages come from the public address.
        """
        host = str(environ.get("HTTP_HOST", ""))
        name = _name_of(host)
        if name is None or (name not in self._names and name != str(_ip(local_address) or "")):
            return "this server does not answer to that host name"
        origin = environ.get("HTTP_ORIGIN")
        if origin is None or origin in (f"http://{host}", f"https://{host}"):
            return None
        if origin == self._public_origin and environ.get(PROXIED):
            return None
        return "requests from pages of other origins are refused"

    def _is_proxied(self, environ: Mapping[str, Any]) -> bool:
        """By what proxies add; or because it calls us, or comes from where, only a proxy does."""
        if any(environ.get(f"HTTP_{header}") for header in PROXY_HEADERS):
            return True
        origin = str(environ.get("HTTP_ORIGIN", "")).partition("://")[2]
        return not self._proxy_names.isdisjoint(
            (_name_of(str(environ.get("HTTP_HOST", ""))), _name_of(origin))
        )

    def _asker(self, environ: Mapping[str, Any]) -> str:
        """The last address in X-Forwarded-For that is no believed proxy's.

        Those before it may be anybody's invention, and so may one of this very machine.
        """
        for named in reversed(str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")):
            if self.is_proxy(named.strip()):
                continue
            ip = _ip(named.strip())
            return NOBODY if ip is None or ip.is_loopback else str(ip)
        return NOBODY


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """`address`, an IPv4 one in IPv6's clothes as what it is; None for what is none."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return None
    return getattr(ip, "ipv4_mapped", None) or ip


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
