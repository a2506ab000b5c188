"""One room of a compute server, and the peers that share it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from app.compute.peer import Peer
from app.engines.base import Engine, RoomLink
from app.protocol.chat import Said
from app.protocol.compute import Address, StatsMessage
from app.protocol.frames import FrameKey
from app.protocol.messages import ChannelValue, RoomState, ServerMessage, Visitor, Welcome
from app.protocol.stats import RoomStats
from models.parameters import Value


class PeerSubscription(Struct):
    """What one peer has in one room."""

    keys: frozenset[FrameKey] = frozenset()
    names: frozenset[str] = frozenset()


class SharedRoom:
    """Hands what a room says to the peers for whom it is (an engine's Listener), from `open` on."""

    link: RoomLink
    """The way to the room; there from `open` on."""

    def __init__(self, name: str, model: str, engine: Engine) -> None:
        """Raises KeyError for an unknown model."""
        self.name = name
        self.model = model
        self.about: dict[str, Any] = engine.catalogue()[model]
        self.empty_since = time.monotonic()
        self._subscriptions: dict[Peer, PeerSubscription] = {}
        self._owners: dict[int, Peer | None] = {}
        self._values: dict[str, ChannelValue] = {}
        self._newest: dict[FrameKey, bytes] = {}
        self._engine = engine

    def open(self, params: dict[str, Value], state: RoomState | None) -> None:
        """Have the room run; see Engine.open."""
        self.link = self._engine.open(self.name, self.model, self, params, state)

    # --- peers and visitors ---------------------------------------------------------------

    @property
    def visitors(self) -> int:
        """How many visitors are here, by whatever way."""
        return len(self._owners)

    def subscription(self, peer: Peer) -> PeerSubscription:
        """Return the subscription of `peer`; an empty one if it is new."""
        return self._subscriptions.setdefault(peer, PeerSubscription())

    def enter(self, visitor: Visitor, peer: Peer | None, request: Any = UNSET) -> None:
        """Add a visitor of `peer`, or (None) of a program that gets no messages."""
        before = self._owners.get(visitor.id)
        if before is not None and before is not peer:
            before.visitors.pop(visitor.id, None)
        self._owners[visitor.id] = peer
        if peer is not None:
            self.subscription(peer)
            peer.visitors[visitor.id] = self.name
        self.link.enter(visitor, request)

    def leave(self, visitor: int, peer: Peer | None) -> None:
        """Remove a visitor, unless they have entered through another peer meanwhile."""
        if visitor in self._owners and self._owners[visitor] is peer:
            del self._owners[visitor]
            if peer is not None:
                peer.visitors.pop(visitor, None)
            self.link.leave(visitor)
            self.empty_since = time.monotonic()

    def dismiss(self, peer: Peer) -> None:
        """Remove a peer and its visitors."""
        for visitor in [number for number, owner in self._owners.items() if owner is peer]:
            self.leave(visitor, peer)
        if self._subscriptions.pop(peer, None) is not None:
            self.want()
            self._listen()

    def look(self, peer: Peer, keys: frozenset[FrameKey]) -> None:
        """The forms that `peer` wants from now on."""
        subscription = self.subscription(peer)
        for key in subscription.keys:
            peer.forget(self.name, peer.form(key))
        subscription.keys = keys
        self.want()
        for form in {peer.form(key) for key in keys} & self._newest.keys():
            self._offer(peer, subscription, form, self._newest[form])

    def want(self) -> None:
        """Ask the room for what peers want, in the forms that their links can take."""
        forms = frozenset(
            peer.form(key)
            for peer, subscription in self._subscriptions.items()
            for key in subscription.keys
        )
        self._newest = {form: frame for form, frame in self._newest.items() if form in forms}
        self.link.want(forms)

    def listen(self, peer: Peer, names: frozenset[str]) -> None:
        """Set the channels that `peer` gets from now on; send known values at once."""
        subscription = self.subscription(peer)
        fresh, subscription.names = names - subscription.names, names
        for name in fresh & self._values.keys():
            peer.send(self._values[name], Address(self.name))
        self._listen()

    def pass_on(self, said: Said, origin: Peer) -> None:
        """A line that a visitor of `origin` said, for everybody here."""
        anonymous = msgspec.structs.replace(said, id=UNSET)
        for peer, _ in self._each():
            peer.send(said if peer is origin else anonymous, Address(self.name))

    def close(self) -> None:
        """End the room."""
        self.link.close()

    def _listen(self) -> None:
        names = frozenset[str]().union(
            *(subscription.names for subscription in self._subscriptions.values())
        )
        self._values = {name: value for name, value in self._values.items() if name in names}
        self.link.listen(names)

    def _offer(
        self, peer: Peer, subscription: PeerSubscription, form: FrameKey, frame: bytes
    ) -> None:
        keys = [key for key in subscription.keys if peer.form(key) == form]
        if keys:
            peer.offer(self.name, form, keys, frame)

    # --- what comes back (see engines.base.Listener) --------------------------------------

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        """A message for one visitor or all."""
        if isinstance(message, Welcome):
            self.about = dict(message.model)  # another than before, if its file has changed
        if to is not None:
            owner = self._owners.get(to)
            if owner is not None:
                owner.send(message, Address(self.name, to))
            return
        if isinstance(message, ChannelValue):
            self._values[message.name] = message
        anonymous = msgspec.structs.replace(message, id=UNSET)
        sender = self._owners.get(getattr(message, "by", None) or 0)
        for peer, subscription in self._each():
            if not isinstance(message, ChannelValue) or message.name in subscription.names:
                peer.send(message if peer is sender else anonymous, Address(self.name))

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        """The newest frame in one form."""
        self._newest[key] = frame
        for peer, subscription in self._each():
            self._offer(peer, subscription, key, frame)

    def on_stats(self, stats: RoomStats) -> None:
        """How the room runs."""
        for peer, _ in self._each():
            peer.send(StatsMessage(stats=stats), Address(self.name))

    def _each(self) -> Iterator[tuple[Peer, PeerSubscription]]:
        """Iterate over a copy, because sending to a peer may remove it."""
        return iter(list(self._subscriptions.items()))
