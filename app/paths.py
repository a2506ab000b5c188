"""Where the program's own files and its user's files are: the only place that knows.

Nothing is written beside the program, and no path depends on the working directory. A frozen
program keeps the layout of the source tree inside its bundle, so one rule serves both.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Literal

NAME = "vortarium"
ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
ICON = ROOT / "packaging" / "icons" / f"vortarium.{'ico' if sys.platform == 'win32' else 'png'}"
"""The window's; Windows takes no other kind."""
FROZEN = bool(getattr(sys, "frozen", False))
"""Is this the app that `make package` builds?"""
OWN_NAME = Path(sys.executable).stem if FROZEN else "main.py"
"""What a person types to start this program."""


def own_command() -> list[str]:
    """How to start this program again, frozen or not."""
    if FROZEN:
        return [sys.executable]
    return [sys.executable, str(ROOT / "main.py")]


def config_dir() -> Path:
    """Settings that a person made: the TOML file, the operator's PIN."""
    return _user_dir("config")


def state_dir() -> Path:
    """What the program keeps for itself from run to run."""
    return _user_dir("state")


def log_dir() -> Path:
    """What the program tells of its runs."""
    return _user_dir("log")


def data_dir() -> Path:
    """What the program keeps for its user: pictures that visitors uploaded."""
    return _user_dir("data")


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace `path` by `data` so that a crash leaves the old or the new, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _user_dir(kind: Literal["config", "state", "log", "data"]) -> Path:
    # Imported where it is needed: the supervisor runs without any library.
    import platformdirs

    return Path(getattr(platformdirs, f"user_{kind}_dir")(NAME, appauthor=False))
