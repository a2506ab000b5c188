"""A compute server in a thread of the test's process, and plain ZeroMQ ends to talk to it."""

from __future__ import annotations

import json
import threading
from typing import Any

import zmq

from app.compute.server import ComputeServer
from app.transport.keys import Keys

PATIENCE_MS = 10_000


class Service:
    """A running compute server; `again` starts another in its place."""

    def __init__(self, model: str, **options: Any) -> None:
        self._options = {"model": model, "fps": 100.0, "params": {}, "idle_s": 60.0, **options}
        self.endpoint = "tcp://127.0.0.1:*"
        self.again()

    def again(self) -> None:
        """Start it at the endpoint that it had."""
        self.server = ComputeServer(endpoint=self.endpoint, **self._options)
        self.endpoint = self.server.endpoint
        self._thread = threading.Thread(target=self.server.run)
        self._thread.start()

    def stop(self) -> None:
        """End it; twice does no harm."""
        if self._thread.is_alive():
            self.server.stop()
            self._thread.join(10)
            assert not self._thread.is_alive()


class Outsider:
    """A socket that knows the documented bytes and nothing else."""

    def __init__(self, kind: int, endpoint: str, keys: Keys | None = None) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.socket = self._context.socket(kind)
        self.socket.setsockopt(zmq.LINGER, 0)
        if keys is not None:
            self.socket.setsockopt(zmq.CURVE_PUBLICKEY, keys.public)
            self.socket.setsockopt(zmq.CURVE_SECRETKEY, keys.secret)
            self.socket.setsockopt(zmq.CURVE_SERVERKEY, keys.peers[0])
        self.socket.connect(endpoint)

    def close(self) -> None:
        """Hang up."""
        self.socket.close()
        self._context.term()

    def ask(self, *parts: bytes) -> list[bytes]:
        """One round trip."""
        self.socket.send_multipart(parts)
        return self.hear()

    def hear(self, patience_ms: int = PATIENCE_MS) -> list[bytes]:
        """The next message."""
        assert self.socket.poll(patience_ms), "nothing came"
        return self.socket.recv_multipart()

    def say(self, **message: Any) -> None:
        """One of our own messages."""
        self.socket.send_multipart([b"VT1", json.dumps(message).encode()])

    def hear_of(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next message of our own of that type and with these fields; its frame as bytes."""
        while True:
            tag, body, *frame = self.hear()
            message: dict[str, Any] = json.loads(body)
            assert tag in (b"VT1", b"")
            if message["type"] == kind and fields.items() <= message.items():
                return {**message, "bytes": frame[0]} if frame else message
