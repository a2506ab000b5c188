"""The other end of a WebSocket, byte by byte, so that it can misbehave."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

MASK = b"\x12\x34\x56\x78"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Received(NamedTuple):
    """One frame from the server."""

    opcode: int
    fin: bool
    payload: bytes

    @property
    def code(self) -> int:
        """The code of a close frame; 1005 if it has none."""
        return struct.unpack("!H", self.payload[:2])[0] if self.payload else 1005


def frame(
    opcode: int, payload: bytes = b"", fin: bool = True, rsv: int = 0, mask: bool = True,
    length: int | None = None,
) -> bytes:  # fmt: skip
    """A client's frame, by RFC 6455 section 5.2; `length` may lie."""
    size = len(payload) if length is None else length
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0x80 if mask else 0
    if size < 126:
        head = struct.pack("!BB", first, bit | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, bit | 127, size)
    if not mask:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[i % 4] for i, byte in enumerate(payload))


def close_frame(code: int, reason: bytes = b"") -> bytes:
    """A client's close frame."""
    return frame(CLOSE, struct.pack("!H", code) + reason)


def read_frame(sock: Any) -> Received | None:
    """The server's next frame, which must not be masked; None at the end."""
    head = _exactly(sock, 2)
    if head is None:
        return None
    assert not head[1] & 0x80
    assert not head[0] & 0x70
    size = head[1]
    if size == 126:
        size = struct.unpack("!H", _exactly(sock, 2) or b"")[0]
    elif size == 127:
        size = struct.unpack("!Q", _exactly(sock, 8) or b"")[0]
    payload = _exactly(sock, size) if size else b""
    assert payload is not None
    return Received(head[0] & 15, bool(head[0] & 0x80), payload)


def _exactly(sock: Any, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        try:
            piece = sock.recv(count - len(data))
        except OSError:
            piece = b""
        if not piece:
            assert not data, f"a frame was cut off after {data!r}"
            return None
        data += piece
    return data
