"""From a finger's touch to the first frame that shows it."""

from __future__ import annotations

import random
import time

from app.bench.client import Guest
from app.bench.exhibit import Exhibit
from app.bench.figures import Budget, Options, Row, note, percentile
from app.protocol import frames
from app.protocol.messages import Finger

SECONDS = 10.0
MIN_TOUCHES = 50
PAUSE_S = (0.05, 0.15)
"""Between two touches, so that they do not keep step with the frames."""
FIRST_FRAME_S = 90.0
GIVE_UP_S = 5.0
EXACT = 1 / 65535
"""Positions in frames are that coarse."""


def measure(options: Options) -> list[Row]:
    """One row {touches, p50_ms, p95_ms, max_ms}."""
    seconds = options.seconds or SECONDS
    note(f"latency: about {seconds:g} s")
    times_ms: list[float] = []
    with Exhibit() as exhibit, Guest(exhibit.url) as guest:
        guest.first_frame(FIRST_FRAME_S)
        _linger(guest, 1.0)
        began = time.perf_counter()
        while time.perf_counter() - began < seconds or len(times_ms) < MIN_TOUCHES:
            touch = len(times_ms) % 200
            times_ms.append(1000 * _touch(guest, touch))
            guest.send(Finger(touch=touch, x=0.5, y=0.5, down=False))
            _linger(guest, random.uniform(*PAUSE_S))  # noqa: S311
    return [
        {
            "touches": len(times_ms),
            "p50_ms": round(percentile(times_ms, 50), 1),
            "p95_ms": round(percentile(times_ms, 95), 1),
            "max_ms": round(max(times_ms), 1),
            "budgets": {"p95_ms": Budget(at_most=50)},
        }
    ]


def _touch(guest: Guest, touch: int) -> float:
    """Put a finger down; seconds until a frame shows it there."""
    x, y = random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)  # noqa: S311
    sent = time.perf_counter()
    guest.send(Finger(touch=touch, x=x, y=y))
    while time.perf_counter() < sent + GIVE_UP_S:
        _, pictures = guest.wait(sent + GIVE_UP_S)
        now = time.perf_counter()
        for picture in pictures:
            if _shows(frames.unpack(picture), guest.id, touch, (x, y)):
                return now - sent
    raise TimeoutError(f"a touch was not shown within {GIVE_UP_S:g} s")


def _shows(frame: frames.Frame, visitor: int, touch: int, at: frames.Point) -> bool:
    return any(
        mark.visitor == visitor
        and mark.touch == touch
        and mark.down
        and abs(mark.pointer[0] - at[0]) < EXACT
        and abs(mark.pointer[1] - at[1]) < EXACT
        for mark in frame.fingers
    )


def _linger(guest: Guest, seconds: float) -> None:
    """Watch for a while."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        guest.wait(until)
