"""One room watched by many: frames a second and gaps between frames, for each of them."""

from __future__ import annotations

import selectors
import time
from itertools import pairwise

from app.bench.client import Guest
from app.bench.exhibit import FPS, HAS_PROC, SIZE, STEPS, Exhibit, machine_cpu_s
from app.bench.figures import BenchOptions, Budget, Row, percentile, progress
from app.bench.stirred import stir_point
from app.protocol import frames
from app.protocol.messages import Finger

SECONDS = 10.0
SETTLE_S = 2.0
"""Frames are counted only after everybody has had frames for so long."""
FIRST_FRAME_S = 90.0
GIVE_UP_S = 30.0
EDGES = 0.99
"""A frame more or less where the measurement begins and ends is no miss."""
MOVE_S = 1 / 60
TURN_S = 4.0


def measure(options: BenchOptions) -> list[Row]:
    """One row {n, seconds, fps_min, gap_p99_ms, gap_max_ms, steps_per_s, ...}.

    All guests share this process. The `cpus` say how much of a processor the exhibit, the guests
    and everything else on this machine used meanwhile: figures taken on a busy machine are low.
    """
    seconds = options.seconds or SECONDS
    progress(f"viewers: {options.viewers} of them for {seconds:g} s")
    with Exhibit() as exhibit:
        crowd = Crowd(exhibit.url, options.viewers)
        try:
            crowd.watch(SETTLE_S)
            before = _processors(exhibit)
            seconds = crowd.watch(seconds)
            after = _processors(exhibit)
        finally:
            crowd.close()
    gaps_ms = crowd.gaps_ms()
    ours, guests, all_ = (round((b - a) / seconds, 2) for a, b in zip(before, after, strict=True))
    return [
        {
            "n": options.viewers,
            "grid": [SIZE, SIZE],
            "steps_per_frame": STEPS,
            "seconds": round(seconds, 1),
            "fps_min": round(min(len(times) for times in crowd.arrivals) / seconds, 1),
            "gap_p99_ms": round(percentile(gaps_ms, 99), 1),
            "gap_max_ms": round(max(gaps_ms), 1),
            "frame_bytes_p50": percentile(crowd.sizes, 50),
            "steps_per_s": round(crowd.steps_per_s(), 1),
            "server_cpus": ours if HAS_PROC else None,
            "guests_cpus": guests,
            "other_cpus": round(all_ - ours - guests, 2) if HAS_PROC else None,
            "budgets": {
                "fps_min": Budget(at_least=EDGES * FPS),
                "gap_p99_ms": Budget(at_most=34),
                "steps_per_s": Budget(at_least=EDGES * FPS * STEPS),
            },
        }
    ]


def _processors(exhibit: Exhibit) -> tuple[float, float, float]:
    """Seconds of processor time of the exhibit, of this process and of all; 0 where unknown."""
    return exhibit.cpu_s() or 0.0, time.process_time(), machine_cpu_s() or 0.0


class Crowd:
    """Guests on one selector; the first of them stirs."""

    def __init__(self, url: str, count: int, room: str | None = None) -> None:
        """Bring them in one after the other, to the first room or `room`. Raises OSError."""
        self.arrivals: list[list[float]] = []
        self.sizes: list[int] = []
        self._first_seqs: list[int] = []
        self._guests: list[Guest] = []
        self._ready = selectors.DefaultSelector()
        for number in range(count):
            guest = Guest(url, room)
            self._guests.append(guest)
            guest.first_frame(FIRST_FRAME_S)
            self._ready.register(guest, selectors.EVENT_READ, number)

    def watch(self, seconds: float) -> float:
        """Receive for `seconds`, and until everybody had two frames; how long that took.

        What was counted before is forgotten. Raises TimeoutError after GIVE_UP_S more.
        """
        self.arrivals = [[] for _ in self._guests]
        self.sizes.clear()
        self._first_seqs.clear()
        began = now = time.perf_counter()
        move_due = now
        while now < began + seconds or min(map(len, self.arrivals)) < 2:
            if now > began + seconds + GIVE_UP_S:
                raise TimeoutError(f"somebody had no two frames within {GIVE_UP_S:g} s")
            for key, _ in self._ready.select(max(0.0, move_due - now)):
                self._receive(key.data)
            now = time.perf_counter()
            if now >= move_due:
                x, y = stir_point(now / TURN_S)
                self._guests[0].send(Finger(touch=0, x=x, y=y))
                move_due = now + MOVE_S
        return now - began

    def _receive(self, number: int) -> None:
        _, pictures = self._guests[number].read()
        now = time.perf_counter()
        for picture in pictures:
            self.arrivals[number].append(now)
            self.sizes.append(len(picture))
            if number == 0:
                self._first_seqs.append(frames.sequence_number(picture))

    def steps_per_s(self) -> float:
        """The model's pace: every frame that is made, shown or not, has a number of its own."""
        times, seqs = self.arrivals[0], self._first_seqs
        return (seqs[-1] - seqs[0]) * STEPS / (times[-1] - times[0])

    def gaps_ms(self) -> list[float]:
        """Times between one frame and the next, of all guests together."""
        return [1000 * (b - a) for times in self.arrivals for a, b in pairwise(times)]

    def close(self) -> None:
        """Everybody goes."""
        self._ready.close()
        for guest in self._guests:
            guest.close()
