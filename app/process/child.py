"""Child processes of the supervisor, each with its lifeline. Standard library only."""

from __future__ import annotations

import math
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from app.paths import own_command
from app.process.heartbeat import Heartbeat
from app.process.launch import Launch

GENTLE_S = 3.0
"""A child that was asked to end is killed after this long."""
BACK_OFF_S = (0.1, 0.5, 1.0, 2.0, 4.0)
"""Waits before the first, second, ... restart in a row; the last one goes on."""
STEADY_S = 30.0
"""After a child that lasted this long, the waits start again with the first."""
LAST_LINES_S = 0.5
"""What a child has started may outlive it, and keep its output open; then this is enough."""

OnReport = Callable[["Child", str], None]
Printed = Callable[[BinaryIO], None]


class Child:
    """One role of the program in a process of its own, started again when told."""

    def __init__(
        self,
        role: str,
        report: OnReport,
        starting_s: float = math.inf,
        printed: Printed | None = None,
    ) -> None:
        """`report(child, line)` gets its output lines and, at last, an empty string.

        `printed` reads its standard error, in a thread; without it that is this process's own.
        `starting_s`: how long it may take to give its first sign of life, if it gives any.
        """
        self.role = role
        self._report = report
        self._starting_s = starting_s
        self._printed = printed
        self._heartbeat = Heartbeat(starting_s)
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: subprocess.Popen[bytes] | None = None
        """One that waits for its launch."""
        self._started = 0.0
        self._in_a_row = 0

    def warm_up(self) -> None:
        """Let the process that is started next load its own modules until then. Raises OSError."""
        self._ready = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*own_command(), self.role],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if self._printed else None,
        )

    def start(self, launch: Launch) -> None:
        """Start the process; raises OSError."""
        process, self._ready = self._ready or self._spawn(), None
        if self._printed:
            threading.Thread(target=self._printed, args=(process.stderr,), daemon=True).start()
        self._process = process
        self._started = time.monotonic()
        self._heartbeat.beat(self._starting_s)
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(launch.line())
            process.stdin.flush()
        threading.Thread(target=self._attend, args=(process,), daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's number; 0 if there was none yet."""
        return 0 if self._process is None else self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How the process ended; None while it runs, or if it never did."""
        return None if self._process is None else self._process.poll()

    def is_alive(self) -> None:
        """Record a sign of life."""
        self._heartbeat.beat()

    def is_hung(self) -> bool:
        """Whether it runs without a sign of life; to be called every BEAT_S."""
        running = self._process is not None and self._process.poll() is None
        return running and self._heartbeat.is_over()

    def restart_pause_s(self) -> float:
        """How long to wait before the next start; longer the more often it is asked in a row."""
        if time.monotonic() - self._started > STEADY_S:
            self._in_a_row = 0
        pause = BACK_OFF_S[min(self._in_a_row, len(BACK_OFF_S) - 1)]
        self._in_a_row += 1
        return pause

    def kill(self) -> None:
        """End the process by force, stopped or not; does not wait for what it has started."""
        self._heartbeat.beat(math.inf)
        if self._ready is not None:
            self._ready.kill()
            self._ready.communicate()
            self._ready = None
        if self._process is not None:
            self._process.kill()
            assert self._process.stdin is not None
            with suppress(OSError):
                self._process.stdin.close()

    def stop(self) -> None:
        """End the process: cut its lifeline, then by force."""
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(GENTLE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _attend(self, process: subprocess.Popen[bytes]) -> None:
        listener = threading.Thread(target=self._listen, args=(process,), daemon=True)
        listener.start()
        process.wait()
        listener.join(LAST_LINES_S)
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        self._report(self, "")

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                if text and process is self._process:
                    self._report(self, text)
