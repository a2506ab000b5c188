"""A room beside a user's model: how it fares while that one is well, and while it hangs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.bench.client import Guest
from app.bench.exhibit import FPS, MODEL, Exhibit
from app.bench.figures import BenchOptions, Budget, Row, percentile, progress
from app.bench.viewers import EDGES, FIRST_FRAME_S, SETTLE_S, Crowd
from app.protocol.messages import Set

SECONDS = 10.0
SOURCE = '''\
"""A user's model that can be told to hang."""


class Hog:
    """Busy for ever once it is told so."""

    sliders = [["busy", "toggle", "None", "checkbox", None, None, None]]

    def __init__(self, opts):
        self.busy = False

    def get_density(self):
        import numpy

        return numpy.ones((64, 64))

    def get_trace_particles(self):
        return []

    def get(self, name):
        return self.busy

    def set(self, name, value):
        self.busy = value

    def step(self, N, tracer_particles):
        while self.busy:
            pass
'''


def measure(options: BenchOptions) -> list[Row]:
    """Two rows {neighbour, fps, gap_p99_ms}: the neighbour is well, and then it hangs."""
    seconds = options.seconds or SECONDS
    progress(f"neighbours: twice {seconds:g} s")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "hog.py"
        file.write_text(SOURCE, encoding="utf-8")
        with Exhibit(model=str(file)) as exhibit, Guest(exhibit.url, "Hog") as visitor:
            visitor.first_frame(FIRST_FRAME_S)
            crowd = Crowd(exhibit.url, 1, MODEL)
            try:
                crowd.watch(SETTLE_S)
                rows.append(_row("well", crowd, seconds))
                visitor.send(Set(params={"busy": True}))
                rows.append(_row("hangs", crowd, seconds))
            finally:
                crowd.close()
    return rows


def _row(neighbour: str, crowd: Crowd, seconds: float) -> Row:
    seconds = crowd.watch(seconds)
    return {
        "neighbour": neighbour,
        "seconds": round(seconds, 1),
        "fps": round(len(crowd.arrivals[0]) / seconds, 1),
        "gap_p99_ms": round(percentile(crowd.gaps_ms(), 99), 1),
        "budgets": {"fps": Budget(at_least=EDGES * FPS)},
    }
