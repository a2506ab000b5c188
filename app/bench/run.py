"""`main.py bench [name ...]`: run benchmarks one after the other and print their figures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

import msgspec

import models
from app.bench import frames, latency, memory, neighbours, soak, start, steps, viewers
from app.bench.figures import BenchOptions, Row, render_table
from app.paths import OWN_NAME
from app.process.launch import EXIT_FAULT, EXIT_OK, EXIT_USAGE

BENCHMARKS: dict[str, Callable[[BenchOptions], list[Row]]] = {
    "steps": steps.measure,
    "frames": frames.measure,
    "viewers": viewers.measure,
    "neighbours": neighbours.measure,
    "latency": latency.measure,
    "start": start.measure,
    "memory": memory.measure,
    "soak": soak.measure,
}
ONLY_WHEN_NAMED = {"soak"}


class UsageError(Exception):
    """A command line that does not fit; the text is one line for a person."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def run(argv: list[str]) -> int:
    """Measure what `argv` names and print it; the exit code. A missed budget is no fault."""
    try:
        names, options, as_json = _parse(argv)
    except UsageError as fault:
        sys.stderr.write(f"vortarium bench: {fault}\n")
        return EXIT_USAGE
    results: dict[str, list[Row]] = {}
    try:
        for name in names:
            results[name] = BENCHMARKS[name](options)
            if not as_json:
                _print(render_table(name, results[name]))
    except (OSError, RuntimeError) as fault:
        sys.stderr.write(f"vortarium bench: {fault}\n")
        return EXIT_FAULT
    if as_json:
        _print(msgspec.json.encode(results).decode())
    return EXIT_OK


def _parse(argv: list[str]) -> tuple[list[str], BenchOptions, bool]:
    parser = _Parser(
        prog=f"{OWN_NAME} bench",
        description="Measure this machine. With no benchmark named: all but soak.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="benchmark", help=", ".join(BENCHMARKS))
    add("--json", action="store_true", help="one JSON object, a list under each benchmark's name")
    add("--seconds", type=float, metavar="S", help="how long each measurement lasts")
    add("--grid", type=int, nargs="+", default=[256], metavar="N",
        help="points along each side, for steps (default: 256)")  # fmt: skip
    add("--precision", nargs="+", default=["single"], choices=["single", "double"],
        help="of numbers, for steps (default: single)")  # fmt: skip
    add("--model", nargs="+", default=[], metavar="NAME",
        help="models, for steps and frames (default: all)")  # fmt: skip
    add("--viewers", type=int, default=100, metavar="N",
        help="how many browsers watch, for viewers (default: 100)")  # fmt: skip
    given = parser.parse_args(argv)
    _check_names("benchmark", given.names, list(BENCHMARKS))
    _check_names("model", given.model, models.names())
    if given.seconds is not None and not 0 < given.seconds < float("inf"):
        raise UsageError("--seconds takes a number above 0")
    if not all(16 <= size <= 1024 and size % 2 == 0 for size in given.grid):
        raise UsageError("--grid takes even numbers from 16 to 1024")
    if not 1 <= given.viewers <= 128:
        raise UsageError("--viewers takes a number from 1 to 128, which is what a room holds")
    options = BenchOptions(
        seconds=given.seconds,
        grids=given.grid,
        precisions=given.precision,
        models=given.model,
        viewers=given.viewers,
    )
    names = [name for name in BENCHMARKS if name not in ONLY_WHEN_NAMED]
    return given.names or names, options, given.json


def _check_names(what: str, names: list[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f"no {what} {name!r}; there are {', '.join(known)}")


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
