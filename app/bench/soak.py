"""Guests come and go for a long time: memory, descriptors and threads must stay flat."""

from __future__ import annotations

import random
import time
from statistics import median
from typing import NamedTuple

from app.bench.exhibit import Exhibit
from app.bench.figures import BenchOptions, Budget, Row, progress
from app.bench.viewers import Crowd

SECONDS = 600.0
MAX_GUESTS = 8
STAY_S = 2.0
SETTLE_S = 0.5
"""After guests left, before the exhibit is looked at."""
SHARE = 0.2
"""Of all looks: the first share of them is warming up, the second the start, the last the end."""
MIN_LOOKS = 5
MAX_GROWTH_MB = 5
MAX_GROWTH_THREADS = 2
MAX_GROWTH_DESCRIPTORS = 5


class Sample(NamedTuple):
    """The exhibit from outside while one steady guest is there; None: not to be had here."""

    memory_mb: float
    descriptors: int | None
    threads: int | None


def measure(options: BenchOptions) -> list[Row]:
    """One row {seconds, guests, start, end and growth of memory, descriptors and threads}."""
    seconds = options.seconds or SECONDS
    progress(f"soak: {seconds:g} s")
    looks: list[Sample] = []
    guests = 0
    with Exhibit() as exhibit:
        kind, _ = exhibit.memory_mb(own_only=True)
        steady = Crowd(exhibit.url, 1)
        try:
            began = time.perf_counter()
            while time.perf_counter() - began < seconds or len(looks) < MIN_LOOKS:
                guests += _visit(exhibit.url, min(STAY_S, seconds / MIN_LOOKS))
                steady.watch(SETTLE_S)
                _, memory_mb = exhibit.memory_mb(own_only=True)
                looks.append(Sample(memory_mb, exhibit.descriptors(), exhibit.threads()))
            taken = time.perf_counter() - began
        finally:
            steady.close()
    share = max(1, int(SHARE * len(looks)))
    start, end = _typical(looks[share : 2 * share]), _typical(looks[-share:])
    return [
        {
            "seconds": round(taken, 1),
            "guests": guests,
            f"{kind}_mb_start": round(start.memory_mb, 1),
            f"{kind}_mb_end": round(end.memory_mb, 1),
            f"{kind}_mb_growth": round(end.memory_mb - start.memory_mb, 1),
            "descriptors_start": start.descriptors,
            "descriptors_end": end.descriptors,
            "threads_start": start.threads,
            "threads_end": end.threads,
            "budgets": _budgets(kind, start),
        }
    ]


def _visit(url: str, seconds: float) -> int:
    """Some guests come, one of them stirs, and all go; how many they were."""
    count = random.randint(1, MAX_GUESTS)  # noqa: S311
    crowd = Crowd(url, count)
    try:
        crowd.watch(seconds)
    finally:
        crowd.close()
    return count


def _typical(looks: list[Sample]) -> Sample:
    def middle(values: list[int | None]) -> int | None:
        known = [value for value in values if value is not None]
        return round(median(known)) if known else None

    return Sample(
        median(look.memory_mb for look in looks),
        middle([look.descriptors for look in looks]),
        middle([look.threads for look in looks]),
    )


def _budgets(kind: str, start: Sample) -> dict[str, Budget]:
    budgets = {f"{kind}_mb_growth": Budget(at_most=MAX_GROWTH_MB)}
    if start.descriptors is not None and start.threads is not None:
        budgets["descriptors_end"] = Budget(at_most=start.descriptors + MAX_GROWTH_DESCRIPTORS)
        budgets["threads_end"] = Budget(at_most=start.threads + MAX_GROWTH_THREADS)
    return budgets
