"""Each benchmark, much shortened, gives the documented figures; times are not judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.bench import latency, start
from app.bench.run import BENCHMARKS, ONLY_WHEN_NAMED, run

FIELDS = {
    "steps": {
        "model": str, "grid": list, "precision": str, "tracers": int, "steps_per_s": float,
        "fft_pairs_per_s": float, "studied_pairs_per_s": float, "numpy_c128_steps_per_s": float,
    },
    "frames": {
        "model": str, "encoding": str, "bytes_p50": int, "bytes_p95": int, "encode_ms": float,
    },
    "viewers": {"n": int, "fps_min": float, "gap_p99_ms": float},
    "neighbours": {"neighbour": str, "fps": float, "gap_p99_ms": float},
    "latency": {"place": str, "p50_ms": float, "p95_ms": float},
    "start": {"ready_s": float, "first_frame_s": float},
    "memory": {},
    "soak": {"seconds": float, "guests": int},
}  # fmt: skip
QUICK = ("frames",)
"""The others take longer."""
OPTIONS = {
    "steps": ["--grid", "32", "64", "--precision", "single", "double", "--model", "BEC"],
    "frames": ["--model", "BEC"],
    "viewers": ["--viewers", "3"],
}


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch, cache_home: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(start, "MIN_STARTS", 1)
    monkeypatch.setattr(latency, "MIN_TOUCHES", 3)


def measured(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in BENCHMARKS],
)
def test_it_gives_the_documented_fields(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    result = measured(capsys, name, "--seconds", "0.2", *OPTIONS.get(name, []))
    assert list(result) == [name]
    assert result[name]
    for row in result[name]:
        for field, kind in FIELDS[name].items():
            assert isinstance(row[field], kind), field
            assert kind is str or kind is list or row[field] >= 0
        assert set(row.get("budgets", {})) <= set(row)


@pytest.mark.long
def test_every_model_size_and_number_of_tracers_has_its_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = measured(capsys, "steps", "--seconds", "0.1", *OPTIONS["steps"])["steps"]
    seen = [(row["model"], row["grid"], row["precision"], row["tracers"]) for row in rows]
    assert seen == [
        ("BEC", [size, size], precision, tracers)
        for size in (32, 64)
        for precision in ("single", "double")
        for tracers in (0, 1000)
    ]


@pytest.mark.long
def test_memory_says_what_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = measured(capsys, "memory", "--seconds", "0.1")["memory"]
    assert row["processes"] == 2
    assert row.get("pss_mb", row.get("rss_mb")) > 10


def test_without_json_a_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["frames", "--seconds", "0.1", "--model", "BEC"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "frames"
    assert {"model", "encoding", "bytes_p95"} <= set(printed[1].split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["stepz"], "steps"),
        (["steps", "--model", "BECK"], "BEC"),
        (["--seconds", "0"], "above 0"),
        (["--seconds", "soon"], "soon"),
        (["steps", "--grid", "7"], "16"),
        (["viewers", "--viewers", "1000"], "128"),
        (["--fast"], "--fast"),
    ],
)
def test_wrong_words_get_one_line_and_exit_code_2(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert told in printed.err


def test_soak_is_only_run_when_named() -> None:
    assert {"soak"} == ONLY_WHEN_NAMED
    assert list(BENCHMARKS) == list(FIELDS)
