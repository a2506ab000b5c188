"""Machine code of the fused step: what for, and when it is compiled again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.numerics.fused.processor import lanes

ROOT = Path(__file__).resolve().parents[3]

PLAN = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
from models.numerics.fused import ready
for shape in ((64, 64), (64, 64), (128, 64)):
    print(ready.plan(shape))
"""

STAGES = """
from models.numerics.cache import rebuilt_if_broken
from models.numerics.fused import stages
from models.numerics.fused.ready import source_digest
code = rebuilt_if_broken(lambda: stages.stage_functions(source_digest()))
print(sum(part.cache_hits for part in code))
"""

DIGESTS = """
from pathlib import Path
from models.numerics.fused import ready
print(ready.source_digest.__wrapped__())
folder = Path(ready.__file__).parent
for path in [*folder.glob("*.py"), folder.parent / "compiled_step.py"]:
    path.write_text(path.read_text() + "# edited\\n")
    print(ready.source_digest.__wrapped__())
"""

STEPS = """
from models.numerics.fused import ready
from models.numerics.fused.processor import lanes
ready.plan((64, 96))
ready.compiled()
from tests.models.numerics.test_fused import Reference, off
psi, expected, _ = Reference((64, 96), -0.001 - 0.1j, 0.5).both(6)
print(lanes(), off(psi, expected))
"""


def run(
    code: str, cache: Path, root: Path = ROOT, **settings: str
) -> subprocess.CompletedProcess[str]:
    """`code` in a process of its own, whose machine code is kept in `cache`."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(root), **settings}
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=root, env=environment
    )


@pytest.mark.parametrize("setting", ["NUMBA_CPU_NAME=generic", "NUMBA_CPU_FEATURES=+sse4.2"])
def test_a_processor_without_avx2_is_told_once(setting: str, tmp_path: Path) -> None:
    name, value = setting.split("=")
    done = run(PLAN, tmp_path, **{name: value})
    assert done.stdout.split() == ["None"] * 3
    assert done.stderr.count("AVX2") == 1


@pytest.mark.skipif(not lanes(), reason="needs a processor with AVX2")
def test_a_grid_without_a_plan_is_told_once(tmp_path: Path) -> None:
    done = run(PLAN.replace("64, 64", "100, 64"), tmp_path)
    assert done.stdout.split()[:2] == ["None"] * 2
    assert done.stderr.count("100 x 64") == 1


@pytest.mark.long
@pytest.mark.skipif(not lanes(), reason="needs a processor with AVX2")
def test_half_as_many_lanes(tmp_path: Path) -> None:
    features = "+sse3,+ssse3,+sse4.1,+sse4.2,+popcnt,+avx,+avx2,+fma,+f16c,+bmi,+bmi2"
    done = run(STEPS, tmp_path, NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES=features)
    width, error = done.stdout.split()
    assert width == "8"
    assert float(error) < 2e-6


@pytest.mark.long
@pytest.mark.skipif(not lanes(), reason="needs a processor with AVX2")
def test_an_edit_of_any_source_compiles_it_again(tmp_path: Path) -> None:
    root, cache = tmp_path / "root", tmp_path / "cache"
    shutil.copytree(ROOT / "models", root / "models")
    folder = root / "models" / "numerics"
    sources = [*(folder / "fused").glob("*.py"), folder / "compiled_step.py"]
    assert len(sources) > 8
    assert run(STAGES, cache, root).stdout.strip() == "0"
    assert run(STAGES, cache, root).stdout.strip() == "2"
    digests = run(DIGESTS, cache, root).stdout.split()
    assert len(digests) == 1 + len(sources) == len(set(digests))
    # Not the file that numba looks at.
    path = folder / "fused" / "vectors.py"
    assert run(STAGES, cache, root).stdout.strip() == "0"
    assert run(STAGES, cache, root).stdout.strip() == "2"
    path.write_text(path.read_text() + "# again\n")
    assert run(STAGES, cache, root).stdout.strip() == "0"


@pytest.mark.long
@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
@pytest.mark.skipif(not lanes(), reason="needs a processor with AVX2")
def test_broken_machine_code_is_compiled_again(suffix: str, tmp_path: Path) -> None:
    run(STAGES, tmp_path)
    files = list(tmp_path.rglob(f"*{suffix}"))
    assert files
    for content in (b"", b"\x80\x04garbage", files[0].read_bytes()[:200]):
        for path in files:
            path.write_bytes(content)
        done = run(STAGES, tmp_path)
        assert done.stdout.strip() == "0"
        assert "not readable" in done.stderr
        assert run(STAGES, tmp_path).stdout.strip() == "2"
