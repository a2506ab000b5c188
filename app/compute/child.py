"""`main.py model`: a process for a user's models; only the server starts it.

Without an endpoint it says `MODELS` and the catalogue as JSON, and ends; see `channel`.
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
from app.engines.process_channel import FILES, MODELS, READY, UNFIT, begin_logging, take_over
from app.engines.process_files import ImportRecorder
from app.engines.process_task import Task
from app.process.launch import EXIT_HUNG, EXIT_MEMORY, EXIT_OK, EXIT_USAGE, follow, receive
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
    """Do what the launch says. Returns the exit code."""
    channel = take_over()
    try:
        launch = receive()
    except ValueError:  # it was started in case that it is needed, and was not
        return EXIT_OK
    task = msgspec.convert(launch.settings, Task)
    begin_logging(channel, task.log_level)
    _be_modest()
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
        channel.say(FILES, json.dumps(recorder.files))
        channel.say(UNFIT, json.dumps(str(fault)))
        return EXIT_USAGE
    if not task.endpoint:
        channel.say(FILES, json.dumps(recorder.files))
        channel.say(
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
    follow(server.stop)
    channel.say(READY, server.endpoint)
    try:
        server.run()
    except MemoryError:
        process_guard.starves()
    return EXIT_OK


class ProcessKiller:
    """Ends this process, with an exit code that says why (see engines.process_guard.Warden)."""

    def __init__(self) -> None:
        self._used = process_memory.used_bytes(os.getpid())

    def is_well(self) -> None:
        """Remember what is used while all is well."""
        self._used = process_memory.used_bytes(os.getpid())

    def hangs(self) -> None:
        """A model that eats memory may well be cut short before it has eaten all."""
        eats = process_memory.used_bytes(os.getpid()) - self._used > process_memory.EATEN_BYTES
        os._exit(EXIT_MEMORY if eats else EXIT_HUNG)

    def starves(self) -> None:
        """There is no memory left."""
        os._exit(EXIT_MEMORY)


def _be_modest() -> None:
    """The rooms of listed models, and the page, come first."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    process_memory.limit()
