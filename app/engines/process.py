"""Rooms in processes of their own, for models from a user's file.

A thread that is busy in pure Python slows every other one and cannot be ended; a process can. Each
is a compute server for one room, on loopback and behind keys made for it, started again when it
ends or does not answer, and left off when that happens again and again.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Mapping
from typing import Any

import msgspec
import zmq

from app.engines import process_memory
from app.engines.base import Listener
from app.engines.hang_detector import HUNG_S
from app.engines.process_channel import LOG, READY, UNFIT
from app.engines.process_describe import Described
from app.engines.process_output import FileOutput
from app.engines.process_reload import FileNotices, FileWatcher
from app.engines.process_task import Task
from app.engines.remote_last_known import first_values
from app.engines.remote_link import RemoteLink
from app.engines.status_texts import Words
from app.process.child import STEADY_S, Child
from app.process.launch import EXIT_HUNG, EXIT_MEMORY, Launch
from app.protocol.compute import (
    CREDITS,
    Address,
    Credit,
    FrameMessage,
    FromClient,
    FromServer,
    Greeting,
    StatsMessage,
)
from app.protocol.messages import RoomState
from app.rooms.source import of_file
from app.transport.connection import Connection, Watch
from app.transport.event_loop import CallSoon
from app.transport.keys import Keys
from models.user_file import path_of

MAX_FAILURES = 3
"""In a row; then a model is left off."""

WORDS = Words(trying="It is started again, with first values.", back="The model runs again.")
ENDED = "The model has ended."
SILENT = "The model does not answer."
LATE = "The model's file takes too long to load."
TOO_MUCH = (
    f"The model uses more memory than the {process_memory.MAX_BYTES / 1024**3:g} GB it may have."
)
BROKEN = "That happened several times in a row, so it is left off."
RELOADED = "The model's file is loaded again."
LAST_GOOD = "The last good model goes on."
MAX_FAULT_CHARS = 500
ENDINGS = {EXIT_HUNG: SILENT, EXIT_MEMORY: TOO_MUCH}
LATE_S, LATE_TIMES = 5.0, 3.0
"""A file may take LATE_TIMES of what it took at first, and LATE_S, to load."""


class ProcessEngine:
    """Makes rooms for the models of one user's file."""

    near = True

    def __init__(
        self,
        task: Task,
        told: Described,
        watch: Watch,
        call_soon: CallSoon,
    ) -> None:
        """`task` as for app.compute.child, without endpoint and keys; `told` is what is in it."""
        self._task = task
        self._catalogue = dict(told.models)
        self._late_s = LATE_S + LATE_TIMES * told.took_s
        self._watch = watch
        self._call_soon = call_soon
        self._processes: list[RoomProcess] = []
        self._spare: RoomProcess | None = None
        """With --reload, one that is warm for the next room or version of a room."""
        self._gone: dict[str, dict[str, Any]] = {}
        """Models that were in the file before."""
        self._fault = ""
        """What is wrong with the file since its models were loaded."""
        self._watcher = (
            FileWatcher(task, told.files, call_soon, self._renew, self._refuse)
            if task.reload
            else None
        )

    def catalogue(self) -> dict[str, dict[str, Any]]:
        """The models in the file."""
        return self._catalogue

    def source(self, model: str) -> str:
        """The file's code. Raises SourceError, and KeyError for an unknown model."""
        self._check(model)
        return of_file(path_of(self._task.file))

    def open(
        self,
        room: str,
        model: str,
        listener: Listener,
        params: Mapping[str, object] | None = None,
        state: RoomState | None = None,
    ) -> RemoteLink:
        """A new room in a new process. Raises KeyError for an unknown model."""
        if model not in self._gone:
            self._check(model)
        about = self._catalogue.get(model) or self._gone[model]
        fault = self._gone_text(model) if model in self._gone else self._fault
        process = self._process(about, FileNotices(listener, fault))
        process.link = RemoteLink(
            process, room, model, about, process.notices, params or {}, state, WORDS
        )
        self._processes.append(process)
        if model in self._gone:
            process.link.give_up(fault)
        else:
            process.start()
        return process.link

    def poll(self) -> None:
        """Start again what ended, and end what does not answer or is not needed."""
        for process in list(self._processes):
            if process.link.closed or process.retired:
                process.close()
                self._processes.remove(process)
            else:
                process.poll()
        runs = self._processes and all(process.up for process in self._processes)
        if self._task.reload and self._spare is None and runs:
            self._spare = RoomProcess(self._task, self._watch, self._call_soon)
            self._spare.warm_up()

    def close(self) -> None:
        """End all processes."""
        if self._watcher is not None:
            self._watcher.close()
        if self._spare is not None:
            self._spare.close()
        for process in self._processes:
            process.link.close()
            process.close()

    def _check(self, model: str) -> None:
        if model not in self._catalogue:
            raise KeyError(f"no model {model!r}; there are {', '.join(self._catalogue)}")

    def _process(self, about: Mapping[str, Any], notices: FileNotices) -> RoomProcess:
        spare, self._spare = self._spare, None
        process = spare or RoomProcess(self._task, self._watch, self._call_soon)
        process.late_s = self._late_s
        process.notices = notices
        process.first = first_values(about) | self._task.params
        return process

    # --- the file changes (see process_reload) --------------------------------------------

    def _renew(self, told: Described) -> None:
        """Let every room go on in a new process, as far as its model is still in the file."""
        before = self._gone | self._catalogue
        self._catalogue = dict(told.models)
        self._gone = {name: about for name, about in before.items() if name not in told.models}
        self._late_s = LATE_S + LATE_TIMES * told.took_s
        self._fault = ""
        for process in list(self._processes):
            if process.replaces is not None:  # by now, with something old
                process.retired = True
            elif process.link.model in self._gone:
                process.notices.show(self._gone_text(process.link.model))
            else:
                self._replace(process)

    def _replace(self, old: RoomProcess) -> None:
        heir = self._process(self._catalogue[old.link.model], old.notices)
        heir.link = old.link
        heir.replaces = old
        self._processes.append(heir)
        heir.start()

    def _refuse(self, why: str) -> None:
        """Let all rooms go on as they are, and say what is wrong."""
        # Where the file lies is of no use to visitors.
        shorter = why.replace(f"{path_of(self._task.file).parent}{os.sep}", "")
        self._fault = f"{shorter[:MAX_FAULT_CHARS].rstrip('.')}. {LAST_GOOD}"
        for process in self._processes:
            process.notices.show(self._fault)

    def _gone_text(self, model: str) -> str:
        names = ", ".join(self._catalogue)
        file = path_of(self._task.file).name
        return f"{file} has no class {model} any more; it has {names}. {LAST_GOOD}"


