"""The exhibit as a program of its own, started for a benchmark and looked at from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from app.paths import OWN_NAME, own_command
from app.settings.exhibit import ENV_PREFIX

START_S = 90.0
END_S = 10.0
MODEL = "BEC"
SIZE = 256
FPS = 60
STEPS = 20
HAS_PROC = sys.platform == "linux"


class Program:
    """One of ours, from its start to its end."""

    def __init__(self, *words: object, environment: Mapping[str, str] | None = None) -> None:
        """Start it and wait until it is ready. Raises RuntimeError if it does not start."""
        # What this person set for the exhibit itself must not change what is measured.
        kept = {key: v for key, v in os.environ.items() if not key.startswith(ENV_PREFIX)}
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [*own_command(), *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**kept, **(environment or {})},
        )
        self.url = self._await_ready()
        self.ready_s = time.perf_counter() - began

    def _await_ready(self) -> str:
        too_late = threading.Timer(START_S, self._process.kill)
        too_late.start()
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                word, _, rest = line.decode().strip().partition(" ")
                if word == "READY":
                    return rest
        finally:
            too_late.cancel()
        raise RuntimeError(f"{OWN_NAME} did not start (exit code {self._process.wait()})")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def processes(self) -> list[int]:
        """Ids of the supervisor and everything below it."""
        below = _children()
        found = [self._process.pid]
        for number in found:
            found.extend(below.get(number, ()))
        return found

    def memory_mb(self, own_only: bool = False) -> tuple[str, float]:
        """What all its processes hold, in MB (10^6 bytes), and what is counted: pss, anon or rss.

        PSS has a share of every library's pages, which changes as other programs come and go;
        with `own_only` only anonymous pages count. Where neither is to be had it is RSS.
        """
        if HAS_PROC:
            lines = (
                line
                for number in self.processes()
                for line in Path(f"/proc/{number}/smaps_rollup")
                .read_text(encoding="utf-8")
                .splitlines()
            )
            field = "Pss_Anon:" if own_only else "Pss:"
            kib = sum(int(line.split()[1]) for line in lines if line.startswith(field))
            return "anon" if own_only else "pss", kib * 1024 / 1e6
        wanted = set(self.processes())
        kib = sum(rss for number, _, rss in _ps() if number in wanted)
        return "rss", kib * 1024 / 1e6

    def cpu_s(self) -> float | None:
        """Processor time that all its processes have used; None where that is not to be had."""
        if not HAS_PROC:
            return None
        ticks = 0
        for number in self.processes():
            # The fields after the command in brackets; user and system time are the 12th and 13th.
            fields = (
                Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            )
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def descriptors(self) -> int | None:
        """Open files and sockets of all its processes; None where that is not to be had."""
        return self._entries("fd")

    def threads(self) -> int | None:
        """Threads of all its processes; None where that is not to be had."""
        return self._entries("task")

    def _entries(self, folder: str) -> int | None:
        if not HAS_PROC:
            return None
        folders = (Path(f"/proc/{number}/{folder}") for number in self.processes())
        return sum(1 for each in folders for _ in each.iterdir())


class Exhibit(Program):
    """`main.py --headless` with BEC at 256 x 256 and 20 steps for each of 60 frames a second."""

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        model: str = MODEL,
        remote: str | None = None,
    ) -> None:
        """`model`: another one is shown first; `remote`: a compute server does the work.

        Raises RuntimeError if it does not start.
        """
        size = ("--Nx", SIZE, "--Ny", SIZE, "--fps", FPS, "--steps", STEPS)
        place = ("--remote", remote) if remote else ()
        words = ("--headless", "--port", 0, "--model", model, "--log-level", "error")
        super().__init__(*words, *size, *place, environment=environment)


class Compute(Program):
    """`main.py compute` at any port; its `url` is an endpoint."""

    def __init__(self) -> None:
        """Raises RuntimeError if it does not start."""
        super().__init__("compute", "--port", 0, "--fps", FPS, "--log-level", "error")


def machine_cpu_s() -> float | None:
    """Processor time that anything on this machine has used; None where that is not to be had."""
    if not HAS_PROC:
        return None
    # After the word "cpu": user, nice, system, idle, iowait, irq, softirq, ...
    ticks = [
        int(word)
        for word in Path("/proc/stat").read_text(encoding="utf-8").split("\n")[0].split()[1:8]
    ]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def _children() -> dict[int, list[int]]:
    below: dict[int, list[int]] = {}
    if HAS_PROC:
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            except (OSError, IndexError):  # it ended meanwhile
                continue
            below.setdefault(parent, []).append(int(stat.parent.name))
        return below
    for number, parent, _ in _ps():
        below.setdefault(parent, []).append(number)
    return below


def _ps() -> list[tuple[int, int, int]]:
    """Id, parent's id and resident KiB of every process, where there is a `ps`."""
    if sys.platform == "win32":
        raise RuntimeError("memory cannot be measured on Windows yet; use Linux or macOS")
    out = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,rss="],
        check=True,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    ).stdout
    return [(int(a), int(b), int(c)) for a, b, c in (line.split() for line in out.splitlines())]
