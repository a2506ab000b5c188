"""Runs every check, each under its own time limit, and prints what they found."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from app import __version__
from app.doctor import machine, network, screen
from app.doctor.finding import Finding, trouble
from app.process.launch import EXIT_FAULT, EXIT_OK
from app.settings.exhibit import Settings, parse_or_exit

JSON = "--json"


class Check(NamedTuple):
    """`look` is given up after `limit_s` seconds."""

    name: str
    look: Callable[[Settings], Finding]
    limit_s: float


CHECKS = (
    Check("display", screen.display, 2),
    Check("toolkit", screen.toolkit, 5),
    Check("rendering", screen.rendering, screen.PROBE_S + 5),
    Check("port", network.port, 5),
    Check("network", network.lan, 5),
    Check("remote", network.remote, 20),
    Check("clock", machine.clock, 5),
    Check("disk", machine.disk, 5),
    Check("kernels", machine.kernels, 20),
)


def run(argv: Sequence[str]) -> int:
    """Check what the exhibit would need if it were started with `argv`; `--json` prints JSON.

    Returns 0, or 1 if there is trouble; notes are none.
    """
    settings = parse_or_exit([word for word in argv if word != JSON])
    findings = dict(zip((check.name for check in CHECKS), examine(CHECKS, settings), strict=True))
    healthy = all(finding.grade != "trouble" for finding in findings.values())
    if JSON in argv:
        checks = [{"name": name, **found._asdict()} for name, found in findings.items()]
        report = {"version": __version__, "ok": healthy, "checks": checks}
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        sys.stdout.write("".join(map(_told, findings, findings.values())))
    return EXIT_OK if healthy else EXIT_FAULT


def examine(checks: Sequence[Check], settings: Settings) -> list[Finding]:
    """What each finds. All look at once; one that hangs is left to itself, and ends with us."""
    answers = [_begin(check, settings) for check in checks]
    return [_await(check, answer) for check, answer in zip(checks, answers, strict=True)]


def _begin(check: Check, settings: Settings) -> queue.SimpleQueue[Finding]:
    answer: queue.SimpleQueue[Finding] = queue.SimpleQueue()

    def look() -> None:
        try:
            answer.put(check.look(settings))
        except Exception as fault:  # noqa: BLE001  (a check that fails is a finding)
            said = f"the check failed: {type(fault).__name__}: {fault}"
            answer.put(trouble(said, "Please report this."))

    threading.Thread(target=look, name=check.name, daemon=True).start()
    return answer


def _await(check: Check, answer: queue.SimpleQueue[Finding]) -> Finding:
    try:
        return answer.get(timeout=check.limit_s)
    except queue.Empty:
        return trouble(f"no answer within {check.limit_s:g} s", "Restart the computer.")


def _told(name: str, finding: Finding) -> str:
    line = f"{finding.grade:8} {name:10} {finding.said}\n"
    return line + (f"{'':19} -> {finding.advice}\n" if finding.advice else "")
