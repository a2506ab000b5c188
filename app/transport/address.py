"""Addresses of compute servers, as people write them and as ZeroMQ needs them."""

from __future__ import annotations

import ipaddress
import re

PORT = 27000
FORMS = "host, host:port, tcp://host:port or [::1]:port"
_PLACE = re.compile(r"(?:tcp://)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?/?")


def endpoint(text: str, port: int = PORT) -> str:
    """Return `tcp://host:port` for any of FORMS; `port` is used where none is given.

    Raises ValueError, whose text says what is allowed.
    """
    place = _PLACE.fullmatch(text.strip())
    if place is None:
        raise ValueError(f"{text!r} is not an address; {FORMS} is needed")
    number = int(place[2] or port)
    if not 1 <= number <= 65535:
        raise ValueError(f"{text!r}: a port from 1 to 65535 is needed, not {number}")
    if place[1].startswith("["):
        try:
            ipaddress.IPv6Address(place[1][1:-1])
        except ValueError:
            raise ValueError(
                f"{text!r}: {place[1]} is not an IPv6 address; {FORMS} is needed"
            ) from None
    return f"tcp://{place[1]}:{number}"


def bindable(host: str, port: int | str) -> str:
    """Return the endpoint to listen on; `host` without brackets, port "*" for any free one."""
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
