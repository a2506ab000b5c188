"""The app, built once and kept until something that goes into it changes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exhibit import ROOT

CACHE = ROOT / "build" / "tested"
INGREDIENTS = ("main.py", "app", "models", "ui", "packaging", "requirements-dev.lock")


def _key() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in _files():
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in INGREDIENTS:
        path = ROOT / name
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (one for one in found if one.is_file() and one.suffix != ".pyc")


@pytest.fixture(scope="session")
def app_folder() -> Path:
    """The folder that `make package` makes, without its archive."""
    folder, stamp, key = CACHE / "vortarium", CACHE / "key", _key()
    if not stamp.exists() or stamp.read_text() != key:
        stamp.unlink(missing_ok=True)
        subprocess.run(
            [sys.executable, str(ROOT / "packaging" / "build.py"), "--no-archive",
             "--output", str(CACHE), "--work", str(CACHE / "work")],
            check=True,
        )  # fmt: skip
        stamp.write_text(key)
    return folder
