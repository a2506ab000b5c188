"""One room watched by many: frames a second and gaps between frames, for each of them."""

from __future__ import annotations

import selectors
import time
from itertools import pairwise
from typing import Any

from app.bench.client import Guest
from app.bench.exhibit import FPS, SIZE, STEPS, Exhibit
from app.bench.figures import Budget, Options, Row, note, percentile
from app.bench.stirred import stir_point
from app.protocol.messages import Finger, Subscribe

SECONDS = 10.0
SETTLE_S = 2.0
"""Frames are counted only after everybody has had frames for so long."""
FIRST_FRAME_S = 90.0
MOVE_S = 1 / 60
TURN_S = 4.0


def measure(options: Options) -> list[Row]:
    """One row {n, seconds, fps_min, gap_p99_ms, gap_max_ms, ...}; guests share this process."""
    seconds = options.seconds or SECONDS
    note(f"viewers: {options.viewers} of them for {seconds:g} s")
    with Exhibit() as exhibit:
        crowd = Crowd(exhibit.url, options.viewers)
        try:
            crowd.watch(SETTLE_S)
            cpu_before, own_before = exhibit.cpu_s(), time.process_time()
            crowd.watch(seconds)
            cpu_after, own_after = exhibit.cpu_s(), time.process_time()
        finally:
            crowd.close()
    server_cpu = None
    if cpu_before is not None and cpu_after is not None:
        server_cpu = round((cpu_after - cpu_before) / seconds, 2)
    return [
        {
            "n": options.viewers,
            "grid": [SIZE, SIZE],
            "steps_per_frame": STEPS,
            "seconds": seconds,
            "fps_min": round(min(len(times) for times in crowd.arrivals) / seconds, 1),
            "gap_p99_ms": round(percentile(crowd.gaps_ms(), 99), 1),
            "gap_max_ms": round(max(crowd.gaps_ms()), 1),
            "frame_bytes_p50": percentile(crowd.sizes, 50),
            "steps_per_s": round(sum(crowd.steps_per_s) / max(1, len(crowd.steps_per_s)), 1),
            "server_cpus": server_cpu,
            "guests_cpus": round((own_after - own_before) / seconds, 2),
            "budgets": {
                "fps_min": Budget(at_least=FPS),
                "gap_p99_ms": Budget(at_most=34),
                "steps_per_s": Budget(at_least=FPS * STEPS),
            },
        }
    ]


class Crowd:
    """Guests on one selector; the first of them stirs and hears how fast the room runs."""

    def __init__(self, url: str, count: int) -> None:
        """Bring them in one after the other. Raises OSError."""
        self.arrivals: list[list[float]] = []
        self.sizes: list[int] = []
        self.steps_per_s: list[float] = []
        self._guests: list[Guest] = []
        self._ready = selectors.DefaultSelector()
        for number in range(count):
            guest = Guest(url)
            self._guests.append(guest)
            guest.first_frame(FIRST_FRAME_S)
            self._ready.register(guest, selectors.EVENT_READ, number)
        self._guests[0].send(Subscribe(names=["steps_per_s"]))

    def watch(self, seconds: float) -> None:
        """Receive for `seconds`, and count anew."""
        self.arrivals = [[] for _ in self._guests]
        self.sizes.clear()
        self.steps_per_s.clear()
        began = now = time.perf_counter()
        move_due = now
        while now < began + seconds:
            for key, _ in self._ready.select(max(0.0, min(move_due, began + seconds) - now)):
                self._receive(key.data)
            now = time.perf_counter()
            if now >= move_due:
                x, y = stir_point(now / TURN_S)
                self._guests[0].send(Finger(touch=0, x=x, y=y))
                move_due = now + MOVE_S

    def _receive(self, number: int) -> None:
        texts, pictures = self._guests[number].read()
        now = time.perf_counter()
        for picture in pictures:
            self.arrivals[number].append(now)
            self.sizes.append(len(picture))
        for text in texts:
            self._hear(text)

    def _hear(self, text: dict[str, Any]) -> None:
        if text["type"] == "channel":
            self.steps_per_s.append(text["value"])

    def gaps_ms(self) -> list[float]:
        """Times between one frame and the next, of all guests together."""
        return [1000 * (b - a) for times in self.arrivals for a, b in pairwise(times)]

    def close(self) -> None:
        """Everybody goes."""
        self._ready.close()
        for guest in self._guests:
            guest.close()
