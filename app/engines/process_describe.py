"""What is in a user's file, output by a process of its own: its code never runs in a server."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, NamedTuple

import msgspec

from app.engines.process_channel import FILES, LOG, MODELS, UNFIT
from app.engines.process_files import Stamp, Stamps, stamps
from app.engines.process_output import FileOutput
from app.engines.process_task import Task
from app.engines.startup_model import UnfitError
from app.paths import own_command
from app.process.child import LAST_LINES_S
from app.process.launch import Launch
from models.user_file import path_of

IMPORT_S = 30.0
"""A user's file that takes longer to load is refused."""
TRIAL_S = 120.0
"""With a first frame, for which kernels may have to be compiled."""
LOOK_S = 0.25


class Described(NamedTuple):
    """Entries of `GET /api/models` by name, and how long it took to load the file."""

    models: dict[str, dict[str, Any]]
    took_s: float
    files: Stamps
    """What was read of the file's folder."""


class OutdatedError(Exception):
    """The file has changed while it was loaded."""


def _never() -> bool:
    return False


def start_process() -> subprocess.Popen[bytes]:
    """A process that waits for its task, with all of our own loaded meanwhile."""
    return subprocess.Popen(
        [*own_command(), "model"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def described(
    task: Task,
    is_outdated: Callable[[], bool] = _never,
    process: subprocess.Popen[bytes] | None = None,
) -> Described:
    """The models in a user's file, told by `process` or a new one.

    `is_outdated` is asked several times a second. Raises UnfitError, and OutdatedError if it says
    so.
    """
    began = time.monotonic()
    files = stamps([str(path_of(task.file))])
    process = process or start_process()
    limit_s = TRIAL_S if task.trial else IMPORT_S
    output = FileOutput(task.file)
    assert process.stderr is not None
    printing = threading.Thread(target=output.printed, args=(process.stderr,), daemon=True)
    printing.start()
    said: dict[str, str] = {}
    try:
        # The file's prints have a pipe of their own; this one holds messages and nothing else.
        messages = _messages(
            process, Launch(msgspec.to_builtins(task)).line(), limit_s, is_outdated
        )
    except subprocess.TimeoutExpired:
        why = f"{task.file}: loading it took more than {limit_s:g} s"
        raise UnfitError(why, files=files) from None
    finally:
        process.kill()
        process.wait()
        printing.join(LAST_LINES_S)
    for line in messages.splitlines():
        word, _, rest = line.partition(" ")
        if word == LOG:
            output.recorded(rest)
        else:
            said[word] = rest
    if FILES in said:
        files.update({path: _stamp(one) for path, one in json.loads(said[FILES]).items()})
    if MODELS in said:
        return Described(json.loads(said[MODELS]), time.monotonic() - began, files)
    why = json.loads(said[UNFIT]) if UNFIT in said else f"{task.file}: it ended the process"
    raise UnfitError(why, files=files)


def _stamp(told: list[int] | None) -> Stamp:
    return None if told is None else (told[0], told[1], told[2])


def _messages(
    process: subprocess.Popen[bytes],
    launch: bytes,
    limit_s: float,
    is_outdated: Callable[[], bool],
) -> str:
    """What `process` says until it ends. Raises TimeoutExpired, OutdatedError."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):
        process.stdin.write(launch)
        process.stdin.flush()
    output: list[bytes] = []

    def read(pipe: IO[bytes]) -> None:
        with pipe:
            output.append(pipe.read())

    reader = threading.Thread(target=read, args=(process.stdout,), daemon=True)
    reader.start()
    try:
        _wait(process, limit_s, is_outdated)
    finally:
        process.stdin.close()
    # What the file has started may outlive it, but has no hand on this pipe.
    reader.join(LAST_LINES_S)
    return b"".join(output).decode(errors="replace")


def _wait(
    process: subprocess.Popen[bytes], limit_s: float, is_outdated: Callable[[], bool]
) -> None:
    """Until it ends. Raises TimeoutExpired, OutdatedError."""
    end = time.monotonic() + limit_s
    while True:
        try:
            process.wait(LOOK_S)
        except subprocess.TimeoutExpired:
            if is_outdated():
                raise OutdatedError from None
            if time.monotonic() >= end:
                raise
        else:
            return
