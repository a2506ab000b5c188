"""The ROUTER socket of a compute server: who is there, and who serves whom."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial

import zmq

import models
from app import __version__
from app.compute.authenticator import Authenticator, guard
from app.compute.legacy import Legacy
from app.compute.message_handlers import MessageHandlers
from app.compute.peer import Peer
from app.compute.room_registry import SharedRoomRegistry
from app.engines.base import WATCH_S, Engine
from app.engines.local import Catalogue, LocalEngine
from app.engines.mixed import MixedEngine
from app.engines.process_guard import ProcessGuard
from app.protocol.compute import (
    DEFLATE,
    MAX_REQUEST_BYTES,
    TAG,
    UNKNOWN,
    Feed,
    Greeting,
    Open,
    UnknownPeer,
    WireError,
    deflate,
    from_client,
    pack,
)
from app.protocol.messages import PROTOCOL, Error, Hello
from app.rooms.call_threads import USUAL, CallLimits
from app.transport import sockets
from app.transport.connection import Watch
from app.transport.event_loop import CallSoon, Loop
from app.transport.keys import Keys
from app.transport.limits import LINK_BITS_PER_S
from models.parameters import Value

log = logging.getLogger(__name__)

MAX_PEERS = 64
MESSAGES_AT_A_TIME = 200
"""Frames must not wait longer than for so many messages."""
HELD_UP_S = 1.0


class ComputeServer:
    """Serves on one endpoint, in the thread that calls `run`."""

    def __init__(
        self,
        *,
        endpoint: str,
        model: str,
        fps: float,
        params: Mapping[str, Value],
        idle_s: float,
        keys: Keys | None = None,
        may_quit: bool = False,
        link_bits_per_s: float | None = LINK_BITS_PER_S,
        catalogue: Catalogue = models,
        process_guard: ProcessGuard | None = None,
        usual_s: float | None = None,
        calls: CallLimits = USUAL,
        own: Callable[[Watch, CallSoon], Engine] | None = None,
    ) -> None:
        """`link_bits_per_s`: what frames to one peer may use; `process_guard`, `usual_s`:
        see LocalEngine.

        `own` makes an engine for models that are not to run in this process.

        Raises zmq.ZMQError if `endpoint` cannot be used.
        """
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._router = sockets.make(self._context, zmq.ROUTER, endpoint, MAX_REQUEST_BYTES)
        # Without it, what cannot be delivered would vanish silently.
        self._router.setsockopt(zmq.ROUTER_MANDATORY, 1)
        self._authenticator = None
        watched = [self._router]
        if keys is not None:
            self._authenticator = Authenticator(self._context, keys.peers)
            watched.append(self._authenticator.socket)
            guard(self._router, keys)
        try:
            self._router.bind(endpoint)
        except zmq.ZMQError:
            self._context.destroy(linger=0)
            raise
        self.endpoint = self._router.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")
        self._loop = Loop(*watched)
        call_soon = self._loop.call_soon
        here = LocalEngine(call_soon, fps, params, catalogue, process_guard, usual_s, calls)
        self._engine = MixedEngine(own(self._loop.watch, call_soon), here) if own else here
        self._registry = SharedRoomRegistry(self._engine, model, idle_s)
        self._handlers = MessageHandlers(self._registry)
        stop = self.stop if may_quit else None
        self._legacy = Legacy(self._registry, self._send, stop)
        self._peers: dict[bytes, Peer] = {}
        self._gone: set[bytes] = set()
        self._link_bits_per_s = link_bits_per_s
        self._over = False

    def run(self) -> None:
        """Serve until `stop`."""
        patience = 0.0
        look_at = time.monotonic() + WATCH_S
        try:
            while not self._over:
                self._loop.wait(min(patience, look_at - time.monotonic()))
                self._receive_all()
                now = time.monotonic()
                if now >= look_at:
                    self._poll(now, now - look_at > HELD_UP_S)
                    look_at = now + WATCH_S
                patience = self._pump()
        finally:
            self._close()

    def stop(self) -> None:
        """End `run` soon; from any thread, and from signal handlers."""
        self._loop.call_soon(self._stop)

    def _stop(self) -> None:
        self._over = True

    # --- messages -------------------------------------------------------------------------

    def _receive_all(self) -> None:
        if self._authenticator is not None:
            self._authenticator.answer()
        now = time.monotonic()
        for _ in range(MESSAGES_AT_A_TIME):
            try:
                identity, *parts = self._router.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            match parts:
                case [b"", tag] if tag in (TAG, DEFLATE):
                    self._greet(identity, now, deflate if tag == DEFLATE else bytes)
                case [b"", *legacy]:
                    self._legacy.serve(identity, legacy, now)
                case [tag, body] if tag == TAG:
                    self._serve(identity, body, now)
                case _:
                    self._send(identity, [UNKNOWN])
        # There may be more: ZeroMQ does not say so again.
        self._loop.call_soon(lambda: None)

    def _greet(self, identity: bytes, now: float, form: Callable[[bytes], bytes]) -> None:
        if self._peer(identity, now) is None:
            refusal = Error(code="busy", message=f"{MAX_PEERS} peers are here already")
            self._send(identity, [b"", form(pack(refusal))])
            return
        known = list(self._registry.catalogue().values())
        greeting = Greeting(protocol=PROTOCOL, version=__version__, models=known)
        self._send(identity, [b"", form(pack(greeting))])

    def _serve(self, identity: bytes, body: bytes, now: float) -> None:
        try:
            message, address = from_client(body)
        except WireError as fault:
            self._reply(identity, Error(code="bad_message", message=str(fault)))
            return
        peer = self._peers.get(identity)
        if peer is None and isinstance(message, Hello | Open | Feed):
            peer = self._peer(identity, now)
        if peer is None:
            self._reply(identity, UnknownPeer())
            return
        peer.received_at = now
        self._handlers.serve(peer, message, address)

    def _peer(self, identity: bytes, now: float) -> Peer | None:
        """The peer of that identity, new if need be; None if there are too many."""
        if identity not in self._peers:
            if len(self._peers) >= MAX_PEERS:
                return None
            self._peers[identity] = Peer(partial(self._send, identity), now, self._link_bits_per_s)
        self._peers[identity].received_at = now
        return self._peers[identity]

    def _reply(self, identity: bytes, message: Error | UnknownPeer) -> None:
        self._send(identity, [TAG, pack(message)])

    def _send(self, identity: bytes, parts: list[bytes]) -> None:
        """Send, or note that the peer is gone or does not take what is sent to it."""
        try:
            self._router.send_multipart([identity, *parts], zmq.NOBLOCK)
        except zmq.ZMQError as fault:
            log.debug("a peer cannot be reached: %s", fault)
            self._gone.add(identity)

    # --- upkeep ---------------------------------------------------------------------------

    def _pump(self) -> float:
        """Let frames out; seconds until that is worth doing again."""
        patience = WATCH_S
        for peer in list(self._peers.values()):
            patience = min(patience, peer.pump())
        while self._gone:
            identity = self._gone.pop()
            self._dismiss(identity)
            self._legacy.dismiss(identity)
        return patience

    def _poll(self, now: float, held_up: bool) -> None:
        self._engine.poll()
        for identity, peer in list(self._peers.items()):
            if held_up:
                # While this process stood still, its peers may well have spoken.
                peer.received_at = now
            elif peer.is_silent(now):
                self._dismiss(identity)
            elif peer.review():
                for shared_room in self._registry:
                    shared_room.want()
        self._legacy.poll(now)
        self._handlers.snapshots.poll(now)
        self._registry.end_idle()

    def _dismiss(self, identity: bytes) -> None:
        peer = self._peers.pop(identity, None)
        if peer is not None:
            self._handlers.dismiss(peer)

    def _close(self) -> None:
        self._registry.close()
        self._engine.close()
        if self._authenticator is not None:
            self._authenticator.close()
        self._router.close()
        self._context.term()
        self._loop.close()
