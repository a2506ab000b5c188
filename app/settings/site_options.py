"""Checks of options that say where the site is and what it serves beside its own pages."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._~-]*")


LANDING = "/"
"""As a home: the landing page."""
EVERYWHERE = "::"
"""As an address to listen on: all of this computer's, IPv4 too, and IPv6 where there is any."""
USUAL_PORTS = {"http": 80, "https": 443}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_MODEL = re.compile(r"[^\W\d]\w{0,99}")


class PublicUrl(Struct, frozen=True):
    """Where a reverse proxy is called."""

    scheme: str
    host: str
    """A name in lower case, or an address without brackets."""
    port: int
    path: str
    """As app.web.http.base_path makes it."""

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the usual one, port: as browsers send it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == USUAL_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def named_folder(text: str) -> str:
    """`name=folder` with the folder's absolute path. Raises ValueError if there is none."""
    name, equals, folder = text.partition("=")
    if not (equals and _NAME.fullmatch(name)):
        raise ValueError(
            f"NAME=FOLDER is needed, the name of letters, digits, - and _, not {text!r}"
        )
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ValueError(f"there is no folder {folder!r}")
    return f"{name}={path.resolve()}"


def host_name(text: str) -> str:
    """A name as it stands in a page's address, without scheme and port. Raises ValueError."""
    if not _HOST.fullmatch(text):
        raise ValueError(f"a name such as museum.example is needed, not {text!r}")
    return text.lower()


def public_url(text: str) -> PublicUrl:
    """An http or https address without user, query and fragment. Raises ValueError."""
    needed = f"an address such as https://museum.example/vortarium is needed, not {text!r}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(needed) from None
    host = parts.hostname or ""
    named = _is_address(host) or _HOST.fullmatch(host)
    if parts.scheme not in USUAL_PORTS or not named or port == 0 or re.search(r"[?#@\s]", text):
        raise ValueError(needed)
    return PublicUrl(parts.scheme, host, port or USUAL_PORTS[parts.scheme], base_path(parts.path))


def listening_address(text: str) -> str:
    """An address that a computer can have, or that stands for all of its own. Raises ValueError."""
    if not _is_address(text) or ipaddress.ip_address(text).is_multicast:
        raise ValueError(
            f"an address of this computer such as 192.168.1.20 is needed, or 0.0.0.0 for all, not "
            f"{text!r}"
        )
    return str(ipaddress.ip_address(text))


def proxy(text: str) -> str:
    """An address, or a network such as 172.17.0.0/16. Raises ValueError."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or network.prefixlen == 0:
        raise ValueError(
            f"a proxy's address such as 127.0.0.1, or its network such as 172.17.0.0/16, is "
            f"needed, not {text!r}"
        )
    return str(network if network.num_addresses > 1 else network.network_address)


def home(text: str) -> str:
    """LANDING, an exhibit's name, or static/NAME/PATH. Raises ValueError."""
    path = text.strip("/")
    name, _, rest = path.removeprefix("static/").partition("/")
    page = path.startswith("static/") and _NAME.fullmatch(name)
    plain = not re.search(r"[\x00-\x1f\x7f\\]", rest) and ".." not in rest.split("/")
    if page and plain:
        return f"static/{name}/{rest}" + ("/" if rest and text.endswith("/") else "")
    if path in ("", "landing"):
        return LANDING
    path = path.removeprefix("models/")
    if not _MODEL.fullmatch(path):
        raise ValueError(
            f"an exhibit's name such as BEC, a page such as static/NAME/page.html, or {LANDING} is "
            f"needed, not {text!r}"
        )
    return path


def is_loopback(address: str) -> bool:
    """Is `address`, or network, this very machine alone?"""
    return ipaddress.ip_network(address).is_loopback


def _is_address(text: str) -> bool:
    try:
        return not getattr(ipaddress.ip_address(text), "scope_id", None)
    except ValueError:
        return False


def base_path(text: str) -> str:
    """`text` with a slash before it and none after; "" for the root. Raises ValueError."""
    segments = text.strip("/").split("/") if text.strip("/") else []
    if not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise ValueError(
            f"a path such as /exhibit is needed, of letters, digits and -._~, not {text!r}"
        )
    return "".join(f"/{segment}" for segment in segments)
