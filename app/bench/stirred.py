"""A room under the shipped engine with nobody's clock to hold it back, and a finger that stirs."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import gevent
from gevent.event import Event

from app.engines.base import RoomLink
from app.engines.local import LocalEngine
from app.protocol import frames
from app.protocol.frames import FrameKey
from app.protocol.messages import Do, Finger, Notice, ServerMessage, State, Visitor
from app.protocol.stats import RoomStats
from models.parameters import Value

PATIENCE_S = 90.0
"""For a model to be built; the first time ever its kernels are compiled."""
ROUND_FRAMES = 240
"""The finger goes round in so many frames."""
VISITOR = Visitor(id=1, name="bench", colour="#ffffff")


def stir_point(turn: float) -> tuple[float, float]:
    """Where the stirring finger is after `turn` turns, in fractions of the box."""
    return 0.5 + 0.2 * math.cos(math.tau * turn), 0.5 + 0.2 * math.sin(math.tau * turn)


class StirredRoom:
    """The only room of an engine, whose Listener this is, once it is open; paused until `run`."""

    _link: RoomLink

    def __init__(self, params: Mapping[str, Value]) -> None:
        self._steps_per_frame = int(params["steps"])
        self._arrivals: list[tuple[float, int]] = []
        self._newest = Event()
        self._answered = Event()
        self._trouble = ""
        self._stirs = False
        self._engine = LocalEngine(gevent.get_hub().loop.run_callback_threadsafe, math.inf, params)

    def open(self, model: str, view: str) -> None:
        """Wait until the first frame is there. Raises RuntimeError if none comes."""
        self._link = self._engine.open("bench", model, self)
        self._link.enter(VISITOR, None)
        self._link.want(frozenset({FrameKey(view, frames.JPEG)}))
        if not self._newest.wait(PATIENCE_S):
            raise RuntimeError(f"{model} shows nothing within {PATIENCE_S:g} s")
        self._do("pause")

    def run(self, seconds: float) -> float:
        """Let it run for about `seconds`; steps a second. Raises RuntimeError if it fails."""
        self._do("start")
        self._arrivals.clear()
        self._stirs = True
        began = time.perf_counter()
        while time.perf_counter() - began < seconds or len(self._arrivals) < 3:
            self._newest.clear()
            if not self._newest.wait(PATIENCE_S) or self._trouble:
                raise RuntimeError(f"the room stopped: {self._trouble or 'no frames come'}")
        (first_at, first), (last_at, last) = self._arrivals[0], self._arrivals[-1]
        self._stirs = False
        self._do("pause")
        return (last - first) * self._steps_per_frame / (last_at - first_at)

    def close(self) -> None:
        """End the room."""
        self._engine.close()

    def _do(self, action: str) -> None:
        self._answered.clear()
        self._link.send(VISITOR.id, Do(action=action))
        if not self._answered.wait(PATIENCE_S):
            raise RuntimeError(f"the room does not {action}")

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        """The room answers, or is in trouble."""
        match message:
            case State():
                self._answered.set()
            case Notice(level="trouble"):
                self._trouble = message.text

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        """A frame is there: count it and move the finger, unless the room is to be quiet."""
        seq = frames.sequence_number(frame)
        self._arrivals.append((time.perf_counter(), seq))
        if self._stirs:
            x, y = stir_point(seq / ROUND_FRAMES)
            self._link.send(VISITOR.id, Finger(touch=0, x=x, y=y))
        self._newest.set()

    def on_stats(self, stats: RoomStats) -> None:
        """The room's own figures are not needed: arrivals are counted."""
