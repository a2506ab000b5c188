"""The app, built once and kept until something that goes into it changes, and what starts it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.exhibit import ROOT, Exhibit

CACHE = ROOT / "build" / "tested"
SMALL = ("--headless", "--port", "0", "--Nx", "64", "--Ny", "48")
FIRST_START_S = 100.0

StartApp = Callable[..., Exhibit]

INGREDIENTS = ("main.py", "app", "models", "ui", "packaging", "requirements-dev.lock")
UNUSED = (".pyc", ".md")


def _key() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in _files():
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in INGREDIENTS:
        path = ROOT / name
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (one for one in found if one.is_file() and one.suffix not in UNUSED)


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


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of all that is in a folder."""
    found = {path: path.lstat() for path in folder.rglob("*")}
    return {str(path): (state.st_size, state.st_mtime_ns) for path, state in found.items()}


@pytest.fixture(scope="session")
def command(app_folder: Path) -> Iterator[str]:
    """The executable, in a folder that must be as it was in the end."""
    before = listing(app_folder)
    yield str(app_folder / "vortarium")
    assert listing(app_folder) == before


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All that the app is told: a home that is empty at first, and a PATH to nowhere."""
    return {"HOME": str(tmp_path_factory.mktemp("home")), "PATH": "/nowhere"}


@pytest.fixture
def start(command: str, bare: dict[str, str]) -> Iterator[StartApp]:
    """Starts the app, with arguments and additions to its environment."""
    started: list[Exhibit] = []

    def begin(*arguments: str, **variables: str) -> Exhibit:
        started.append(Exhibit(*arguments, environment={**bare, **variables}, command=(command,)))
        return started[-1]

    yield begin
    for exhibit in started:
        exhibit.kill()
