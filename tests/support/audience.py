"""A room's audience under test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import gevent
import gevent.event

from app.protocol import frames
from app.protocol.frames import FrameKey
from app.protocol.messages import ServerMessage, Visitor
from app.protocol.stats import RoomStats

RAW = FrameKey("density", frames.RAW)
PATIENCE_S = 10.0
ANNA = Visitor(id=1, name="Anna", colour="#112233")
BERT = Visitor(id=2, name="Bert", colour="#445566")


class Audience:
    """A Listener that remembers, and that a test can wait for."""

    def __init__(self) -> None:
        self.messages: list[tuple[ServerMessage, int | None]] = []
        self.frames: list[tuple[FrameKey, bytes]] = []
        self.stats = RoomStats()
        self.threads: set[threading.Thread] = set()
        self._news = gevent.event.Event()

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        self.messages.append((message, to))
        self._tell()

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        self.frames.append((key, frame))
        self._tell()

    def on_stats(self, stats: RoomStats) -> None:
        self.stats = stats
        self._tell()

    def of(self, kind: type) -> list[Any]:
        """Messages of one kind."""
        return [message for message, _ in self.messages if isinstance(message, kind)]

    def wait(self, true: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
        """Let the hub run until `true()`."""
        with gevent.Timeout(patience_s, AssertionError(f"in vain; heard {self.messages}")):
            while not (answer := true()):
                self._news.wait()
                self._news.clear()
        return answer

    def _tell(self) -> None:
        self.threads.add(threading.current_thread())
        self._news.set()
