"""Figures stand beside their budgets."""

from __future__ import annotations

import pytest

from app.bench.figures import Budget, percentile, render_table


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile(values, 100) == 100
    assert percentile([7.0], 1) == 7
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)


def test_a_table_marks_what_is_missed() -> None:
    rows = [
        {"n": 1, "gap_ms": 20.0, "budgets": {"gap_ms": Budget(at_most=34)}},
        {"n": 2, "gap_ms": 40.0, "budgets": {"gap_ms": Budget(at_most=34)}},
        {"n": 3, "fps": 61.0, "budgets": {"fps": Budget(at_least=60)}},
    ]
    name, head, *lines = render_table("viewers", rows).splitlines()
    assert name == "viewers"
    assert head.split() == ["n", "gap_ms", "fps"]
    assert "20 (<= 34)" in lines[0]
    assert "40 (<= 34, missed)" in lines[1]
    assert "61 (>= 60)" in lines[2]
