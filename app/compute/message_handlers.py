"""The compute server's handlers for each message of our protocol."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from app.compute.peer import Peer
from app.compute.room_registry import SharedRoomRegistry
from app.compute.shared_room import SharedRoom
from app.compute.snapshot_cache import SnapshotCache
from app.protocol import frames
from app.protocol.chat import Echo, Echoed, Said
from app.protocol.commands import Command, LoadPicture, ResetRoom
from app.protocol.compute import (
    Address,
    Ask,
    Close,
    Credit,
    Enter,
    Fed,
    Feed,
    FromClient,
    Leave,
    Listen,
    More,
    Open,
    Promote,
    Report,
    Snapshot,
    WantFrames,
)
from app.protocol.errors import ContractError
from app.protocol.frames import FrameKey
from app.protocol.messages import (
    PROTOCOL,
    ChannelNames,
    Channels,
    Do,
    Error,
    Finger,
    Hello,
    Id,
    Ping,
    Pong,
    Rpc,
    SelectView,
    Set,
    Subscribe,
    Unsubscribe,
    Visitor,
)
from app.rooms.visitors import clean_name
from app.transport.limits import MAX_VISITORS_PER_ROOM
from models.parameters import ParameterError
from models.texts import one_line


class MessageHandlers:
    """Acts on the messages of all peers."""

    def __init__(self, registry: SharedRoomRegistry) -> None:
        self.snapshots = SnapshotCache()
        self._registry = registry
        self._acts: dict[type, Callable[[Peer, Any, Address], None]] = {
            Hello: self._hello,
            Open: self._open,
            Enter: self._enter,
            Promote: self._promote,
            Leave: self._leave,
            Set: self._command,
            Do: self._command,
            Finger: self._command,
            Rpc: self._command,
            LoadPicture: self._command,
            ResetRoom: self._command,
            WantFrames: self._look,
            SelectView: self._view,
            Listen: self._listen,
            Channels: self._channels,
            Subscribe: self._subscribe,
            Unsubscribe: self._unsubscribe,
            Ask: self._ask,
            Snapshot: self._snapshot,
            More: lambda peer, message, _: self.snapshots.more(peer, message.id, message.at),
            Feed: self._feed,
            Close: self._close,
            Said: self._said,
            Echo: self._echo,
            Credit: lambda peer, message, _: peer.credit(message.n, message.number),
            Ping: lambda peer, message, _: peer.send(Pong(id=message.id, t=message.t)),
        }

    def serve(self, peer: Peer, message: FromClient, address: Address) -> None:
        """Handle `message`, or answer with the reason why not."""
        try:
            self._acts[type(message)](peer, message, address)
        except ContractError as rejected:
            peer.send(Error(id=message.id, code=rejected.code, message=str(rejected)), address)

    def dismiss(self, peer: Peer) -> None:
        """Remove a peer and its visitors."""
        self.snapshots.dismiss(peer)
        for shared_room in self._registry:
            shared_room.dismiss(peer)

    # --- rooms and visitors ---------------------------------------------------------------

    def _open(self, peer: Peer, message: Open, address: Address) -> None:
        room = address.room or message.model
        running, newer = self._registry.get(room), room in self._registry.waiting
        shared_room = self._opened(room, message.model, message)
        shared_room.subscription(peer)
        if message.fed and shared_room is not running and not newer:
            shared_room.link.feed(message.fed, lambda _answer: None)

    def _opened(self, room: str, model: str, how: Open | None = None) -> SharedRoom:
        try:
            if how is None:
                return self._registry.open(room, model)
            return self._registry.open(room, model, how.params, how.state, how.seq)
        except KeyError as unknown:
            raise ContractError("unknown_model", str(unknown.args[0])) from None
        except ContractError as full:
            raise ContractError("busy", str(full)) from None

    def _hello(self, peer: Peer, message: Hello, address: Address) -> None:
        if message.protocol != PROTOCOL:
            raise ContractError("bad_message", f"protocol {PROTOCOL} is spoken here")
        room = message.room or message.model or self._registry.default
        running = self._registry.get(room)
        model = message.model or (running.model if running else room)
        shared_room = self._opened(room, model)
        visitor = Visitor(
            id=1 + secrets.randbelow(2**32 - 1), name=clean_name(message.name or ""), colour=""
        )
        self._admit(shared_room, visitor, peer, message.id)
        raw = bool(message.accept) and message.accept[0] == "raw"
        for view in shared_room.about["views"][:1]:
            shared_room.look(peer, frozenset({_key(view, raw)}))

    def _enter(self, peer: Peer, message: Enter, address: Address) -> None:
        self._admit(self._shared_room(address), message.who, peer, message.id)

    def _admit(self, shared_room: SharedRoom, visitor: Visitor, peer: Peer, request: Id) -> None:
        known = peer.visitors.get(visitor.id) == shared_room.name
        if not known and shared_room.visitors >= MAX_VISITORS_PER_ROOM:
            raise ContractError("room_full", f"{MAX_VISITORS_PER_ROOM} visitors are here already")
        shared_room.enter(visitor, peer, request)

    def _promote(self, peer: Peer, message: Promote, address: Address) -> None:
        if message.who.id in peer.visitors:
            self._shared_room(Address(peer.visitors[message.who.id])).link.promote(message.who)

    def _leave(self, peer: Peer, message: Leave, address: Address) -> None:
        visitor, shared_room = self._whose(peer, address)
        shared_room.leave(visitor, peer)

    def _command(self, peer: Peer, message: Command, address: Address) -> None:
        visitor, shared_room = self._whose(peer, address)
        shared_room.link.send(visitor, message)

    def _said(self, peer: Peer, message: Said, address: Address) -> None:
        shared_room, text = self._shared_room(Address(message.room), peer), one_line(message.text)
        if message.by not in peer.visitors or not text:
            raise ContractError("bad_message", "said needs words, and a visitor of yours")
        shared_room.pass_on(
            msgspec.structs.replace(message, room=shared_room.name, text=text), peer
        )

    def _echo(self, peer: Peer, message: Echo, address: Address) -> None:
        try:
            peer.send(Echoed(id=message.id, data=message.data), address)
        except RecursionError:
            raise ContractError("bad_message", "data is nested too deeply") from None

    def _close(self, peer: Peer, message: Close, address: Address) -> None:
        self._shared_room(address, peer).dismiss(peer)

    # --- what is seen and heard -----------------------------------------------------------

    def _look(self, peer: Peer, message: WantFrames, address: Address) -> None:
        shared_room = self._shared_room(address, peer)
        if any(key.encoding not in (frames.JPEG, frames.RAW) for key in message.keys):
            raise ContractError("bad_value", "an encoding is 1 (JPEG) or 2 (raw)")
        shared_room.look(peer, frozenset(message.keys))

    def _view(self, peer: Peer, message: SelectView, address: Address) -> None:
        shared_room = self._shared_room(address, peer)
        views = {view["name"]: view for view in shared_room.about["views"]}
        if message.name not in views:
            known = ", ".join(views) or "none"
            raise ContractError("bad_value", f"no view {message.name!r}; there are {known}")
        raw = any(key.encoding == frames.RAW for key in shared_room.subscription(peer).keys)
        shared_room.look(peer, frozenset({_key(views[message.name], raw)}))

    def _listen(self, peer: Peer, message: Listen, address: Address) -> None:
        self._shared_room(address, peer).listen(peer, frozenset(message.names))

    def _subscribe(self, peer: Peer, message: Subscribe, address: Address) -> None:
        shared_room = self._shared_room(address, peer)
        known = shared_room.about["channels"]
        for name in message.names:
            if name not in known:
                raise ContractError(
                    "bad_value", f"no channel {name!r}; there are {', '.join(known)}"
                )
        shared_room.listen(peer, shared_room.subscription(peer).names | set(message.names))
        self._channels(peer, message, address)

    def _unsubscribe(self, peer: Peer, message: Unsubscribe, address: Address) -> None:
        shared_room = self._shared_room(address, peer)
        shared_room.listen(peer, shared_room.subscription(peer).names - set(message.names))
        self._channels(peer, message, address)

    def _channels(
        self, peer: Peer, message: Channels | Subscribe | Unsubscribe, address: Address
    ) -> None:
        shared_room = self._shared_room(address, peer)
        subscribed = sorted(shared_room.subscription(peer).names)
        names = list(shared_room.about["channels"])
        peer.send(ChannelNames(id=message.id, names=names, subscribed=subscribed), address)

    def _ask(self, peer: Peer, message: Ask, address: Address) -> None:
        shared_room = self._shared_room(address, peer)
        shared_room.link.ask_state(partial(_report, peer, message.id, Address(shared_room.name)))

    def _snapshot(self, peer: Peer, message: Snapshot, address: Address) -> None:
        shared_room = self._shared_room(address, peer)
        put = self.snapshots.expect(peer, message.id, Address(shared_room.name))
        shared_room.link.ask_snapshot(message.parts, put)

    def _feed(self, peer: Peer, message: Feed, address: Address) -> None:
        room, listed = address.room, self._registry.catalogue()
        if room in listed and self._registry.get(room) is None:
            try:
                kept = self._registry.waiting.keep(room, listed[room], message.state)
            except ParameterError as fault:
                raise ContractError(fault.code, str(fault)) from None
            peer.send(Fed(id=message.id, state=dict(kept), waits=True), Address(room))
            return
        shared_room = self._shared_room(address, peer)
        shared_room.link.feed(
            message.state, partial(_answer, peer, message.id, Address(shared_room.name))
        )

    # --- visitor and room --------------------------------------------------------------------

    def _whose(self, peer: Peer, address: Address) -> tuple[int, SharedRoom]:
        """Return the visitor that a message is from, and their room."""
        visitor = address.visitor
        if visitor is None and len(peer.visitors) == 1:
            visitor = next(iter(peer.visitors))
        if visitor is None or visitor not in peer.visitors:
            raise ContractError("bad_message", "say hello first; of several visitors, name one")
        return visitor, self._shared_room(Address(peer.visitors[visitor]))

    def _shared_room(self, address: Address, peer: Peer | None = None) -> SharedRoom:
        """The room that a message names, or that all visitors of `peer` are in."""
        room = address.room
        if room is None and peer is not None and len(set(peer.visitors.values())) == 1:
            room = next(iter(peer.visitors.values()))
        shared_room = self._registry.get(room) if room is not None else None
        if shared_room is None:
            known = ", ".join(shared_room.name for shared_room in self._registry) or "none"
            raise ContractError("unknown_room", f"no room {room!r} runs; there are {known}")
        return shared_room


def _key(view: dict[str, Any], raw: bool) -> FrameKey:
    """How a program sees `view`: lossless if it wants, and where the view needs it."""
    return FrameKey(view["name"], frames.RAW if raw or not view["smooth"] else frames.JPEG)


def _answer(peer: Peer, request: Id, address: Address, answer: Fed | Error) -> None:
    answer.id = request
    peer.send(answer, address)


def _report(peer: Peer, request: Id, address: Address, state: dict[str, Any]) -> None:
    peer.send(Report(id=request, state=state), address)
