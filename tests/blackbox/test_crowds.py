"""Whoever came and went leaves nothing behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bench.client import Guest
from tests.support.exhibit import Exhibit, wait_until

GUESTS = 20_000
WARM_UP = 3_000
AT_ONCE = 4
MAX_GROWTH_MB = 6.0
"""What an allocator keeps for later; 300 bytes a guest would be as much."""
POOL_THREADS = 2
"""Come and go with what there is to write."""
PATIENCE_S = 30.0


def come_and_go(url: str, guests: int) -> None:
    """So many guests, several at once; some see a frame, some nothing, none says good-bye."""
    faults: list[Exception] = []

    def some() -> None:
        try:
            for number in range(guests // AT_ONCE):
                with Guest(url) as guest:
                    if number % 10 == 0:
                        guest.first_frame(PATIENCE_S)
                    elif number % 10 < 8:
                        guest.wait(time.perf_counter() + PATIENCE_S)
        except (OSError, TimeoutError) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=some) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


@pytest.mark.long
@pytest.mark.timeout(900)
def test_twenty_thousand_guests_leave_memory_and_descriptors_as_they_were(
    start: Callable[..., Exhibit],
) -> None:
    small = ("--headless", "--port", "0", "--Nx", "32", "--Ny", "32", "--log-level", "error")
    exhibit = start(*small).ready()
    server = Path("/proc") / str(exhibit.pids()["serve"])

    def alone() -> bool:
        (room,) = exhibit.json("healthz")["rooms"]
        return bool(room["visitors"] == 1)

    def burden() -> tuple[float, int, int]:
        last = exhibit.visitor()
        last.see()
        wait_until(alone, "all others have gone", PATIENCE_S)
        status = dict(line.split(":", 1) for line in (server / "status").read_text().splitlines())
        anonymous_mb = int(status["RssAnon"].split()[0]) / 1000
        counts = [len(list((server / kind).iterdir())) for kind in ("fd", "task")]
        last.close()
        return anonymous_mb, counts[0], counts[1]

    come_and_go(exhibit.url, WARM_UP)
    before = burden()
    come_and_go(exhibit.url, GUESTS)
    after = burden()
    assert after[0] - before[0] < MAX_GROWTH_MB
    assert after[1] <= before[1]
    assert after[2] <= before[2] + POOL_THREADS
