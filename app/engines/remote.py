"""Rooms on a compute server. What is needed to open them again is kept here."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from app.engines.base import Listener
from app.engines.local import LocalEngine
from app.engines.remote_link import RemoteLink
from app.engines.super_hydro.engine import Discovery, find_server
from app.protocol.compute import CREDITS, Address, Credit, FrameMessage, FromServer, Greeting
from app.protocol.messages import Notice, RoomState
from app.rooms.source import SourceError
from app.transport.connection import DEAD_S, NO_ANSWER, Connection, Watch
from app.transport.event_loop import CallSoon
from app.transport.keys import Keys
from models.parameters import Value

CONTACT_S = 5.0
ONLY_ONE = "{} is not there: the server is super_hydro's, and has {} only."
ONE_ROOM = "super_hydro's server has one fluid, and it is in room {}."


class RemoteEngine:
    """Makes rooms on the compute server at `endpoint`, or on super_hydro's, whoever is there.

    Before the first contact the catalogue is that of `local`. With `fallback`, rooms run there
    while the server is away.
    """

    near = False

    def __init__(
        self,
        endpoint: str,
        local: LocalEngine,
        *,
        model: str,
        params: Mapping[str, Value],
        fallback: bool,
        keys: Keys | None,
        watch: Watch,
        call_soon: CallSoon,
    ) -> None:
        """`params` replace defaults in rooms that are new there; `model` is what a server's only
        model is called if it has no name."""
        self._endpoint = endpoint
        self._local = local
        self._model = model
        self._params = dict(params)
        self._fallback = local if fallback else None
        self._call_soon = call_soon
        self._known: dict[str, dict[str, Any]] | None = None
        self._trouble = ""
        self._links: dict[str, RemoteLink] = {}
        self._foreign: LocalEngine | None = None
        self._found: Discovery | None = None
        self._finding_since: float | None = None
        self._closed = False
        self._contacted = threading.Event()
        self._line = Connection(endpoint, self, watch, call_soon, keys)

    def catalogue(self) -> dict[str, dict[str, Any]]:
        """The models on offer: those of the server, as last heard."""
        return self._local.catalogue() if self._known is None else self._known

    def source(self, model: str) -> str:
        """Its code, as long as it is ours. Raises SourceError, and KeyError if unknown."""
        if model in self.catalogue() and self._known is not None:
            raise SourceError(f"the code of {model} is on the compute server")
        return self._local.source(model)

    def await_contact(self) -> None:
        """Wait until the server is there, or found to be away; from another thread."""
        self._contacted.wait(CONTACT_S)

    def open(
        self,
        room: str,
        model: str,
        listener: Listener,
        params: Mapping[str, object] | None = None,
        state: RoomState | None = None,
    ) -> RemoteLink:
        """A room there, new or found running. Raises KeyError for an unknown model."""
        known = self.catalogue()
        if model not in known:
            raise KeyError(f"no model {model!r}; there are {', '.join(known)}")
        first = {**self._params, **(params or {})}
        link = RemoteLink(self._line, room, model, known[model], listener, first, state)
        self._links = {name: other for name, other in self._links.items() if not other.closed}
        self._links[room] = link
        if self._foreign is not None:
            self._host(link, self._foreign)
        elif self._line.up:
            link.resume()
        elif self._trouble:
            link.suspend(self._trouble, self._fallback)
        return link

    def poll(self) -> None:
        """See whether the server is there."""
        if self._foreign is not None:
            self._foreign.poll()
        elif self._finding_since is None:
            self._line.poll()
        elif not self._trouble and time.monotonic() - self._finding_since > DEAD_S:
            self.on_down(NO_ANSWER)
        if self._fallback is not None:
            self._fallback.poll()

    def close(self) -> None:
        """Leave all rooms."""
        for link in self._links.values():
            link.close()
        self._line.close()
        self._local.close()
        if self._foreign is not None:
            self._foreign.close()
        if self._found is not None:
            self._found.close()
        self._closed = True

    # --- see transport.connection.ConnectionListener --------------------------------------

    def on_up(self, greeting: Greeting) -> None:
        """The server is there, and has none of our visitors."""
        self._known = {about["name"]: about for about in greeting.models}
        self._trouble = ""
        self._contacted.set()
        self._line.send(Credit(n=CREDITS))
        for link in self._open_links():
            link.resume()

    def on_down(self, reason: str) -> None:
        """The server is away."""
        self._trouble = f"The compute server at {self._endpoint.removeprefix('tcp://')} {reason}."
        self._contacted.set()
        for link in self._open_links():
            link.suspend(self._trouble, self._fallback)

    def on_foreign(self) -> None:
        """It is super_hydro's: learn what it has, in a thread that may wait for it."""
        self._finding_since = time.monotonic()
        find_server(self._endpoint, self._model, self._notify_all, self._call_soon, self._adopt)

    def on_wire(self, message: FromServer, address: Address, frame: bytes) -> None:
        """A message for one room."""
        if isinstance(message, FrameMessage):
            self._line.send(Credit(n=1, number=message.number))
        link = self._links.get(address.room or "")
        if link is not None and not link.closed:
            link.on_wire(message, address, frame)

    def _adopt(self, found: Discovery | None) -> None:
        """Rooms are driven here from now on, and their model is the server's."""
        self._finding_since = None
        if found is None:
            self.on_down("answers what neither a compute server nor super_hydro's would")
            return
        self._found = found
        if self._closed:
            found.close()
            return
        self._trouble = ""
        here = self._local
        self._foreign = LocalEngine(self._call_soon, here.fps, {}, found, calls=here.calls)
        self._known = self._foreign.catalogue()
        self._contacted.set()
        for link in self._open_links():
            self._host(link, self._foreign)

    def _host(self, link: RemoteLink, foreign: LocalEngine) -> None:
        """Let `link` have the one fluid of super_hydro's server, if it is that and is free."""
        (only,) = foreign.catalogue()
        first = next(other for other in self._open_links() if other.model == only or other is link)
        if link.model != only:
            link.give_up(ONLY_ONE.format(link.model, only))
        elif first is not link:
            link.give_up(ONE_ROOM.format(first.room))
        else:
            link.run_for_good_in(foreign)

    def _notify_all(self, trouble: bool, text: str) -> None:
        """Send `text` to everybody; from any thread."""
        notice = Notice(level="trouble" if trouble else "info", text=text)

        def notify() -> None:
            for link in self._open_links():
                link.on_message(notice, None)

        self._call_soon(notify)

    def _open_links(self) -> list[RemoteLink]:
        return [link for link in self._links.values() if not link.closed]
