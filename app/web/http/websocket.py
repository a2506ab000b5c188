"""WebSocket frames, by wsproto on a connection that gevent-websocket's handler has upgraded.

Reading and writing are apart: one greenlet calls `receive`, one calls `send`; what reading needs
to answer (pongs, close frames) is put among the writer's bytes through `reply`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from socket import SHUT_RDWR, SHUT_WR
from typing import Any, Protocol

import gevent
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from app.transport.limits import (
    CLOSE_S,
    CONTROL_BURST,
    CONTROL_FRAMES_PER_S,
    MAX_MESSAGE_BYTES,
    SEND_S,
)
from app.transport.token_bucket import Bucket

TEXT, BINARY = 0x1, 0x2
_FIN = 0x80
_READ_BYTES = 65536


class PeerGoneError(ConnectionError):
    """The peer closed, vanished or broke the protocol; `code` is the close code to log."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code


class Stream(Protocol):
    """The reading side: data that came with the handshake first, then the socket's."""

    def read1(self, size: int, /) -> bytes:
        """Some bytes, or none at the end."""


def framed(opcode: int, payload: bytes) -> bytes:
    """An unmasked server frame around `payload`: the same bytes for every viewer."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", _FIN | opcode, size)
    elif size < 65536:
        head = struct.pack("!BBH", _FIN | opcode, 126, size)
    else:
        head = struct.pack("!BBQ", _FIN | opcode, 127, size)
    return head + payload


class WebSocket:
    """One peer. `reply` gets the bytes with which reading must be answered."""

    def __init__(self, socket: Any, stream: Stream) -> None:
        self.closed = False
        self.reply: Callable[[bytes], None] = self.send
        self._socket = socket
        self._stream = stream
        self._protocol = Connection(ConnectionType.SERVER)
        self.close_sent = False
        """A close frame was queued: after it no other may follow."""
        self._control = Bucket(CONTROL_FRAMES_PER_S, CONTROL_BURST)

    def receive(self, silent_s: float) -> str | bytes:
        """The next message; bytes for a binary one.

        Raises PeerGoneError when there will be none: closed, broken, too large, or silent for
        `silent_s` seconds. A close frame has then been queued where one is due.
        """
        parts: list[str | bytes] = []
        size = 0
        while True:
            for event in self._events():
                self._limit_control(event)
                match event:
                    case Ping() if not self.close_sent:
                        self.reply(self._protocol.send(event.response()))
                    case CloseConnection():
                        self._answer_close(event)
                        raise PeerGoneError(event.code, event.reason or "")
                    case TextMessage() | BytesMessage():
                        data = event.data if isinstance(event.data, str) else bytes(event.data)
                        parts.append(data)
                        size += len(data.encode() if isinstance(data, str) else data)
                        if size > MAX_MESSAGE_BYTES:
                            self.close(1009, f"at most {MAX_MESSAGE_BYTES} bytes a message")
                            raise PeerGoneError(1009, "message too large")
                        if event.message_finished:
                            return _joined(parts)
            self._read(silent_s)

    def _limit_control(self, event: Event) -> None:
        """End a connection that keeps us busy with frames that carry nothing."""
        carries = isinstance(event, TextMessage | BytesMessage) and (
            event.data or event.message_finished
        )
        if carries or isinstance(event, CloseConnection):
            return
        if self._control.wait_s(1) > 0:
            self.close(1008, "too many control frames")
            raise PeerGoneError(1008, "flood of control frames")
        self._control.spend(1)

    def _events(self) -> Iterator[Event]:
        """Events up to the end of a message: what follows it stays in the protocol.

        One by one, for a close frame that came along changes what a ping may be answered.
        """
        try:
            for event in self._protocol.events():
                yield event
                if isinstance(event, TextMessage | BytesMessage) and event.message_finished:
                    return
        except RemoteProtocolError as fault:
            hint = fault.event_hint
            code = hint.code if isinstance(hint, CloseConnection) else 1002
            self.close(code, str(fault)[:100])
            raise PeerGoneError(code, str(fault)) from None

    def _read(self, silent_s: float) -> None:
        silence = gevent.Timeout(silent_s)
        try:
            with silence:
                data = self._stream.read1(_READ_BYTES)
        except gevent.Timeout as late:
            if late is not silence:
                raise
            raise PeerGoneError(1006, f"silent for {silent_s:g} s") from None
        except (OSError, ValueError) as fault:
            raise PeerGoneError(1006, str(fault)) from None
        if not data:
            raise PeerGoneError(1006, "connection lost")
        if self._protocol.state is not ConnectionState.CLOSED:
            self._protocol.receive_data(data)

    def send(self, data: bytes) -> None:
        """Write framed bytes. Raises PeerGoneError if the peer does not take them in SEND_S."""
        try:
            with gevent.Timeout(SEND_S):
                self._socket.sendall(data)
        except gevent.Timeout:
            self.abort()
            raise PeerGoneError(1006, "takes nothing any more") from None
        except OSError as fault:
            self.abort()
            raise PeerGoneError(1006, str(fault)) from None

    def ping(self) -> bytes:
        """A ping frame, to be sent."""
        return framed(0x9, b"")

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Queue a close frame, once."""
        if self.close_sent or self.closed:
            return
        self.close_sent = True
        text = reason.encode()[:120].decode(errors="ignore")
        try:
            self.reply(self._protocol.send(CloseConnection(code, text)))
        except (LocalProtocolError, PeerGoneError):
            self.abort()

    def abort(self) -> None:
        """Drop the connection without a word."""
        self.closed = True
        try:
            self._socket.shutdown(SHUT_RDWR)
        except OSError:
            self._socket.close()

    def finish(self) -> None:
        """End the connection, but let the peer read what was sent last.

        A socket that is closed with bytes unread is reset, and the close frame lost with it.
        """
        self.closed = True
        with suppress(OSError, ValueError), gevent.Timeout(CLOSE_S, TimeoutError()):
            self._socket.shutdown(SHUT_WR)
            while self._stream.read1(_READ_BYTES):
                pass

    def _answer_close(self, event: CloseConnection) -> None:
        if self.close_sent:
            return
        self.close_sent = True
        # 1005 stands for "no code": it must not be sent back.
        self.reply(self._protocol.send(CloseConnection(1000 if event.code == 1005 else event.code)))


def _joined(parts: list[str | bytes]) -> str | bytes:
    if isinstance(parts[0], str):
        return "".join(part for part in parts if isinstance(part, str))
    return b"".join(part for part in parts if isinstance(part, bytes))
