"""The connection to a compute server: one DEALER socket, greeted, pinged, and replaced when dead.

All of it happens on the owner's thread. The socket is not read by a thread of its own: ZeroMQ
already has one for input and output, and what is left to do here (a few microseconds for each
message) costs less than handing it to another thread and back. Nothing waits, and nothing is
queued but by ZeroMQ, within its limits: what cannot be sent now is refused.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import zmq

from app.protocol.compute import (
    DEFLATE,
    MAX_ANSWER_BYTES,
    NOWHERE,
    PING_S,
    TAG,
    UNKNOWN,
    Address,
    FromClient,
    FromServer,
    Greeting,
    UnknownPeer,
    WireError,
    from_server,
    inflate,
    pack,
)
from app.protocol.messages import PROTOCOL, Ping, Pong
from app.transport import sockets
from app.transport.event_loop import CallSoon
from app.transport.keys import Keys

log = logging.getLogger(__name__)

DEAD_S = 2.0
"""Silence for this long ends the connection: visitors must know within 3 s, and it is checked twice
a second."""
HELD_UP_S = 1.5
"""More than this between two checks: the owner's thread was held up."""
MESSAGES_AT_A_TIME = 100

Watch = Callable[[int, Callable[[], None]], Callable[[], None]]
"""Calls something on the owner's thread whenever a descriptor is readable, until the function that
it returns is called."""

NO_ANSWER = "does not answer"
RUBBISH = "answers what no compute server would"
OTHER_VERSION = "speaks another version of the protocol"


class ConnectionListener(Protocol):
    """The owner of a connection."""

    def on_up(self, greeting: Greeting) -> None:
        """Called when a compute server answers; it knows nothing of us yet."""

    def on_down(self, reason: str) -> None:
        """Called when it is lost or unusable; `reason` completes "the compute server ..."."""

    def on_foreign(self) -> None:
        """Called when the other end is super_hydro's server; the connection is closed."""

    def on_wire(self, message: FromServer, address: Address, frame: bytes) -> None:
        """Called for each message, with its frame if it has one."""


