"""One client of a compute server: messages to it, and frames within its link's bandwidth."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from app.protocol import frames
from app.protocol.compute import (
    MAX_CREDITS,
    NOWHERE,
    SILENT_S,
    TAG,
    Address,
    FrameMessage,
    FromServer,
    pack,
)
from app.protocol.frames import QUALITIES, FrameKey
from app.transport.flow_control import FrameFlow
from app.transport.limits import LINK_BITS_PER_S

Send = Callable[[list[bytes]], None]


class Peer:
    """A web server with its visitors, or a program on its own."""

    def __init__(self, send: Send, now: float, bits_per_s: float | None = LINK_BITS_PER_S) -> None:
        """`send` gets the parts after the identity and never waits; see Flow for `bits_per_s`."""
        self.received_at = now
        self.visitors: dict[int, str] = {}
        """Its visitors, and the room that each is in."""
        self._send = send
        self._flow = FrameFlow(bits_per_s)
        self._credits = 0
        self._numbers = itertools.count(1)
        self._frames: dict[tuple[str, FrameKey], tuple[list[FrameKey], bytes]] = {}

    def is_silent(self, now: float) -> bool:
        """Has nothing come from it for too long?"""
        return now - self.received_at > SILENT_S

    def form(self, key: FrameKey) -> FrameKey:
        """The form that the link can take of what is wanted as `key`."""
        if key.encoding == frames.RAW:
            return FrameKey(key.view, frames.RAW)
        quality = max(key.quality, self._flow.quality)
        return FrameKey(key.view, frames.JPEG, min(quality, len(QUALITIES) - 1))

    def send(
        self, message: FromServer, address: Address = NOWHERE, data: bytes | None = None
    ) -> None:
        """Send a message, and the bytes that go with it."""
        self._send([TAG, pack(message, address), *([] if data is None else [data])])

    def offer(self, room: str, form: FrameKey, keys: list[FrameKey], frame: bytes) -> None:
        """A frame in `form`, for all of `keys`, in place of one that has not gone out."""
        self._frames[room, form] = (keys, frame)

    def forget(self, room: str, form: FrameKey) -> None:
        """A form that is not wanted any more."""
        self._frames.pop((room, form), None)

    def credit(self, n: int, number: int) -> None:
        """It can take `n` frames more, and has all up to `number`."""
        self._credits = min(self._credits + n, MAX_CREDITS)
        self._flow.acked(number)

    def pump(self) -> float:
        """Send the frames that may go; seconds until it is worth trying again."""
        while self._frames and self._credits > 0:
            place = next(iter(self._frames))
            keys, frame = self._frames[place]
            wait = self._flow.wait_s(len(frame))
            if wait > 0:
                return wait
            # What is offered next goes to the end: rooms and forms take turns.
            del self._frames[place]
            self._credits -= 1
            number = next(self._numbers)
            self._flow.sent(number, len(frame))
            header = pack(FrameMessage(number=number, keys=keys), Address(place[0]))
            self._send([TAG, header, frame])
        return SILENT_S

    def review(self) -> bool:
        """Is another quality called for than before?"""
        return self._flow.review()
