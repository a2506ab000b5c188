"""From starting the program to READY, and from joining a room that sleeps to its first frame."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from statistics import median

from app.bench.client import Guest
from app.bench.exhibit import Exhibit
from app.bench.figures import BenchOptions, Budget, Row, progress

SECONDS = 10.0
MIN_STARTS = 3
FIRST_FRAME_S = 90.0


def measure(options: BenchOptions) -> list[Row]:
    """Rows {run, starts, ready_s, first_frame_s}: "warm" ones, then "first" with empty caches.

    The guest comes as soon as READY is said. Warm figures are medians.
    """
    seconds = options.seconds or SECONDS
    progress(f"start: at least {MIN_STARTS} times")
    _start()
    starts: list[tuple[float, float]] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(starts) < MIN_STARTS:
        starts.append(_start())
    rows = [_row("warm", starts, Budget(at_most=1.5), Budget(at_most=0.3))]
    if sys.platform == "linux":
        progress("start: once more with nothing kept from before")
        with tempfile.TemporaryDirectory() as cache:
            first = _start({"XDG_CACHE_HOME": cache, "NUMBA_CACHE_DIR": f"{cache}/numba"})
        rows.append(_row("first", [first], Budget(at_most=5.0), None))
    return rows


def _start(environment: Mapping[str, str] | None = None) -> tuple[float, float]:
    with Exhibit(environment) as exhibit:
        joined = time.perf_counter()
        with Guest(exhibit.url) as guest:
            guest.first_frame(FIRST_FRAME_S)
            return exhibit.ready_s, time.perf_counter() - joined


def _row(
    run: str, starts: list[tuple[float, float]], ready: Budget, first_frame: Budget | None
) -> Row:
    budgets = {"ready_s": ready}
    if first_frame is not None:
        budgets["first_frame_s"] = first_frame
    return {
        "run": run,
        "starts": len(starts),
        "ready_s": round(median(ready_s for ready_s, _ in starts), 3),
        "first_frame_s": round(median(frame_s for _, frame_s in starts), 3),
        "budgets": budgets,
    }
