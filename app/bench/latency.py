"""From a finger's touch to the first frame that shows it."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from statistics import fmean

from app.bench.client import Guest
from app.bench.exhibit import Compute, Exhibit
from app.bench.figures import BenchOptions, Budget, Row, percentile, progress
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


def measure(options: BenchOptions) -> list[Row]:
    """Rows {place, touches, p50_ms, p95_ms, max_ms, mean_ms}: here, and on a compute server.

    The server is on this machine, and touches take turns, so that both meet the same noise. Its
    row has `added_ms`: how much more the mean is.
    """
    seconds = 2 * (options.seconds or SECONDS)
    progress(f"latency: about {seconds:g} s")
    with Exhibit() as near, Compute() as server, Exhibit(remote=server.url) as far:
        here, there = _times_ms([near.url, far.url], seconds)
    rows = [_row("here", here), _row("remote", there)]
    rows[1]["added_ms"] = round(rows[1]["mean_ms"] - rows[0]["mean_ms"], 1)
    rows[1]["budgets"]["added_ms"] = Budget(at_most=5)
    return rows


def _row(place: str, times_ms: list[float]) -> Row:
    return {
        "place": place,
        "touches": len(times_ms),
        "p50_ms": round(percentile(times_ms, 50), 1),
        "p95_ms": round(percentile(times_ms, 95), 1),
        "max_ms": round(max(times_ms), 1),
        "mean_ms": round(fmean(times_ms), 1),
        "budgets": {"p95_ms": Budget(at_most=50)},
    }


def _times_ms(urls: list[str], seconds: float) -> list[list[float]]:
    """Of touch after touch at each exhibit in turn, for so long."""
    times_ms: list[list[float]] = [[] for _ in urls]
    with ExitStack() as stack:
        guests = [stack.enter_context(Guest(url)) for url in urls]
        for guest in guests:
            guest.first_frame(FIRST_FRAME_S)
        began = time.perf_counter()
        while time.perf_counter() - began < seconds or len(times_ms[0]) < MIN_TOUCHES:
            touch = len(times_ms[0]) % 200
            for guest, times in zip(guests, times_ms, strict=True):
                # What came while the other one had its turn is old.
                _linger(guest, random.uniform(*PAUSE_S))  # noqa: S311
                times.append(1000 * _touch(guest, touch))
                guest.send(Finger(touch=touch, x=0.5, y=0.5, down=False))
    return times_ms


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


def _shows(frame: frames.WireFrame, visitor: int, touch: int, at: frames.Point) -> bool:
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