class RoomProcess:
    """One process, the line to it, and its room."""

    link: RemoteLink

    notices: FileNotices
    """The room's audience."""
    late_s: float
    """A process that is not ready after so long hangs."""
    first: Mapping[str, Any]
    """The values with which its room begins, unless told others."""

    def __init__(self, task: Task, watch: Watch, call_soon: CallSoon) -> None:
        self.replaces: RoomProcess | None = None
        """The process that has the room until this one is ready."""
        self.retired = False
        """Has the room gone to another process, or is that one not needed?"""
        theirs, ours = zmq.curve_keypair(), zmq.curve_keypair()
        self._keys = Keys(*ours, (theirs[0],))
        self._task = msgspec.structs.replace(task, keys=Keys(*theirs, (ours[0],)))
        self._watch = watch
        self._call_soon = call_soon
        self._output = FileOutput(task.file)
        self._child = Child("model", self._report, printed=self._output.printed)
        self._line: Connection | None = None
        self._opened_at = 0.0
        self._used_bytes = 0
        self._why = ""
        """What it was killed for."""
        self._started_at = 0.0
        self._start_at: float | None = None
        self._failures = 0

    @property
    def up(self) -> bool:
        """Is there somebody who takes a message?"""
        return self._line is not None and self._line.up

    def send(self, message: FromClient, address: Address) -> bool:
        """Send, if there is somebody who takes it now."""
        return self._line is not None and self._line.send(message, address)

    def poll(self) -> None:
        """See whether it answers, and start it when it is due."""
        if self._line is not None:
            self._line.poll()
        elif self._is_late():
            self._kill(LATE)
        if self._start_at is not None and time.monotonic() >= self._start_at:
            self.start()

    def close(self) -> None:
        """End it."""
        self._start_at = None
        self._hang_up()
        self._child.kill()

    def warm_up(self) -> None:
        """Let the process be ready for its start."""
        self._child.warm_up()

    def start(self) -> None:
        """Start the process for the room of `link`."""
        self._start_at = None
        self._why = ""
        self._started_at = time.monotonic()
        self._task = msgspec.structs.replace(self._task, endpoint=_free_endpoint())
        self._child.start(Launch(msgspec.to_builtins(self._task)))

    def _is_late(self) -> bool:
        running = self._start_at is None and self._child.exit_code is None and not self._why
        return running and time.monotonic() - self._started_at > self.late_s

    def _kill(self, why: str) -> None:
        self._why = why
        self._child.kill()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    # --- the process ----------------------------------------------------------------------

    def _report(self, child: Child, line: str) -> None:
        """A message on its channel (app.engines.process_channel), in a thread."""
        word, _, rest = line.partition(" ")
        if word == READY:
            self._call_soon(self._ready)
        elif word == UNFIT:
            self._why = str(json.loads(rest))
        elif word == LOG:
            self._output.recorded(rest)
        elif not line and child.exit_code is not None:
            self._call_soon(self._ended)

    def _ready(self) -> None:
        if not (self.link.closed or self.retired):
            self._hang_up()
            endpoint = self._task.endpoint
            self._line = Connection(
                endpoint, self, self._watch, self._call_soon, self._keys, HUNG_S
            )

    def _ended(self) -> None:
        self._hang_up()
        if self.link.closed or self.retired or self._start_at is not None:
            return
        if time.monotonic() - self._started_at > STEADY_S:
            self._failures = 0
        self._failures += 1
        why = self._why or ENDINGS.get(self._child.exit_code or 0, ENDED)
        if self._failures > MAX_FAILURES and self.replaces is not None:
            self.retired = True
            self.notices.show(f"{why} {BROKEN} {LAST_GOOD}")
            return
        if self._failures > MAX_FAILURES:
            self.link.give_up(f"{why} {BROKEN}")
            return
        if self.replaces is None:
            # What it was set to may be what it died of.
            self.link.forget_state()
            self.link.suspend(why, None)
        self._start_at = time.monotonic() + self._child.restart_pause_s()

    # --- see transport.connection.ConnectionListener --------------------------------------

    def on_up(self, greeting: Greeting) -> None:
        """It is ready, and empty."""
        self.send(Credit(n=CREDITS), Address())
        self._opened_at = time.monotonic()
        if self.replaces is None:
            self.link.resume()
        else:
            self._take_over(self.replaces)

    def _take_over(self, old: RoomProcess) -> None:
        self.replaces = None
        old.retired = True
        old.close()
        self.link.move(self, old.first, RELOADED)
        self.notices.show("")
        self.notices.tell(RELOADED)

    def on_down(self, reason: str) -> None:
        """It hangs so that nothing but its end helps."""
        eats = (
            process_memory.used_bytes(self._child.pid) - self._used_bytes
            > process_memory.EATEN_BYTES
        )
        self._kill(TOO_MUCH if eats else SILENT)

    def on_foreign(self) -> None:
        """Somebody else has taken its port."""
        self._kill(SILENT)

    def on_wire(self, message: FromServer, address: Address, frame: bytes) -> None:
        """A message from its room."""
        if self.retired:
            return
        if isinstance(message, FrameMessage):
            self.send(Credit(n=1, number=message.number), Address())
        if isinstance(message, StatsMessage):
            self._note_that_it_runs()
        self.link.on_wire(message, address, frame)

    def _note_that_it_runs(self) -> None:
        """Figures come twice a second, and first when the model is made."""
        self._used_bytes = process_memory.used_bytes(self._child.pid)
        if self._task.usual_s is None:
            usual_s = time.monotonic() - self._opened_at
            self._task = msgspec.structs.replace(self._task, usual_s=usual_s)


def _free_endpoint() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"
