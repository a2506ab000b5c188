"""`main.py model`: a process for a user's models; only the server starts it.

Without an endpoint it sends `MODELS` and the catalogue as JSON, and ends; see `channel`.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping

import msgspec

import models
from app.compute.server import ComputeServer
from app.compute.trial import make_trial
from app.engines import process_memory
from app.engines.base import SWITCH_S
from app.engines.process_channel import FILES, MODELS, READY, UNFIT, claim_stdout, log_to_parent
from app.engines.process_files import ImportRecorder
from app.engines.process_task import Task
from app.process.launch import EXIT_HUNG, EXIT_MEMORY, EXIT_OK, EXIT_USAGE, on_parent_exit, receive
from app.rooms.description import describe
from models.contract import Model
from models.user_file import UserFileError, load, path_of

NICENESS = 5


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
    """Carry out the launch's task. Returns the exit code."""
    channel = claim_stdout()
    try:
        launch = receive()
    except ValueError:  # it was started in case that it is needed, and was not
        return EXIT_OK
    task = msgspec.convert(launch.settings, Task)
    log_to_parent(channel, task.log_level)
    _lower_priority()
    path = path_of(task.file)
    if task.reload:
        # Of two versions of one size, saved in the same second, Python would take either.
        sys.dont_write_bytecode = True
    recorder = ImportRecorder(path)
    recorder.begin()
    try:
        found = load(task.file, task.params)
        models.add(found)
        if task.trial:
            make_trial(path, found, task.params)
    except UserFileError as fault:
        channel.send(FILES, json.dumps(recorder.files))
        channel.send(UNFIT, json.dumps(str(fault)))
        return EXIT_USAGE
    if not task.endpoint:
        channel.send(FILES, json.dumps(recorder.files))
        channel.send(
            MODELS, json.dumps({name: describe(name, kind) for name, kind in found.items()})
        )
        return EXIT_OK
    sys.setswitchinterval(SWITCH_S)
    process_guard = ProcessKiller()
    server = ComputeServer(
        endpoint=task.endpoint,
        model=next(iter(found)),
        fps=task.fps,
        params=task.params,
        idle_s=math.inf,
        keys=task.keys,
        link_bits_per_s=None,
        catalogue=OwnModels(found),
        process_guard=process_guard,
        usual_s=task.usual_s,
        calls=task.calls,
    )
    on_parent_exit(server.stop)
    channel.send(READY, server.endpoint)
    try:
        server.run()
    except MemoryError:
        process_guard.on_memory_error()
    return EXIT_OK


class ProcessKiller:
    """Ends this process, with an exit code that says why (see engines.process_guard)."""

    def __init__(self) -> None:
        self._used = process_memory.used_bytes(os.getpid())

    def record_healthy(self) -> None:
        """Record the memory in use while the room is healthy."""
        self._used = process_memory.used_bytes(os.getpid())

    def on_hang(self) -> None:
        """End the process, as out of memory if its model has taken much since the last sign."""
        eats = process_memory.used_bytes(os.getpid()) - self._used > process_memory.EATEN_BYTES
        os._exit(EXIT_MEMORY if eats else EXIT_HUNG)

    def on_memory_error(self) -> None:
        """End the process: no memory is left."""
        os._exit(EXIT_MEMORY)


def _lower_priority() -> None:
    """Lower this process's priority below rooms of listed models and the page."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    process_memory.limit()
