"""A guest without a browser: the web contract over a plain socket, as light as can be.

wsproto would do, but a hundred guests share a processor with the server that they measure.
"""

from __future__ import annotations

import base64
import os
import select
import socket
import struct
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from app.protocol import frames
from app.protocol.messages import PROTOCOL, Ack, Hello, Message

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONNECT_S = 10.0
READ_BYTES = 1 << 18


class Splitter:
    """Cuts a server's bytes into WebSocket frames; ours are never in several parts."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """(opcode, payload) of each frame that is complete now."""
        data = self._rest + data if self._rest else data
        whole, at = [], 0
        while len(data) - at >= 2:
            size, head = data[at + 1] & 0x7F, 2
            if size >= 126:
                form = "!H" if size == 126 else "!Q"
                head += struct.calcsize(form)
                if len(data) - at < head:
                    break
                (size,) = struct.unpack_from(form, data, at + 2)
            if len(data) - at < head + size:
                break
            whole.append((data[at] & 0x0F, data[at + head : at + head + size]))
            at += head + size
        self._rest = data[at:]
        return whole


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame around `payload`, of at most 65535 bytes."""
    key = os.urandom(4)
    size = len(payload)
    head = (
        struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        if size < 126
        else struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    )
    stream = int.from_bytes((key * (size // 4 + 1))[:size])
    return head + key + (int.from_bytes(payload) ^ stream).to_bytes(size)


class Guest:
    """One visitor. It acknowledges each frame and answers pings; the rest is its caller's."""

    def __init__(self, url: str, room: str | None = None) -> None:
        """Connect to the exhibit at `url` and say hello. Raises OSError."""
        where = urlsplit(url)
        address = (where.hostname or "", where.port or 80)
        self._socket = socket.create_connection(address, timeout=CONNECT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._splitter = Splitter()
        self._arrived = self._shake_hands(where.netloc)
        self.id = 0
        self.send(Hello(protocol=PROTOCOL, room=room, accept=("jpeg",)))

    def _shake_hands(self, host: str) -> list[tuple[int, bytes]]:
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            (
                f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\n\r\n"
            ).encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._some_bytes()
        head, _, rest = answer.partition(b"\r\n\r\n")
        status = head.split(b"\r\n")[0].decode(errors="replace")
        if " 101 " not in f"{status} ":
            raise ConnectionError(f"the server does not speak WebSocket: {status}")
        return self._splitter.feed(rest)

    def fileno(self) -> int:
        """For select."""
        return self._socket.fileno()

    def send(self, message: Message) -> None:
        """Say something."""
        self._socket.sendall(masked(TEXT, msgspec.json.encode(message)))

    def read(self) -> tuple[list[dict[str, Any]], list[bytes]]:
        """Messages and frames that are here now, once select says so. Raises OSError."""
        arrived = self._arrived or self._splitter.feed(self._some_bytes())
        self._arrived = []
        texts: list[dict[str, Any]] = []
        pictures: list[bytes] = []
        for opcode, payload in arrived:
            match opcode:
                case 0x2:
                    pictures.append(payload)
                case 0x1:
                    texts.append(self._understand(payload))
                case 0x9:
                    self._socket.sendall(masked(PONG, payload))
                case 0x8:
                    raise ConnectionError(f"the server closed: {payload[2:].decode()}")
        if pictures:
            self.send(Ack(seq=frames.sequence_number(pictures[-1])))
        return texts, pictures

    def wait(self, until: float) -> tuple[list[dict[str, Any]], list[bytes]]:
        """`read` as soon as there is something; nothing after `until` (time.perf_counter)."""
        if not self._arrived:
            patience_s = max(0.0, until - time.perf_counter())
            if not select.select([self], [], [], patience_s)[0]:
                return [], []
        return self.read()

    def first_frame(self, patience_s: float) -> bytes:
        """The first frame to come. Raises TimeoutError."""
        until = time.perf_counter() + patience_s
        while time.perf_counter() < until:
            _, pictures = self.wait(until)
            if pictures:
                return pictures[0]
        raise TimeoutError(f"no frame came within {patience_s:g} s")

    def close(self) -> None:
        """Go without a word, as phones do."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _understand(self, payload: bytes) -> dict[str, Any]:
        message: dict[str, Any] = msgspec.json.decode(payload)
        if message["type"] == "error":
            raise ConnectionError(f"the server refuses: {message['message']}")
        if message["type"] == "welcome":
            self.id = message["you"]["id"]
        return message

    def _some_bytes(self) -> bytes:
        data = self._socket.recv(READ_BYTES)
        if not data:
            raise ConnectionError("the server is gone")
        return data
