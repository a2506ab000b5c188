"""ZeroMQ sockets with every limit set: what a peer sends and how long it may take."""

from __future__ import annotations

import zmq

HEARTBEAT_MS = 1000
DEAD_MS = 3000
HANDSHAKE_MS = 3000
CONNECT_MS = 1500
RECONNECT_MS = 100
LONGEST_RECONNECT_MS = 500
MAX_QUEUED = 1000
"""Messages, for each peer and direction."""


def make(
    context: zmq.Context[zmq.Socket[bytes]], kind: int, endpoint: str, max_bytes: int
) -> zmq.Socket[bytes]:
    """Make a socket for `endpoint`, not yet bound or connected.

    It refuses messages longer than `max_bytes` and never waits for a dead peer.
    """
    socket = context.socket(kind)
    for option, value in (
        (zmq.LINGER, 0),
        # A name may have addresses of both kinds; IPv6 addresses are written in brackets.
        (zmq.IPV6, int("[" in endpoint)),
        (zmq.MAXMSGSIZE, max_bytes),
        (zmq.SNDHWM, MAX_QUEUED),
        (zmq.RCVHWM, MAX_QUEUED),
        (zmq.HEARTBEAT_IVL, HEARTBEAT_MS),
        (zmq.HEARTBEAT_TIMEOUT, DEAD_MS),
        (zmq.HEARTBEAT_TTL, DEAD_MS),
        (zmq.HANDSHAKE_IVL, HANDSHAKE_MS),
        (zmq.CONNECT_TIMEOUT, CONNECT_MS),
        (zmq.RECONNECT_IVL, RECONNECT_MS),
        (zmq.RECONNECT_IVL_MAX, LONGEST_RECONNECT_MS),
    ):
        socket.setsockopt(option, value)
    return socket
