"""An outsider's client: it knows the documented bytes and nothing of the program's own code."""

from __future__ import annotations

import io
import itertools
import json
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import websocket
from PIL import Image

PATIENCE_S = 10.0

HEADER = struct.Struct("<2sBBHHIdffBBHH")
FINGER = struct.Struct("<IBBHHHH")
VORTEX = struct.Struct("<HHh")


class Mark(NamedTuple):
    """A finger as the frame shows it."""

    visitor: int
    touch: int
    flags: int
    pointer: tuple[float, float]
    potential: tuple[float, float]


class Frame(NamedTuple):
    """A decoded frame; `levels` has shape (Ny, Nx), `values` (Nx, Ny) with y upwards."""

    encoding: int
    nx: int
    ny: int
    seq: int
    time: float
    lo: float
    hi: float
    view: int
    fingers: list[Mark]
    tracers: list[tuple[int, int]]
    vortices: list[tuple[int, int, int]]
    levels: Any

    @property
    def values(self) -> Any:
        """The picture in the model's own orientation and unit."""
        return self.lo + (self.hi - self.lo) * self.levels[::-1].T.astype(float) / 255

    def finger_of(self, visitor: int, touch: int = 0) -> Mark | None:
        """Their finger, if the frame has one that is down."""
        for mark in self.fingers:
            if (mark.visitor, mark.touch) == (visitor, touch) and mark.flags & 1:
                return mark
        return None


def decode(data: bytes) -> Frame:
    """A frame from its bytes, strictly by the document."""
    magic, version, encoding, nx, ny, seq, t, lo, hi, view, nf, nt, nv = HEADER.unpack_from(data)
    assert magic == b"VF"
    assert version == 1
    at = HEADER.size
    fingers = []
    for _ in range(nf):
        visitor, touch, flags, *xy = FINGER.unpack_from(data, at)
        x, y, px, py = (n / 65535 for n in xy)
        fingers.append(Mark(visitor, touch, flags, (x, y), (px, py)))
        at += FINGER.size
    tracers = [struct.unpack_from("<HH", data, at + 4 * i) for i in range(nt)]
    at += 4 * nt
    vortices = [VORTEX.unpack_from(data, at + 6 * i) for i in range(nv)]
    picture = data[at + 6 * nv :]
    if encoding == 2:
        assert len(picture) == nx * ny
        levels = np.frombuffer(picture, np.uint8).reshape(ny, nx)
    else:
        assert encoding == 1
        with Image.open(io.BytesIO(picture)) as image:
            assert image.format == "JPEG"
            assert image.mode == "L"
            levels = np.asarray(image)
        assert levels.shape == (ny, nx)
    return Frame(encoding, nx, ny, seq, t, lo, hi, view, fingers, tracers, vortices, levels)


class ClosedError(Exception):
    """The server closed the connection with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class Client:
    """One browser's worth of conversation."""

    def __init__(self, url: str, headers: dict[str, str] | None = None, **names: str) -> None:
        """Connect to the exhibit at `url` (http://...); nothing is said yet.

        `names`: another `host` or `origin` than the URL's.
        """
        self.acks = True
        self.messages: list[dict[str, Any]] = []
        self.frames: list[Frame] = []
        self.welcome: dict[str, Any] = {}
        self._ids = itertools.count(1)
        self.socket = websocket.create_connection(
            url.replace("http", "ws", 1) + "ws", timeout=PATIENCE_S, header=headers or {}, **names
        )

    def send(self, **message: Any) -> None:
        """Say `message`; the word `type` is a field like any other."""
        self.socket.send(json.dumps(message))

    def hello(self, **fields: Any) -> dict[str, Any]:
        """Say hello and wait for the welcome."""
        self.send(**{"type": "hello", "protocol": 1, **fields})
        self.welcome = self.hear("welcome")
        return self.welcome

    @property
    def id(self) -> int:
        """This visitor's number."""
        return int(self.welcome["you"]["id"])

    def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Say something with an id of its own and return the reply that bears it."""
        number = f"q{next(self._ids)}"
        self.send(type=type_, id=number, **fields)
        return self.hear(where=lambda message: message.get("id") == number)

    def hear(
        self,
        type_: str | None = None,
        where: Callable[[dict[str, Any]], bool] = lambda _message: True,
        patience_s: float = PATIENCE_S,
    ) -> dict[str, Any]:
        """Take the first message that fits from those heard, waiting for it if need be."""

        def found() -> dict[str, Any] | None:
            for message in self.messages:
                if (type_ is None or message["type"] == type_) and where(message):
                    self.messages.remove(message)
                    return message
            return None

        return self._until(found, f"{type_ or 'a message'}; heard {self.messages}", patience_s)

    def see(
        self,
        where: Callable[[Frame], bool] = lambda _frame: True,
        patience_s: float = PATIENCE_S,
    ) -> Frame:
        """Wait for a frame newer than this call that fits."""
        self.frames.clear()

        def found() -> Frame | None:
            fitting = [frame for frame in self.frames if where(frame)]
            self.frames.clear()
            return fitting[0] if fitting else None

        return self._until(found, "a frame", patience_s)

    def sync(self) -> None:
        """Hear all that the server said before it heard this."""
        self.ask("ping", t=0.0)

    def closed(self, patience_s: float = PATIENCE_S) -> int:
        """Wait for the server to close, and return its code."""
        self.acks = False
        try:
            self._until(lambda: None, "close", patience_s)
        except ClosedError as end:
            return end.code
        raise AssertionError("unreachable")

    def listen(self, seconds: float) -> None:
        """Take in whatever comes for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._take(left)

    def close(self) -> None:
        """Go without ceremony."""
        self.socket.shutdown()

    def _until(self, found: Callable[[], Any], what: str, patience_s: float) -> Any:
        end = time.monotonic() + patience_s
        while (hit := found()) is None:
            left = end - time.monotonic()
            assert left > 0, f"waited {patience_s:g} s in vain for {what}"
            self._take(left)
        return hit

    def _take(self, patience_s: float) -> None:
        self.socket.settimeout(max(patience_s, 0.001))
        try:
            opcode, data = self.socket.recv_data()
        except websocket.WebSocketTimeoutException:
            return
        except (websocket.WebSocketConnectionClosedException, OSError) as end:
            raise ClosedError(1006, str(end)) from None
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            code = struct.unpack("!H", data[:2])[0] if len(data) >= 2 else 1005
            raise ClosedError(code, data[2:].decode())
        if opcode == websocket.ABNF.OPCODE_TEXT:
            self.messages.append(json.loads(data))
        elif opcode == websocket.ABNF.OPCODE_BINARY:
            frame = decode(data)
            self.frames.append(frame)
            if self.acks:
                with suppress(OSError, websocket.WebSocketException):  # the end may be near
                    self.send(type="ack", seq=frame.seq)
