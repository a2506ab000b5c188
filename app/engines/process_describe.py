"""What is in a user's file, output by a process of its own: its code never runs in a server."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from contextlib import suppress
from typing import IO, Any, NamedTuple

import msgspec

from app.engines.process_channel import LOG, MODELS, UNFIT
from app.engines.process_output import FileOutput
from app.engines.process_task import Task
from app.engines.startup_model import UnfitError
from app.paths import own_command
from app.process.child import LAST_LINES_S
from app.process.launch import Launch

IMPORT_S = 30.0
"""A user's file that takes longer to load is refused."""


class Described(NamedTuple):
    """Entries of `GET /api/models` by name, and how long it took to load the file."""

    models: dict[str, dict[str, Any]]
    took_s: float


def described(task: Task) -> Described:
    """The models in a user's file. Raises UnfitError."""
    began = time.monotonic()
    process = subprocess.Popen(
        [*own_command(), "model"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    output = FileOutput(task.file)
    assert process.stderr is not None
    printing = threading.Thread(target=output.printed, args=(process.stderr,), daemon=True)
    printing.start()
    said: dict[str, str] = {}
    try:
        # The file's prints have a pipe of their own; this one holds messages and nothing else.
        messages = _messages(process, Launch(msgspec.to_builtins(task)).line())
    except subprocess.TimeoutExpired:
        raise UnfitError(f"{task.file}: loading it took more than {IMPORT_S:g} s") from None
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
    if MODELS in said:
        return Described(json.loads(said[MODELS]), time.monotonic() - began)
    why = json.loads(said[UNFIT]) if UNFIT in said else f"{task.file}: it ended the process"
    raise UnfitError(why)


def _messages(process: subprocess.Popen[bytes], launch: bytes) -> str:
    """What `process` says until it ends. Raises TimeoutExpired."""
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
        process.wait(IMPORT_S)
    finally:
        process.stdin.close()
    # What the file has started may outlive it, but has no hand on this pipe.
    reader.join(LAST_LINES_S)
    return b"".join(output).decode(errors="replace")
