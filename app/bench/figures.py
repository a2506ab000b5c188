"""What benchmarks take and what they give: options, rows of figures, and budgets beside them."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from models.numerics.arrays import Precision


class BenchOptions(Struct, frozen=True, kw_only=True):
    """What may be asked of every benchmark; each uses what concerns it."""

    seconds: float | None = None
    """How long each measurement lasts; None: as long as the benchmark finds right."""
    grids: Sequence[int] = (256,)
    precisions: Sequence[Precision] = ("single",)
    models: Sequence[str] = ()
    """None given: all that are listed."""
    viewers: int = 100


class Budget(Struct, frozen=True, omit_defaults=True):
    """What a figure should reach."""

    at_most: float | None = None
    at_least: float | None = None

    def holds(self, value: float) -> bool:
        """Is `value` within it?"""
        if self.at_most is not None and value > self.at_most:
            return False
        return self.at_least is None or value >= self.at_least

    def __str__(self) -> str:
        return f"<= {self.at_most:g}" if self.at_most is not None else f">= {self.at_least:g}"


Row = dict[str, Any]
"""One line of a benchmark's table; `budgets`, where there is one, maps figures to Budgets."""


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that `percent` of them do not exceed. Raises ValueError: none."""
    if not values:
        raise ValueError("a percentile of nothing")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def progress(text: str) -> None:
    """Tell whoever watches; standard output is kept for the figures."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


def render_table(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """`rows` in columns under their fields' names, each figure beside its budget."""
    fields = list(dict.fromkeys(f for row in rows for f in row if f != "budgets"))
    cells = [fields, *([_cell(row, field) for field in fields] for row in rows)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(fields))]
    lines = [
        "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True))
        for line in cells
    ]
    return "\n".join([name, *(f"  {line}" for line in lines), ""])


def _cell(row: Mapping[str, Any], field: str) -> str:
    value = row.get(field)
    text = _shown(value)
    budget = row.get("budgets", {}).get(field)
    if budget is None or value is None:
        return text
    return f"{text} ({budget}{'' if budget.holds(value) else ', missed'})"


def _shown(value: Any) -> str:
    match value:
        case None:
            return "-"
        case float():
            return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        case list():
            return "x".join(map(str, value))
        case _:
            return str(value)
