"""The link to a room of an exhibit's web server: a WebSocket on the link's thread."""

from __future__ import annotations

import logging
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

import msgspec
from msgspec import Struct
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.events import Ping as ControlPing
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from app.client.conversation import ClientRequest, Conversation
from app.client.download import fetch
from app.client.entry import JoinRequest
from app.protocol import frames
from app.protocol.compute import MAX_ANSWER_BYTES
from app.protocol.frames import FrameError
from app.protocol.messages import (
    Ack,
    ClientMessage,
    Ping,
    Pong,
    ServerMessage,
    Welcome,
)
from app.rooms.snapshot import OnSnapshot
from app.transport.event_loop import Loop

log = logging.getLogger(__name__)

CONNECT_S = 5.0
SEND_S = 5.0
PING_S = 2.0
SILENT_S = 7.0
RETRY_S = (0.15, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Pauses before the first, second, ... try in a row; the last one goes on."""
READ_BYTES = 1 << 18
MAX_EXPLANATION_CHARS = 200
ELSEWHERE = 1000
"""The server closes so when the same visitor has come in by another connection."""
FORM = "http://host:port, as the exhibit prints it"

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)


class ExhibitAddress(Struct, frozen=True):
    """Where an exhibit is, and the join code if the address has it."""

    url: str
    host: str
    port: int
    host_header: str
    path: str
    code: str | None

    @classmethod
    def of(cls, url: str) -> Self:
        """Reads `url`. Raises ValueError, which says what is allowed."""
        wrong = ValueError(f"{url!r} is no address; {FORM} is needed")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or 80
        except ValueError:
            raise wrong from None
        if parts.scheme != "http" or not host or parts.username is not None:
            raise wrong
        code = parse_qs(parts.fragment).get("join", [None])[0]
        path = parts.path.rstrip("/")
        return cls(f"http://{parts.netloc}{path}", host, port, parts.netloc, f"{path}/ws", code)


class WebLink:
    """One visitor of an exhibit, who reconnects as the same visitor."""

    def __init__(
        self, place: ExhibitAddress, entry: JoinRequest, conversation: Conversation, loop: Loop
    ) -> None:
        self._place = place
        self._entry = entry
        self._conversation = conversation
        self._loop = loop
        self._socket: socket.socket | None = None
        self._tries = 0
        self._retry_at = 0.0
        self._received_at = self._pinged_at = 0.0
        self._round_trip_ms: float | None = None

    def send(self, message: ClientRequest | Ack | Ping) -> bool:
        """Send, if the room is there."""
        return self._conversation.here and self._send(message)

    def poll(self) -> None:
        """Connect, ping, and see whether the exhibit is still there."""
        now = time.monotonic()
        if self._socket is None:
            if now >= self._retry_at:
                self._connect()
        elif now - self._received_at > SILENT_S:
            self._lost("does not answer")
        elif now - self._pinged_at >= PING_S:
            self._pinged_at = now
            self.send(Ping(t=1000 * now, rtt=self._round_trip_ms))

    def ask_snapshot(self, answer: OnSnapshot) -> None:
        """See Link; in a thread of its own, for it takes a while."""
        welcome = self._conversation.welcome
        assert welcome is not None
        url = f"{self._place.url}/api/rooms/{quote(welcome.room, safe='')}/snapshot.npz"
        threading.Thread(target=lambda: answer(fetch(url)), name="snapshot", daemon=True).start()

    def close(self) -> None:
        """Say goodbye."""
        if self._socket is not None:
            with suppress(OSError, LocalProtocolError):
                self._socket.sendall(self._protocol.send(CloseConnection(1000)))
            self._disconnect()

    # --- the connection -------------------------------------------------------------------

    def _connect(self) -> None:
        self._received_at = time.monotonic()
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._text: list[str] = []
        self._bytes: list[bytes] = []
        self._size = 0
        self._refusal = ""
        try:
            where = (self._place.host, self._place.port)
            self._socket = socket.create_connection(where, timeout=CONNECT_S)
        except OSError as fault:
            self._lost(f"cannot be reached: {fault.strerror or fault}")
            return
        self._socket.settimeout(SEND_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unwatch: Callable[[], None] = self._loop.watch(self._socket.fileno(), self._read)
        request = Request(host=self._place.host_header, target=self._place.path)
        self._write(self._protocol.send(request))

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._unwatch()
            self._socket.close()
            self._socket = None

    def _lost(self, why: str) -> None:
        """The connection is of no use any more; another is made after a pause."""
        self._disconnect()
        pause = RETRY_S[min(self._tries, len(RETRY_S) - 1)]
        self._tries += 1
        # Programs that lost the same server must not all come back in the same instant.
        self._retry_at = time.monotonic() + pause * random.uniform(0.75, 1.25)  # noqa: S311
        self._conversation.lost(f"the exhibit at {self._place.url} {why}")

    def _send(self, message: ClientMessage) -> bool:
        try:
            return self._write(self._protocol.send(TextMessage(_encoder.encode(message).decode())))
        except LocalProtocolError:  # a close frame has come
            return False

    def _write(self, data: bytes) -> bool:
        if self._socket is None:
            return False
        try:
            self._socket.sendall(data)
        except OSError as fault:
            self._lost(f"takes nothing any more: {fault}")
            return False
        return True

    def _read(self) -> None:
        current = self._socket
        if current is None:
            return
        try:
            data = current.recv(READ_BYTES)
            self._received_at = time.monotonic()
            self._protocol.receive_data(data or None)
            for event in self._protocol.events():
                self._on_event(event)
                if self._socket is not current:
                    return
        except (OSError, LocalProtocolError) as fault:
            self._lost(f"is gone: {fault}")
        except (RemoteProtocolError, msgspec.DecodeError, RecursionError, FrameError) as fault:
            log.debug("%s", fault)
            self._lost("answers what no exhibit would")
        else:
            if not data:
                self._lost("is gone")

    def _on_event(self, event: Event) -> None:
        match event:
            case AcceptConnection():
                known = self._conversation.welcome
                self._send(self._entry.hello(0, known.you.resume if known else None))
            case RejectConnection():
                self._refusal = f"refuses the connection with status {event.status_code}"
                if not event.has_body:
                    self._lost(self._refusal)
            case RejectData():
                said = bytes(event.data).decode(errors="replace").strip()
                self._refusal = f"{self._refusal} {said}"[:MAX_EXPLANATION_CHARS]
                if event.body_finished:
                    self._lost(self._refusal)
            case ControlPing():
                self._write(self._protocol.send(event.response()))
            case CloseConnection():
                self._closed(event)
            case TextMessage():
                self._text.append(event.data)
                self._count(len(event.data))
                if event.message_finished:
                    text, self._text, self._size = "".join(self._text), [], 0
                    self._on_text(text)
            case BytesMessage():
                self._bytes.append(bytes(event.data))
                self._count(len(event.data))
                if event.message_finished:
                    data, self._bytes, self._size = b"".join(self._bytes), [], 0
                    self._on_binary(data)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > MAX_ANSWER_BYTES:
            raise FrameError(f"a message of more than {MAX_ANSWER_BYTES} bytes")

    def _closed(self, event: CloseConnection) -> None:
        if self._protocol.state is ConnectionState.REMOTE_CLOSING:
            self._write(self._protocol.send(event.response()))
        if self._conversation.here and event.code == ELSEWHERE:
            why = event.reason or "goodbye"
            self._conversation.end(ConnectionError(f"the exhibit ended the visit: {why}"))
        elif self._socket is not None:
            self._lost(f"closed the connection: {event.reason or event.code}")

    # --- messages -------------------------------------------------------------------------

    def _on_text(self, text: str) -> None:
        try:
            message = _decoder.decode(text)
        except msgspec.ValidationError as unknown:
            log.debug("a message that this client does not know: %s", unknown)
            return
        match message:
            case Pong():
                self._round_trip_ms = max(0.0, 1000 * time.monotonic() - message.t)
            case Welcome():
                self._tries = 0
        self._conversation.on_message(message, self)

    def _on_binary(self, data: bytes) -> None:
        # Who wants none gets one a second all the same, and does not acknowledge it.
        if self._entry.picture != "none":
            self._conversation.on_frame(data)
            self.send(Ack(seq=frames.sequence_number(data)))
