"""Admits the clients whose public keys are known (ZeroMQ's RFC 27, ZAP)."""

from __future__ import annotations

from collections.abc import Collection

import zmq
from zmq.utils import z85

from app.transport.keys import Keys

ENDPOINT = "inproc://zeromq.zap.01"
VERSION = b"1.0"
REQUEST_PARTS = 7


class Authenticator:
    """Answers ZeroMQ's question for each client that wants to connect with CURVE."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], known: Collection[bytes]) -> None:
        self.socket = context.socket(zmq.REP)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.bind(ENDPOINT)
        self._known = frozenset(known)

    def answer(self) -> None:
        """Answer all pending requests."""
        while self.socket.poll(0):
            parts = self.socket.recv_multipart()
            allowed = (
                len(parts) == REQUEST_PARTS
                and parts[5] == b"CURVE"
                and z85.encode(parts[6]) in self._known
            )
            status = [b"200", b"OK"] if allowed else [b"400", b"unknown key"]
            self.socket.send_multipart([VERSION, parts[1], *status, b"", b""])

    def close(self) -> None:
        """Close the socket; no further client is admitted."""
        self.socket.close()


def guard(socket: zmq.Socket[bytes], keys: Keys) -> None:
    """Make `socket` a CURVE server whose clients the authenticator checks."""
    socket.setsockopt(zmq.CURVE_SERVER, 1)
    socket.setsockopt(zmq.CURVE_PUBLICKEY, keys.public)
    socket.setsockopt(zmq.CURVE_SECRETKEY, keys.secret)
    socket.setsockopt(zmq.ZAP_DOMAIN, b"vortarium")
