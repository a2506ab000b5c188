"""super_hydro's own protocol, for its clients: REQ and REP, in up to two round trips.

    "density" or "tracers"     {"dtype", "shape"} as JSON, then the array's bytes
    "get", names as JSON       "ok", then {name: value} as JSON
    "set", values as JSON      "ok", then "ok"
    "do", an action as JSON    "ok", then "ok"
    anything else              "Unknown Message"

Tracers are grid indices as float64, shape (2, N): x from 0 to Nx - 1, y from 0 to Ny - 1. Values
are {name: value}; its client of 2020 says "_get" for "get", and sends [name, value], one after the
other. Unlike there, an action's bare name does it as well, which is what its clients send. All that
they do happens in the room of the server's own model. Each counts as one visitor with one finger,
which stays where `finger_x` and `finger_y` put it until the client has been silent for SILENT_S.

Source: a recorded conversation between super_hydro's client and server.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from app.compute.commands import ACTIONS, ARRAYS, LegacyFinger, answers, available, layout
from app.compute.room_registry import SharedRoomRegistry
from app.compute.shared_room import SharedRoom
from app.protocol.compute import UNKNOWN, SnapshotPart
from app.protocol.errors import ContractError
from app.protocol.messages import Do, Set, Visitor
from app.protocol.messages import Finger as FingerMessage
from app.rooms.snapshot import SnapshotError, unpacked

OK = b"ok"
REFUSED = b"quit is refused: the server was started without --allow-quit"
SILENT_S = 30.0
MAX_CLIENTS = 64
TWO_PART = {"get": "get", "_get": "get", "set": "set", "do": "do"}
"""Words that wait for their argument, and what is meant by them."""

SendReply = Callable[[list[bytes]], None]


class Client:
    """One REQ socket at the other end."""

    def __init__(self, reply: SendReply, now: float) -> None:
        self.reply = reply
        self.received_at = now
        self.visitor = 1 + secrets.randbelow(2**32 - 1)
        self.pending = ""
        """What waits for its argument, if anything does."""
        self.finger = LegacyFinger(0.5, 0.5)
        self.shared_room: SharedRoom | None = None


class Legacy:
    """Serves super_hydro's clients in the room of the default model."""

    def __init__(
        self,
        registry: SharedRoomRegistry,
        send: Callable[[bytes, list[bytes]], None],
        stop: Callable[[], None] | None,
    ) -> None:
        """`send(identity, parts)` never waits; without `stop`, `quit` is refused."""
        self._registry = registry
        self._send = send
        self._stop = stop
        self._clients: dict[bytes, Client] = {}

    def serve(self, identity: bytes, parts: list[bytes], now: float) -> None:
        """Answer one request; `parts` are those after the empty one."""
        client = self._clients.get(identity)
        if client is None:
            client = self._welcome(identity, now)
        if client is None or len(parts) != 1:
            self._reply(identity, [UNKNOWN])
            return
        client.received_at = now
        shared_room = self._shared_room(client)
        if shared_room is None:
            client.reply([UNKNOWN])
        elif client.pending:
            pending, client.pending = client.pending, ""
            self._complete(client, shared_room, pending, parts[0])
        else:
            self._begin(client, shared_room, parts[0].decode("ascii", "replace"))

    def dismiss(self, identity: bytes) -> None:
        """A client is gone."""
        client = self._clients.pop(identity, None)
        if client is not None and client.shared_room is not None:
            client.shared_room.leave(client.visitor, None)

    def poll(self, now: float) -> None:
        """Forget clients that have been silent for long."""
        for identity, client in list(self._clients.items()):
            if now - client.received_at > SILENT_S:
                self.dismiss(identity)

    # --- requests -------------------------------------------------------------------------

    def _begin(self, client: Client, shared_room: SharedRoom, word: str) -> None:
        if word in TWO_PART:
            client.pending = TWO_PART[word]
            client.reply([OK])
        elif word in ARRAYS:
            parts: tuple[SnapshotPart, ...] = ("density", "tracers", "shape")
            shared_room.link.ask_snapshot(
                parts, lambda made: client.reply(_packed(_array(word, made)))
            )
        elif word in ACTIONS:
            self._do(client, shared_room, word)
        else:
            client.reply([UNKNOWN])

    def _complete(self, client: Client, shared_room: SharedRoom, pending: str, body: bytes) -> None:
        try:
            argument: Any = msgspec.json.decode(body)
        except msgspec.MsgspecError:
            client.reply([UNKNOWN])
            return
        match pending, argument:
            case "get", list():
                self._get(client, shared_room, [str(name) for name in argument])
            case "set", dict():
                self._set(client, shared_room, argument)
            case "set", [str() as name, value]:
                self._set(client, shared_room, {name: value})
            case "do", str() if argument in ACTIONS:
                self._do(client, shared_room, argument)
            case _:
                client.reply([UNKNOWN])

    def _get(self, client: Client, shared_room: SharedRoom, names: list[str]) -> None:
        def reply(report: dict[str, Any], made: bytes | SnapshotError) -> None:
            known = answers(report, _shape(made), client.visitor, client.finger)
            known["available_commands"] = available(shared_room.about)
            known["layout"] = layout(shared_room.about, known)
            found = {name: known[name] for name in names if name in known}
            client.reply([_json(found)])

        shared_room.link.ask_state(
            lambda report: shared_room.link.ask_snapshot(("shape",), partial(reply, report))
        )

    def _set(self, client: Client, shared_room: SharedRoom, values: dict[str, Any]) -> None:
        declared = {parameter["name"] for parameter in shared_room.about["parameters"]}
        for name in values.keys() & declared:
            # One by one, for `set` is all or nothing, and there what does not fit is left out.
            shared_room.link.send(client.visitor, Set(params={name: values[name]}))
        place = {key: values[name] for name, key in (("finger_x", "x"), ("finger_y", "y"))
                 if isinstance(values.get(name), int | float)}  # fmt: skip
        if place:
            moved = client.finger._replace(**{key: min(max(float(at), 0.0), 1.0)
                                              for key, at in place.items()})  # fmt: skip
            client.finger = moved
            shared_room.link.send(client.visitor, FingerMessage(touch=0, x=moved.x, y=moved.y))
        self._when_done(client, shared_room)

    def _do(self, client: Client, shared_room: SharedRoom, action: str) -> None:
        if action != "quit":
            shared_room.link.send(client.visitor, Do(action=action))
            self._when_done(client, shared_room)
        elif self._stop is None:
            client.reply([REFUSED])
        else:
            client.reply([OK])
            self._stop()

    @staticmethod
    def _when_done(client: Client, shared_room: SharedRoom) -> None:
        """Reply once the room has done what it was asked before."""
        shared_room.link.ask_state(lambda _: client.reply([OK]))

    # --- clients --------------------------------------------------------------------------

    def _welcome(self, identity: bytes, now: float) -> Client | None:
        if len(self._clients) >= MAX_CLIENTS:
            return None
        self._clients[identity] = Client(partial(self._reply, identity), now)
        return self._clients[identity]

    def _shared_room(self, client: Client) -> SharedRoom | None:
        """The client's room, which it enters if need be."""
        shared_room = self._registry.get(self._registry.default)
        if shared_room is None or shared_room is not client.shared_room:
            with suppress(ContractError):
                shared_room = self._registry.open(self._registry.default, self._registry.default)
                shared_room.enter(Visitor(id=client.visitor, name="super_hydro", colour=""), None)
                client.shared_room = shared_room
        return shared_room

    def _reply(self, identity: bytes, parts: list[bytes]) -> None:
        self._send(identity, [b"", *parts])


def _json(value: Any) -> bytes:
    """JSON byte for byte as super_hydro writes it, with a space after each colon and comma."""
    return json.dumps(value).encode()


def _shape(made: bytes | SnapshotError) -> list[int]:
    """Of the density, if there is one."""
    return [] if isinstance(made, SnapshotError) else unpacked(made)["shape"].tolist()


def _array(name: str, made: bytes | SnapshotError) -> npt.NDArray[Any]:
    """The density, shape (Nx, Ny), or the tracers as grid indices, shape (2, N)."""
    if isinstance(made, SnapshotError):
        return np.zeros(0)
    arrays = unpacked(made)
    if name == "density":
        return np.ascontiguousarray(arrays["density"], np.float64)
    at = arrays["tracers"].astype(np.float64)
    return np.ascontiguousarray((at * (arrays["shape"] - 1)).T) if len(at) else np.zeros(0)


def _packed(array: npt.NDArray[Any]) -> list[bytes]:
    return [_json({"dtype": str(array.dtype), "shape": list(array.shape)}), array.tobytes()]
