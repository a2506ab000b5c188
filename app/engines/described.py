"""What is in a user's file, told by a process of its own: its code never runs in a server."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any, NamedTuple

import msgspec

from app.compute.task import Task
from app.first_model import UnfitError
from app.launch import Launch
from app.resources import own_command

IMPORT_S = 30.0
"""A user's file that takes longer to load is refused."""
ANNOUNCEMENT = "MODELS "


class Described(NamedTuple):
    """Entries of `GET /api/models` by name, and how long it took to load the file."""

    models: dict[str, dict[str, Any]]
    took_s: float


def described(task: Task) -> Described:
    """The models in a user's file. Raises UnfitError."""
    began = time.monotonic()
    try:
        told = subprocess.run(
            [*own_command(), "model"],
            input=Launch(msgspec.to_builtins(task)).line(),
            capture_output=True,
            timeout=IMPORT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnfitError(f"{task.file}: loading it took more than {IMPORT_S:g} s") from None
    lines = told.stdout.decode(errors="replace").splitlines()
    for line in reversed(lines):
        if told.returncode == 0 and line.startswith(ANNOUNCEMENT):
            found: dict[str, dict[str, Any]] = json.loads(line.removeprefix(ANNOUNCEMENT))
            return Described(found, time.monotonic() - began)
    said = told.stderr.decode(errors="replace").splitlines() or [
        f"{task.file}: it ended the process"
    ]
    raise UnfitError(said[-1].removeprefix("vortarium: "))
