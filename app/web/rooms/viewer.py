"""One browser as the server sees it: a single writer, to which everything else leaves notes.

Messages go out in order; of a channel's values and of frames only the newest does.
"""

from __future__ import annotations

import logging
import time
from collections import deque

import gevent
from gevent.event import Event

from app.protocol import frames
from app.protocol.frames import FrameKey
from app.protocol.messages import Role, ServerMessage, Visitor, encode
from app.transport.flow_control import FrameFlow
from app.transport.limits import CLOSE_S, MAX_QUEUED_BYTES, PING_S
from app.web.http.websocket import BINARY, TEXT, PeerGoneError, WebSocket, framed

log = logging.getLogger(__name__)

ROUND_TRIPS = 30


class Viewer:
    """A connected browser (or program) and its writer greenlet."""

    def __init__(self, socket: WebSocket, visitor: Visitor, address: str, flow: FrameFlow) -> None:
        self.visitor = visitor
        self.address = address
        self.flow = flow
        self.view = ""
        self.encodings: tuple[int, ...] = ()
        self.subscribed: set[str] = set()
        self.welcomed = False
        self.waiting = False
        """Whether the viewer is in the queue of a full room (app.web.rooms.admission_queue)."""
        self.round_trips_ms: deque[float] = deque(maxlen=ROUND_TRIPS)
        self._socket = socket
        self._socket.reply = self._append
        self._bytes: deque[bytes] = deque()
        self._queued = 0
        self._values: dict[str, bytes] = {}
        self._frame: tuple[int, bytes] | None = None
        self._offered = b""
        self._wake = Event()
        self._peer_done = Event()
        self._closing = False
        self._writer = gevent.spawn(self._write)

    @property
    def role(self) -> Role:
        """What this visitor may do."""
        return self.visitor.role

    @property
    def is_lost(self) -> bool:
        """Whether the connection broke, rather than being closed by either side."""
        return not self._closing

    def key(self, smooth: bool) -> FrameKey:
        """The form in which this viewer wants its view; lossless where that is not smooth."""
        if smooth and frames.JPEG in self.encodings and self.encodings[0] != frames.RAW:
            return FrameKey(self.view, frames.JPEG, self.flow.quality)
        return FrameKey(self.view, frames.RAW)

    def send(self, message: ServerMessage) -> None:
        """Queue a message."""
        self.send_text(framed(TEXT, encode(message)))

    def send_text(self, framed_message: bytes) -> None:
        """Queue a message that is framed already, as for all viewers of a room."""
        self._queue(framed_message)

    def send_value(self, channel: str, framed_message: bytes) -> None:
        """Queue a channel's value in place of an older one."""
        self._values[channel] = framed_message
        self._wake.set()

    def show(self, seq: int, framed_frame: bytes) -> None:
        """Offer a frame in place of one that has not gone out; the same one is offered once."""
        if framed_frame is self._offered:
            return
        self._offered = framed_frame
        self._frame = (seq, framed_frame)
        self._wake.set()

    def acked(self, seq: int) -> None:
        """Frames up to `seq` have arrived."""
        self.flow.acked(seq)
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """Say why, close, and be gone soon even if the peer does not answer."""
        self._socket.close(code, reason)
        self._closing = True
        self._wake.set()

    def finish(self) -> None:
        """The reader has ended: let the last bytes out, stop the writer, end the connection."""
        self._closing = True
        self._peer_done.set()
        self._wake.set()
        self._writer.join(CLOSE_S)
        self._writer.kill(block=False)
        self._socket.finish()

    @property
    def round_trip_ms(self) -> float | None:
        """The average of the last ROUND_TRIPS round trips that the client measured."""
        if not self.round_trips_ms:
            return None
        return round(sum(self.round_trips_ms) / len(self.round_trips_ms), 1)

    def _queue(self, data: bytes) -> None:
        if not self._socket.close_sent:
            self._append(data)

    def _append(self, data: bytes) -> None:
        if self._closing:
            return
        self._bytes.append(data)
        self._queued += len(data)
        if self._queued > MAX_QUEUED_BYTES:
            log.info("%s takes messages too slowly; closed", self.visitor.name)
            self._closing = True
            self._socket.abort()
        self._wake.set()

    def _write(self) -> None:
        ping_due = time.monotonic() + PING_S
        try:
            while True:
                self._wake.clear()
                self._write_messages()
                if self._closing or self._socket.close_sent:
                    break
                wait = self._write_frame()
                now = time.monotonic()
                if now >= ping_due:
                    self._socket.send(self._socket.ping())
                    ping_due = now + PING_S
                self._wake.wait(min(wait, ping_due - now))
            self._write_messages()
        except PeerGoneError as gone:
            log.debug("%s: %s", self.visitor.name, gone)
        if not self._peer_done.wait(CLOSE_S):
            self._socket.abort()

    def _write_messages(self) -> None:
        while self._bytes or self._values:
            values = () if self._socket.close_sent else self._values.values()
            batch = [*self._bytes, *values]
            self._bytes.clear()
            self._values.clear()
            self._queued = 0
            self._socket.send(b"".join(batch))

    def _write_frame(self) -> float:
        """Send the newest frame if it may go; seconds until that is worth asking again."""
        if self._frame is None:
            return PING_S
        seq, data = self._frame
        wait = self.flow.wait_s(len(data))
        if wait > 0:
            return wait
        self._frame = None
        self._socket.send(data)
        self.flow.sent(seq, len(data))
        return 0.0 if self._frame is not None else PING_S


def framed_picture(frame: bytes) -> tuple[int, bytes]:
    """The sequence number and the WebSocket bytes of a frame, for all who want it."""
    return frames.sequence_number(frame), framed(BINARY, frame)
