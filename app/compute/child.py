"""`main.py model`: a process for a user's models; only the server starts it.

Without an endpoint it prints one line, `MODELS` and the catalogue as JSON, and ends.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
from collections.abc import Mapping
from contextlib import suppress

import msgspec

import models
from app.compute.server import ComputeServer
from app.compute.task import Task
from app.launch import EXIT_FAULT, EXIT_OK, EXIT_USAGE, follow, receive, say
from app.rooms.description import describe
from models.contract import Model
from models.user_file import UserFileError, load

MAX_MEMORY_BYTES = 2 * 1024**3
"""Of address space: what libraries map counts, used or not."""
NICENESS = 5
"""The rooms of listed models, and the page, come first."""
SWITCH_S = 0.001


class OwnModels:
    """A catalogue of the file's models and no others."""

    def __init__(self, found: Mapping[str, type[Model]]) -> None:
        self._found = dict(found)

    def names(self) -> list[str]:
        """Of all, in the file's order."""
        return list(self._found)

    def get(self, name: str) -> type[Model]:
        """The model of that name. Raises KeyError for an unknown one."""
        return self._found[name]


def run() -> int:
    """Do what the launch says. Returns the exit code."""
    task = msgspec.convert(receive().settings, Task)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    _be_modest()
    try:
        found = load(task.file, task.params)
    except UserFileError as fault:
        sys.stderr.write(f"vortarium: {fault}\n")
        return EXIT_USAGE
    models.add(found)
    if not task.endpoint:
        say("MODELS", json.dumps({name: describe(name, kind) for name, kind in found.items()}))
        return EXIT_OK
    sys.setswitchinterval(SWITCH_S)
    server = ComputeServer(
        endpoint=task.endpoint,
        model=next(iter(found)),
        fps=task.fps,
        params=task.params,
        idle_s=math.inf,
        keys=task.keys,
        link_bits_per_s=None,
        catalogue=OwnModels(found),
        on_hang=lambda: os._exit(EXIT_FAULT),
    )
    follow(server.stop)
    say("READY", server.endpoint)
    server.run()
    return EXIT_OK


def _be_modest() -> None:
    """A model that eats memory gets MemoryError before the machine is in trouble."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # Not on Windows.
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MAX_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MAX_MEMORY_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
