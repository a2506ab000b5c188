"""Servers that say whatever a test wants, in the bytes of either transport."""

from __future__ import annotations

import json
import socket
import threading
import zlib
from typing import Any, Protocol

import zmq
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, Request, TextMessage

MODEL = {
    "name": "Fake",
    "views": [{"name": "density", "unit": "1", "smooth": True}],
    "channels": {"count": "How far."},
}
WELCOME = {
    "type": "welcome",
    "id": 0,
    "you": {"id": 1, "name": "A", "colour": "#112233", "resume": "r"},
    "room": "Fake",
    "model": MODEL,
    "state": {"running": True, "params": {}, "sim_time": 0.0},
    "visitors": [],
}


class Fake(Protocol):
    """One conversation with one program."""

    address: str

    def welcome(self) -> None:
        """Wait for the program, and let it in."""

    def say(self, message: dict[str, Any]) -> None:
        """Send a message."""

    def garble(self, data: bytes) -> None:
        """Send `data` in place of a message."""

    def show(self, frame: bytes) -> None:
        """Send bytes as a frame."""

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message of that type."""

    def close(self) -> None:
        """End."""


class FakeExhibit:
    """A WebSocket server for one connection at a time."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.socket: socket.socket | None = None
        self._heard: list[dict[str, Any]] = []

    def accept(self) -> socket.socket:
        """Take the next connection, without a word."""
        if self.socket is not None:
            self.socket.close()
        self.socket, _ = self._listener.accept()
        self.socket.settimeout(10)
        self._protocol = WSConnection(ConnectionType.SERVER)
        return self.socket

    def welcome(self) -> None:
        """See Fake."""
        self.accept()
        self.hear("hello")
        self.say(WELCOME)

    def say(self, message: dict[str, Any]) -> None:
        """See Fake."""
        self._send(TextMessage(json.dumps(message)))

    def garble(self, data: bytes) -> None:
        """See Fake."""
        assert self.socket is not None
        self.socket.sendall(data)

    def show(self, frame: bytes) -> None:
        """See Fake."""
        self._send(BytesMessage(frame))

    def hear(self, kind: str) -> dict[str, Any]:
        """See Fake."""
        assert self.socket is not None
        while True:
            while self._heard:
                message = self._heard.pop(0)
                if message["type"] == kind:
                    return message
            data = self.socket.recv(65536)
            assert data, "the program is gone"
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                if isinstance(event, Request):
                    self._send(AcceptConnection())
                elif isinstance(event, TextMessage):
                    self._heard.append(json.loads(event.data))

    def close(self) -> None:
        """See Fake."""
        self._listener.close()
        if self.socket is not None:
            self.socket.close()

    def _send(self, event: Any) -> None:
        assert self.socket is not None
        self.socket.sendall(self._protocol.send(event))


class FakeCompute:
    """A ROUTER for one program."""

    def __init__(self) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._router = self._context.socket(zmq.ROUTER)
        self._router.setsockopt(zmq.LINGER, 0)
        self._router.setsockopt(zmq.SNDHWM, 0)
        self._router.setsockopt(zmq.RCVTIMEO, 10_000)
        port = self._router.bind_to_random_port("tcp://127.0.0.1")
        self.address = f"tcp://127.0.0.1:{port}"
        self._peer = b""

    def greet(self) -> None:
        """Wait for a greeting and answer it."""
        while True:
            self._peer, *parts = self._router.recv_multipart()
            if parts == [b"", b"VT1 deflate"]:
                break
        greeting = {"type": "greeting", "protocol": 1, "version": "fake", "models": [MODEL]}
        packed = zlib.compress(json.dumps(greeting).encode())
        self._router.send_multipart([self._peer, b"", packed])

    def welcome(self) -> None:
        """See Fake."""
        self.greet()
        self.hear("hello")
        self.say(WELCOME)

    def say(self, message: dict[str, Any]) -> None:
        """See Fake."""
        self._router.send_multipart([self._peer, b"VT1", json.dumps(message).encode()])

    def garble(self, data: bytes) -> None:
        """See Fake."""
        self._router.send_multipart([self._peer, b"VT1", data])

    def show(self, frame: bytes) -> None:
        """See Fake."""
        about = {"type": "frame", "number": 1, "keys": [["density", 2, 0]]}
        self._router.send_multipart([self._peer, b"VT1", json.dumps(about).encode(), frame])

    def hear(self, kind: str) -> dict[str, Any]:
        """See Fake."""
        while True:
            peer, *parts = self._router.recv_multipart()
            message: dict[str, Any] = json.loads(parts[1]) if parts[0] == b"VT1" else {"type": ""}
            if message["type"] == "ping":
                self.say({"type": "pong", "t": message["t"]})
            if peer == self._peer and message["type"] == kind:
                return message

    def close(self) -> None:
        """See Fake."""
        self._router.close()
        self._context.term()


class Beside:
    """A fake's side of a conversation, in a thread beside the test's; raises what it raised."""

    def __init__(self, play: Any) -> None:
        self._fault: BaseException | None = None
        self._play = play
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        try:
            self._play()
        except BaseException as fault:  # noqa: BLE001  (raised by the test's thread)
            self._fault = fault
