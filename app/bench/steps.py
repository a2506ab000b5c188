"""Step rates of every model under the shipped engine, beside Fourier transforms and plain NumPy.

The room and its peers take turns in short blocks, so that a machine that is busy with other
things for a while slows all of them; figures are medians, ratios those of neighbouring blocks.
"""

from __future__ import annotations

import sys
from statistics import median

import models
from app.bench.figures import Budget, Options, Row, note
from app.bench.peers import NumpyFluid, fastest_pair, rate
from app.bench.stirred import StirredRoom
from app.rooms import parameters
from app.serve import SWITCH_S
from models.contract import FieldModel
from models.parameters import Value

SECONDS = 6.0
"""For each row."""
BLOCK_S = 0.2
MIN_ROUNDS = 3
TRACERS = (0, 1000)
BUDGET_GRID = 256


def measure(options: Options) -> list[Row]:
    """Rows {model, grid, precision, tracers, steps_per_s, fft_pairs_per_s, ...} as designed.

    `fft_ratio` is steps for each pair of transforms, `numpy_ratio` steps for each step of BEC in
    plain NumPy.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        return [
            _row(name, kind, size, tracers, options.seconds or SECONDS)
            for size in options.grids
            for name, kind in field_models(options)
            for tracers in TRACERS
        ]
    finally:
        sys.setswitchinterval(before)


def field_models(options: Options) -> list[tuple[str, type[FieldModel]]]:
    """Name and class of each chosen model that has a grid."""
    chosen = [(name, models.get(name)) for name in options.models or models.names()]
    return [(name, kind) for name, kind in chosen if issubclass(kind, FieldModel)]


def _row(name: str, kind: type[FieldModel], size: int, tracers: int, seconds: float) -> Row:
    note(f"steps: {name} on {size} x {size} with {tracers} tracers")
    params: dict[str, Value] = {
        "Nx": size, "Ny": size, "tracers": tracers, "steps": parameters.STEPS.default,
    }  # fmt: skip
    room = StirredRoom(name, kind.views[0].name, params)
    try:
        fft, pair = fastest_pair((size, size))
        calls = (pair, NumpyFluid((size, size)).step)
        rounds = max(MIN_ROUNDS, round(seconds / BLOCK_S / (1 + len(calls))))
        block_s = seconds / rounds / (1 + len(calls))
        rates = [
            (room.run(block_s), *(rate(call, block_s) for call in calls)) for _ in range(rounds)
        ]
    finally:
        room.close()
    steps, pairs, plain = (median(column) for column in zip(*rates, strict=True))
    fft_ratio, numpy_ratio = (median(block[0] / block[k] for block in rates) for k in (1, 2))
    row = {
        "model": name,
        "grid": [size, size],
        "precision": "single",
        "tracers": tracers,
        "steps_per_s": round(steps, 1),
        "fft_pairs_per_s": round(pairs, 1),
        "fft": fft,
        "fft_ratio": round(fft_ratio, 3),
        "numpy_c128_steps_per_s": round(plain, 1),
        "numpy_ratio": round(numpy_ratio, 1),
    }
    if size == BUDGET_GRID:
        row["budgets"] = {"fft_ratio": Budget(at_least=0.75), "numpy_ratio": Budget(at_least=20)}
    return row
