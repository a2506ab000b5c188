"""Calls that must start in time, and threads for those that run beside a room's model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from msgspec import Struct

from app.protocol.messages import Error, Id

START_S = 3.0
"""The longest time between a call's arrival on the room's machine and its start; then refused."""
MAX_WAITING = 32
SLOW_THREADS = 3


class CallLimits(Struct, frozen=True):
    """The settings for calls to a room's objects."""

    start_s: float = START_S
    slow_threads: int = SLOW_THREADS
    """Of one room, for its slow calls."""


USUAL = CallLimits()


class CallDeadline:
    """A call's right to run: claimed once, either to run it or to refuse it."""

    def __init__(self, visitor: int, request: Id, start_s: float = START_S) -> None:
        self.visitor = visitor
        self.request = request
        self._start_s = start_s
        self._deadline = time.monotonic() + start_s
        self._claimed = threading.Lock()

    def claim(self) -> bool:
        """Claim the call; True for the first caller only, from any thread."""
        return self._claimed.acquire(blocking=False)

    @property
    def overdue(self) -> bool:
        """Whether it is too late to start."""
        return time.monotonic() > self._deadline

    def refusal(self) -> Error:
        """Return the error for an overdue call."""
        text = f"the call could not start within {self._start_s:g} s, and will not run"
        return Error(id=self.request, code="too_late", message=text)


class CallThreads:
    """Runs up to `threads` jobs at a time, in order, in daemon threads."""

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._threads = threads
        self._started = 0
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def put(self, job: Callable[[], None]) -> bool:
        """Queue `job`, which must not raise; False if too many wait already."""
        if self._jobs.qsize() >= MAX_WAITING:
            return False
        self._jobs.put(job)
        if self._started < self._threads:
            self._started += 1
            threading.Thread(target=self._run, name=self._name, daemon=True).start()
        return True

    def close(self) -> None:
        """End the threads once they have finished their jobs."""
        for _ in range(self._started):
            self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
