"""How long a room's thread may show no sign of life before it counts as hanging.

A frame's steps are short. A command, or making a model, may take as long as a first state does
on a grid of GROWTH times as many points as the model had when it was last made; the first time,
nobody knows. Whoever waits longer than HUNG_S is told. Kernels may be compiled at any time, which
is seen from what the thread is doing, and takes a while on every machine.
"""

from __future__ import annotations

import sys
import time
from typing import Literal

from app.engines.worker import Worker

HUNG_S = 4.0
GROWTH = 20.0
FIRST_S = 20.0
LONGEST_S = 60.0
COMPILERS = ("numba", "llvmlite")

Verdict = Literal["well", "slow", "compiles", "hangs"]


class HangDetector:
    """With the threads of one model."""

    def __init__(self, usual_s: float | None = None) -> None:
        """`usual_s`: what making the model takes, if that is known."""
        self._usual_s = usual_s

    def judge(self, worker: Worker) -> Verdict:
        """How it is with a thread that is alive."""
        if worker.made_in_s is not None:
            self._usual_s = min(worker.made_in_s, self._usual_s or LONGEST_S)
        silent_s = time.monotonic() - worker.beat
        if silent_s < HUNG_S:
            return "well"
        if silent_s < LONGEST_S and _compiles(worker):
            return "compiles"
        return "slow" if silent_s < self._limit_s(worker) else "hangs"

    def _limit_s(self, worker: Worker) -> float:
        if not worker.may_take_long:
            return HUNG_S
        if self._usual_s is None:
            return FIRST_S
        return min(HUNG_S + GROWTH * self._usual_s, LONGEST_S)


def _compiles(worker: Worker) -> bool:
    """Is the thread somewhere in a compiler?"""
    frame = sys._current_frames().get(worker.thread.ident or 0)
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] in COMPILERS:
            return True
        frame = frame.f_back
    return False
