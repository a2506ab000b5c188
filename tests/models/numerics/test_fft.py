"""Plans that were studied once are known to whoever comes later, and change no answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.numerics.backend import backend

ROOT = Path(__file__).parents[3]
KNOWN = "from models.numerics.fft import is_studied; print(is_studied(({0}, {1})))"
PLAN = (
    "from models.numerics.backend import backend; b = backend('single');"
    "b.transform(b.empty(({0}, {1})))"
)


def run(cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    # Standard input stays open for as long as its parent lives, as under a server.
    keep, silent = os.pipe()
    try:
        return subprocess.run(
            [sys.executable, *words],
            cwd=ROOT, env=environment, stdin=keep, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        os.close(keep)
        os.close(silent)


@pytest.mark.long
def test_a_study_is_kept_for_other_processes_and_survives_their_plans(tmp_path: Path) -> None:
    assert run(tmp_path, "-c", KNOWN.format(24, 16)).stdout.strip() == "False"
    studied = run(tmp_path, "main.py", "study", "24", "16")
    assert studied.returncode == 0, studied.stderr
    assert run(tmp_path, "-c", KNOWN.format(24, 16)).stdout.strip() == "True"
    run(tmp_path, "-c", PLAN.format(18, 20))
    assert run(tmp_path, "-c", KNOWN.format(24, 16)).stdout.strip() == "True"
    assert run(tmp_path, "-c", KNOWN.format(18, 20)).stdout.strip() == "False"


@pytest.mark.parametrize("words", [[], ["24"], ["24", "x"], ["24", "-16"], ["24", "16", "8"]])
def test_a_study_of_nothing_sensible_is_refused(words: list[str], tmp_path: Path) -> None:
    refused = run(tmp_path, "main.py", "study", *words)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("plain", [False, True])
def test_the_transforms_are_those_of_numpy(plain: bool) -> None:
    host = backend("double", plain)
    field = host.empty((6, 10))
    rng = np.random.default_rng(3)
    field[...] = rng.standard_normal((6, 10)) + 1j * rng.standard_normal((6, 10))
    kept = field.copy()
    transform = host.transform(field)
    assert np.array_equal(field, kept)
    transform.forward()
    assert np.allclose(field, np.fft.fft2(kept), atol=1e-12)
    transform.inverse()
    assert np.allclose(field, kept * field.size, atol=1e-11)
