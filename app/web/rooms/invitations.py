"""Tells kiosks and operators how guests come in: address, code and QR code, now and on each change.

The network may come, go or give another address while the exhibit runs.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import gevent
import segno

from app.protocol.messages import Invitation
from app.settings.site_options import PublicUrl
from app.web.auth.join_codes import JoinCodes
from app.web.auth.permissions import STAFF
from app.web.http.access import is_loopback, lan_address
from app.web.http.addresses import in_url
from app.web.rooms.viewer import Viewer
from app.web.rooms.web_room import WebRoom

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""How often the network's address is looked up."""


NO_NETWORK = (
    "this computer is on no network, so guests find no way in; a cable or a wireless network gives "
    "one, and is noticed"
)


class JoinAddress(NamedTuple):
    """A way in. `base` is where all pages lie, without the slash at its end."""

    base: str
    code: str

    @property
    def address(self) -> str:
        """What a person types: host, port where one is needed, path; https where it must be."""
        return self.base.removeprefix("http://")


class Invitations:
    """Of one server."""

    def __init__(
        self,
        codes: JoinCodes,
        web_rooms: Callable[[], Iterable[WebRoom]],
        base_path: str,
        proxies: Sequence[str],
        public_url: PublicUrl | None,
        tell: Callable[[JoinAddress], None],
    ) -> None:
        """`web_rooms`: those that run. `proxies`: names by which guests call a reverse proxy;
        `public_url`: where they find it, if that is known.

        `tell` hears of each way in that is new.
        """
        self._codes = codes
        self._web_rooms = web_rooms
        self._base_path = base_path
        self._proxied = [f"http://{name}{base_path}" for name in proxies[:1]]
        if public_url is not None:
            self._proxied = [str(public_url)]
        self._tell = tell
        self._name = ""
        self._ways: list[JoinAddress] = []

    def keep_up(
        self, port: int | None, moved: Callable[[str], None], only_address: str = ""
    ) -> None:
        """Follow code and network for ever; `port`: where the network reaches us, if it may.

        `only_address`: the one at which it does, if not at all of this machine's.

        `moved` hears this machine's address on the network, "" while there is none.
        """
        address: str | None = None
        while True:
            found = only_address or lan_address()
            now = "" if is_loopback(found) else found
            if now != address:
                address = now
                moved(address)
                if port is not None and not address and not self._proxied:
                    log.warning("%s", NO_NETWORK)
            bases = [*self._proxied]
            if address and port is not None:
                bases.append(f"http://{in_url(address)}:{port}{self._base_path}")
            code = self._codes.current()
            self._change([JoinAddress(base, code) for base in bases])
            gevent.sleep(min(LOOK_S, self._codes.changes_in_s() + 0.001))

    def now(self) -> Invitation:
        """How guests come in, to the landing page."""
        return self._to("")

    def call(self, name: str) -> None:
        """The exhibit has this name, port and all, on the network; "" if none."""
        if name != self._name:
            self._name = name
            self._show_all()

    def show(self, viewer: Viewer, web_room: WebRoom) -> None:
        """Tell `viewer`, if they may know and there is a way in."""
        if self._ways and viewer.role in STAFF:
            viewer.send(self._to_room(web_room))

    def _change(self, ways: list[JoinAddress]) -> None:
        if ways == self._ways:
            return
        self._ways = ways
        for way in ways:
            self._tell(way)
        self._show_all()

    def _show_all(self) -> None:
        for web_room in self._web_rooms():
            staff = [v for v in web_room.viewers.values() if v.welcomed and v.role in STAFF]
            for viewer in staff:
                viewer.send(self._to_room(web_room))

    def _to_room(self, web_room: WebRoom) -> Invitation:
        page = f"models/{quote(web_room.model, safe='')}"
        if web_room.name != web_room.model:
            page += f"?room={quote(web_room.name, safe='')}"
        return self._to(page)

    def _to(self, page: str) -> Invitation:
        if not self._ways:
            return Invitation()
        way = self._ways[0]
        code = way.code
        url = f"{way.base}/{page}#join={code}"
        name = f"{self._name}{self._base_path}" if self._name and not self._proxied else ""
        return Invitation(url=url, address=way.address, name=name, code=code, svg=qr_svg(url))


@lru_cache(maxsize=32)
def qr_svg(text: str) -> str:
    """`text` as a QR code: an SVG element with a viewBox and no size, its quiet zone included."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="m").save(
        drawn, kind="svg", border=4, xmldecl=False, omitsize=True, nl=False, svgns=True,
        svgclass=None, lineclass=None,
    )  # fmt: skip
    return drawn.getvalue().decode()