class Connection:
    """Connects, and reconnects, to the server at `endpoint` until closed."""

    def __init__(
        self,
        endpoint: str,
        listener: ConnectionListener,
        watch: Watch,
        call_soon: CallSoon,
        keys: Keys | None,
        dead_s: float | None = None,
    ) -> None:
        """`dead_s`: silence for this long ends a connection; DEAD_S if it is not given."""
        self.up = False
        self._dead_s = dead_s or DEAD_S
        self._endpoint = endpoint
        self._listener = listener
        self._watch = watch
        self._call_soon = call_soon
        self._keys = keys
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._asked_at: float | None = None
        self._received_at = time.monotonic()
        self._pinged_at = 0.0
        self._looked_at = self._received_at
        self._reported = ""
        self._hearing = False
        self._socket: zmq.Socket[bytes] | None = None
        self._connect()

    def send(self, message: FromClient, address: Address = NOWHERE) -> bool:
        """Send if the server can take it now; False otherwise."""
        return self.up and self._send([TAG, pack(message, address)])

    def poll(self) -> None:
        """Ping, and check that the server still answers."""
        now = time.monotonic()
        if now - self._looked_at > HELD_UP_S:
            # While this process was held up, messages of the server may have come unread.
            self._received_at = now
        self._looked_at = now
        if self.up:
            if now - self._received_at > self._dead_s:
                self._lost(NO_ANSWER)
            elif now - self._pinged_at >= PING_S:
                self._pinged_at = now
                if not self.send(Ping(t=now)):
                    self._lost(NO_ANSWER)
        elif self._asked_at is None:
            self._greet()
            if now - self._received_at > self._dead_s:
                self._report(NO_ANSWER)
        elif now - self._asked_at > self._dead_s:
            self._lost(NO_ANSWER)

    def close(self) -> None:
        """Close the connection for good."""
        self.up = False
        self._disconnect()
        self._context.term()

    # --- the socket -----------------------------------------------------------------------

    def _connect(self) -> None:
        socket = sockets.make(self._context, zmq.DEALER, self._endpoint, MAX_ANSWER_BYTES)
        # What a dead server has not read must not reach its successor.
        socket.setsockopt(zmq.IMMEDIATE, 1)
        if self._keys is not None:
            socket.setsockopt(zmq.CURVE_PUBLICKEY, self._keys.public)
            socket.setsockopt(zmq.CURVE_SECRETKEY, self._keys.secret)
            socket.setsockopt(zmq.CURVE_SERVERKEY, self._keys.peers[0])
        self._socket = socket
        self._asked_at = None
        with suppress(zmq.ZMQError):  # a name that does not resolve yet; tried again like the rest
            socket.connect(self._endpoint)
        descriptor = socket.getsockopt(zmq.FD)
        assert isinstance(descriptor, int)
        self._unwatch = self._watch(descriptor, self._receive_all)

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._unwatch()
            self._socket.close(linger=0)
            self._socket = None

    def _lost(self, reason: str) -> None:
        self.up = False
        self._disconnect()
        self._connect()
        self._report(reason)

    def _report(self, reason: str) -> None:
        """Log and report `reason`, once."""
        if reason != self._reported:
            log.warning("the compute server at %s %s", self._endpoint, reason)
            self._reported = reason
            self._listener.on_down(reason)

    def _greet(self) -> None:
        if self._asked_at is None and self._send([b"", DEFLATE]):
            self._asked_at = time.monotonic()

    def _send(self, parts: list[bytes]) -> bool:
        if self._socket is None:
            return False
        try:
            self._socket.send_multipart(parts, zmq.NOBLOCK)
        except zmq.ZMQError:
            return False
        # Sending may clear the sign that there is something to read.
        if not self._hearing:
            self._call_soon(self._receive_all)
        return True

    def _receive_all(self) -> None:
        """Handle the messages that have come, in turns with everything else on this thread."""
        if self._hearing:
            return
        self._hearing = True
        try:
            for _ in range(MESSAGES_AT_A_TIME):
                parts = self._receive()
                if parts is None:
                    break
                self._dispatch(parts)
            else:
                self._call_soon(self._receive_all)
        finally:
            self._hearing = False
        if not self.up:
            self._greet()

    def _receive(self) -> list[bytes] | None:
        """Return the next message, if there is one."""
        if self._socket is None:
            return None
        try:
            return self._socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return None

    def _dispatch(self, parts: list[bytes]) -> None:
        self._received_at = time.monotonic()
        match parts:
            case [b"", body] if body == UNKNOWN and not self.up:
                self._disconnect()
                self._listener.on_foreign()
            case [b"", packed]:
                self._greeted(packed)
            case [first, body] if first == TAG:
                self._read(body, b"")
            case [first, body, frame] if first == TAG:
                self._read(body, frame)
            case _:
                self._lost(RUBBISH)

    def _greeted(self, packed: bytes) -> None:
        try:
            body = inflate(packed, MAX_ANSWER_BYTES)
        except WireError as fault:
            log.debug("%s", fault)
            self._lost(RUBBISH)
            return
        self._read(body, b"")

    def _read(self, body: bytes, frame: bytes) -> None:
        try:
            message, address = from_server(body)
        except WireError as fault:
            log.debug("%s", fault)
            self._lost(RUBBISH)
            return
        match message:
            case Greeting() if message.protocol != PROTOCOL:
                self._lost(OTHER_VERSION)
            case Greeting():
                self.up = True
                self._reported = ""
                self._asked_at = None
                self._listener.on_up(message)
            case UnknownPeer():
                # It was restarted without our noticing.
                self.up = False
                self._greet()
            case Pong():
                pass
            case _ if self.up:
                self._listener.on_wire(message, address, frame)
