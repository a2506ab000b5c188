"""Step rates of every model under the shipped engine, beside Fourier transforms and plain NumPy.

The room and its peers take turns in short blocks, so that a machine that is busy with other
things for a while slows all of them; figures are medians, ratios those of neighbouring blocks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median

import models
from app.bench.exhibit import MODEL, SIZE, STEPS
from app.bench.figures import BenchOptions, Budget, Row, progress
from app.bench.peers import NumpyFluid, fastest_pair, rate, studied_pair
from app.bench.stirred import StirredRoom
from app.engines.base import SWITCH_S
from models.contract import FieldModel
from models.numerics.arrays import Precision
from models.numerics.fft import study

SECONDS = 6.0
"""For each model and size."""
BLOCK_S = 0.2
MIN_ROUNDS = 3
TRACERS = (0, 1000)
"""For each a room of its own; all take part in each round."""


def measure(options: BenchOptions) -> list[Row]:
    """Rows {model, grid, precision, tracers, steps_per_s, fft_pairs_per_s, ...} as designed.

    `fft_ratio` is steps for each pair of transforms planned in the libraries' usual way (FFTW's:
    by measuring), `studied_ratio` steps for each pair of FFTW's most patient plan, which the room
    has too, and `numpy_ratio` steps for each step of BEC in plain NumPy. A model that is more than
    BEC does more in a step, and stands beside no budget.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        return [
            row
            for size in options.grids
            for precision in options.precisions
            for name, kind in field_models(options)
            for row in _rows(name, kind, size, precision, options.seconds or SECONDS)
        ]
    finally:
        sys.setswitchinterval(before)


def field_models(options: BenchOptions) -> list[tuple[str, type[FieldModel]]]:
    """Name and class of each chosen model that has a grid."""
    chosen = [(name, models.get(name)) for name in options.models or models.names()]
    return [(name, kind) for name, kind in chosen if issubclass(kind, FieldModel)]


def _rows(
    name: str, kind: type[FieldModel], size: int, precision: Precision, seconds: float
) -> list[Row]:
    progress(f"steps: {name} on {size} x {size}, {precision} precision")
    shape = (size, size)
    study(shape)  # as an exhibit has done a minute after its start
    fft, pair = fastest_pair(shape, precision)
    studied = studied_pair(shape, precision)
    rooms: list[StirredRoom] = []
    try:
        for tracers in TRACERS:
            params = {
                "Nx": size, "Ny": size, "tracers": tracers, "steps": STEPS, "precision": precision
            }  # fmt: skip
            rooms.append(StirredRoom(params))
            rooms[-1].open(name, kind.views[0].name)
        rates = _in_turns(rooms, [pair, studied, NumpyFluid(shape).step], seconds)
    finally:
        for room in rooms:
            room.close()
    rows = []
    for number, tracers in enumerate(TRACERS):
        row = {
            "model": name,
            "grid": [size, size],
            "precision": precision,
            "tracers": tracers,
            "steps_per_s": _typical(rates, number),
            "fft_pairs_per_s": _typical(rates, -3),
            "fft": fft,
            "fft_ratio": round(_ratio(rates, number, -3), 3),
            "studied_pairs_per_s": _typical(rates, -2),
            "studied_ratio": round(_ratio(rates, number, -2), 3),
            "numpy_c128_steps_per_s": _typical(rates, -1),
            "numpy_ratio": round(_ratio(rates, number, -1), 1),
        }
        if tracers:
            row["tracer_cost_percent"] = round(100 * (1 - _ratio(rates, number, 0)), 1)
            row["budgets"] = {"tracer_cost_percent": Budget(at_most=15)}
        elif (name, size, precision) == (MODEL, SIZE, "single"):
            budgets = {"fft_ratio": Budget(at_least=0.75), "numpy_ratio": Budget(at_least=20)}
            row["budgets"] = budgets
        rows.append(row)
    return rows


def _in_turns(
    rooms: list[StirredRoom], calls: list[Callable[[], object]], seconds: float
) -> list[list[float]]:
    """Rounds of rates per second: each room's steps, then each call."""
    blocks = len(rooms) + len(calls)
    rounds = max(MIN_ROUNDS, round(seconds / BLOCK_S / blocks))
    block_s = seconds / rounds / blocks
    return [
        [*(room.run(block_s) for room in rooms), *(rate(call, block_s) for call in calls)]
        for _ in range(rounds)
    ]


def _typical(rates: list[list[float]], column: int) -> float:
    return round(median(each[column] for each in rates), 1)


def _ratio(rates: list[list[float]], column: int, peer: int) -> float:
    return median(each[column] / each[peer] for each in rates)
