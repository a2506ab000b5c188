"""What the server's processes hold with one room that a few guests watch."""

from __future__ import annotations

from app.bench.exhibit import SIZE, Exhibit
from app.bench.figures import BenchOptions, Budget, Row, progress
from app.bench.viewers import Crowd

SECONDS = 5.0
GUESTS = 3
MAX_MB = 250


def measure(options: BenchOptions) -> list[Row]:
    """One row {grid, guests, processes, pss_mb}; `rss_mb`, which is more, where PSS is unknown."""
    seconds = options.seconds or SECONDS
    progress(f"memory: after {seconds:g} s")
    with Exhibit() as exhibit:
        crowd = Crowd(exhibit.url, GUESTS)
        try:
            crowd.watch(seconds)
            kind, megabytes = exhibit.memory_mb()
            processes = len(exhibit.processes())
        finally:
            crowd.close()
    figure = f"{kind}_mb"
    return [
        {
            "grid": [SIZE, SIZE],
            "guests": GUESTS,
            "processes": processes,
            figure: round(megabytes, 1),
            "budgets": {figure: Budget(at_most=MAX_MB)},
        }
    ]
