"""Rooms in native threads of this process.

A thread that was killed or hangs is replaced: a new one takes its room's visitors over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import models
from app.engines.base import WATCH_S, FeedAnswer, Listener
from app.engines.hang_detector import HangDetector
from app.engines.process_guard import ProcessGuard
from app.engines.worker import Worker
from app.protocol.chat import Said
from app.protocol.commands import Command
from app.protocol.compute import SnapshotPart
from app.protocol.frames import FrameKey
from app.protocol.messages import Error, Id, Notice, RoomState, Rpc, Visitor
from app.rooms import parameters, snapshot, source
from app.rooms.call_threads import USUAL, CallDeadline, CallLimits
from app.rooms.description import describe
from app.rooms.presence import Emit
from app.rooms.room import Post, Room
from app.transport.event_loop import CallSoon
from models.contract import Model
from models.parameters import ParameterError, Value

log = logging.getLogger(__name__)

Result = TypeVar("Result")

REPLACE_PAUSE_S = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Waits before the first, second, ... replacement in a row; the last one goes on."""
STEADY_S = 30.0
"""After a thread that lasted this long, the waits start again with the first."""
MAX_FAULT_CHARS = 300
SLOW_START = "The model is busy for longer than usual. It is started again if that does not end."
COMPILES = "The model is compiled for this computer; the first time that takes up to a minute."
GOES_ON = "The model goes on."
SLOW = "the model does not keep up with what is asked of it; try again in a moment"


class Catalogue(Protocol):
    """Models by name, as the package `models` has them."""

    def names(self) -> list[str]:
        """Of all."""

    def get(self, name: str) -> type[Model]:
        """The model of that name. Raises KeyError for an unknown one."""


class LocalEngine:
    """Makes rooms whose models run in threads here."""

    near = True

    def __init__(
        self,
        call_soon: CallSoon,
        fps: float,
        params: Mapping[str, Value],
        catalogue: Catalogue = models,
        process_guard: ProcessGuard | None = None,
        usual_s: float | None = None,
        calls: CallLimits = USUAL,
    ) -> None:
        """`params` replace the defaults of the models that declare them.

        `process_guard` ends this process in place of replacing a thread that hangs: what such a
        thread does cannot be ended. `usual_s`: what making a model takes, if it was made elsewhere.
        """
        self._process_guard = process_guard
        self._usual_s = usual_s
        self._patience: dict[str, HangDetector] = {}
        self.fps = fps
        self.calls = calls
        self._call_soon = call_soon
        self._params = dict(params)
        self._catalogue = catalogue
        self._links: set[LocalLink] = set()

    def catalogue(self) -> dict[str, dict[str, Any]]:
        """The models on offer."""
        return {name: describe(name, self._catalogue.get(name)) for name in self._catalogue.names()}

    def source(self, model: str) -> str:
        """Its code. Raises SourceError, and KeyError for an unknown model."""
        return source.of_class(self._catalogue.get(model))

    def open(
        self,
        room: str,
        model: str,
        listener: Listener,
        params: Mapping[str, object] | None = None,
        state: RoomState | None = None,
    ) -> LocalLink:
        """A new room with its thread. Raises KeyError for an unknown model."""
        kind = self._catalogue.get(model)
        requested = {**self._params, **(params or {}), **(state.params if state else {})}
        make = partial(Room, room, model, kind, fitting(kind, requested), calls=self.calls)
        patience = self._patience.setdefault(model, HangDetector(self._usual_s))
        link = LocalLink(
            self._call_soon, room, make, 1.0 / self.fps, listener, patience, self._process_guard,
            self.calls.start_s,
        )  # fmt: skip
        if state is not None and not state.running:
            link.hold()
        self._links = {other for other in self._links if not other.closed} | {link}
        return link

    def poll(self) -> None:
        """Replace threads that died or hang."""
        for link in list(self._links):
            link.poll()

    def close(self) -> None:
        """End all rooms."""
        for link in self._links:
            link.close()


class LocalLink:
    """The way to a room in a thread, which is replaced when need be; see RoomLink."""

    def __init__(
        self,
        call_soon: CallSoon,
        name: str,
        make: Callable[[Emit, Post], Room],
        frame_s: float,
        listener: Listener,
        patience: HangDetector,
        process_guard: ProcessGuard | None,
        call_start_s: float,
    ) -> None:
        self.closed = False
        self._patience = patience
        self._process_guard = process_guard
        self._call_start_s = call_start_s
        self._call_soon = call_soon
        self._name = name
        self._make = make
        self._frame_s = frame_s
        self._listener = listener
        self._waiting: dict[int, Id] = {}
        """Visitors without a welcome yet, with the ids of their requests."""
        self._fault = ""
        """Why there is no model, if making it has failed."""
        self._slow = False
        self._last_beat = 0.0
        self._looked = self._since = time.monotonic()
        self._deadlines: deque[CallDeadline] = deque()
        self._in_a_row = 0
        self._replace_at: float | None = None
        self._worker = Worker(call_soon, name, make, frame_s, listener, self._unfit, process_guard)

    def enter(self, visitor: Visitor, request: Id) -> None:
        """Add a visitor; while there is no model, they get a notice and wait for it."""

        def come(room: Room) -> None:
            room.enter(visitor, request)
            worker.answer(partial(self._arrived, visitor.id))

        worker = self._worker
        self._waiting[visitor.id] = request
        self._post(visitor.id, come, request)
        if self._fault:
            self._refuse(visitor.id)

    def promote(self, visitor: Visitor) -> None:
        """Change a visitor's role."""
        self._worker.post(lambda room: room.promote(visitor))

    def leave(self, visitor: int) -> None:
        """Remove a visitor."""
        self._waiting.pop(visitor, None)
        self._worker.post(lambda room: room.leave(visitor))

    def send(self, visitor: int, message: Command) -> None:
        """Queue a visitor's command; a call that cannot start in time never runs."""
        deadline = None
        if isinstance(message, Rpc):
            deadline = CallDeadline(visitor, message.id, self._call_start_s)
            self._deadlines.append(deadline)
        self._post(visitor, lambda room: room.handle(visitor, message, deadline), message.id)

    def say(self, said: Said) -> None:
        """A line for all: whoever is in the room is in its audience here."""
        self._listener.on_message(said, None)

    def want(self, keys: frozenset[FrameKey]) -> None:
        """The forms in which frames are wanted."""
        new = keys - self._worker.wanted
        self._worker.wanted = keys
        if new:
            self._worker.post(_show_again)

    def listen(self, names: frozenset[str]) -> None:
        """The channels that somebody listens to."""
        self._worker.listened = names
        self._worker.post(lambda room: room.publish(names))

    def hold(self) -> None:
        """Let the room begin paused."""
        self._worker.post(_pause)

    def count_past(self, seq: int) -> None:
        """Number frames past `seq`."""
        self._worker.post(lambda room: room.count_past(seq))

    def ask_state(self, answer: Callable[[dict[str, Any]], None]) -> None:
        """Call `answer` with the room's state."""
        self._ask(Room.report, answer)

    def ask_snapshot(self, parts: Sequence[SnapshotPart], answer: snapshot.OnSnapshot) -> None:
        """Call `answer` with `parts` of this instant."""

        def go_on(taken: snapshot.Arrays | snapshot.SnapshotError) -> None:
            if isinstance(taken, snapshot.SnapshotError):
                answer(taken)
                return
            # Megabytes take a while to write: neither the room nor the owner waits for that.
            name = f"snapshot {self._name}"
            threading.Thread(
                target=self._write, args=(taken, answer), name=name, daemon=True
            ).start()

        if not self._ask(lambda room: snapshot.copy_arrays(room, parts), go_on):
            answer(snapshot.SnapshotError(SLOW))

    def _write(self, taken: snapshot.Arrays, answer: snapshot.OnSnapshot) -> None:
        self._call_soon(partial(answer, snapshot.packed(taken)))

    def _ask(self, question: Callable[[Room], Result], answer: Callable[[Result], None]) -> bool:
        """Put `question` to the room in its thread, and call `answer` on the owner's thread."""
        worker = self._worker
        return worker.post(lambda room: worker.answer(partial(answer, question(room))))

    def feed(self, state: Mapping[str, Any], answer: FeedAnswer) -> None:
        """A program outside posts `state`."""
        if not self._ask(lambda room: room.feed_state.apply(room.model, state), answer):
            answer(Error(code="busy", message=SLOW))

    def poll(self) -> None:
        """Watch the thread, and replace it when need be."""
        if self.closed:
            return
        # Overdue calls are refused in time, whatever holds the room up.
        while self._deadlines and self._deadlines[0].overdue:
            deadline = self._deadlines.popleft()
            if deadline.claim():
                self._listener.on_message(deadline.refusal(), deadline.visitor)
        now = time.monotonic()
        held_up = now - self._looked > 2 * WATCH_S
        self._looked = now
        if self._replace_at is not None:
            if now >= self._replace_at:
                self._replace_at, self._since = None, now
                self._replace()
        elif not self._worker.thread.is_alive():
            log.error("room %s: the thread has ended; it is replaced", self._name)
            self._replace_soon(now)
        # After this process itself was held up, the thread gets time to show a sign.
        elif not held_up:
            self._watch_over(now)

    def _watch_over(self, now: float) -> None:
        """See whether a thread that is alive gets on."""
        verdict = self._patience.judge(self._worker)
        if verdict == "hangs":
            log.error("room %s: the thread hangs", self._name)
            if self._process_guard is not None:
                self._process_guard.on_hang()
            self._replace_soon(now)
        elif verdict == "well":
            if self._process_guard is not None and self._worker.beat != self._last_beat:
                self._last_beat = self._worker.beat
                self._process_guard.record_healthy()
            if self._slow:
                self._slow = False
                self._tell_all(Notice(level="info", text=GOES_ON))
        elif not self._slow:
            self._slow = True
            self._tell_all(
                Notice(level="info", text=COMPILES)
                if verdict == "compiles"
                else Notice(level="trouble", text=SLOW_START)
            )

    def _replace_soon(self, now: float) -> None:
        if now - self._since > STEADY_S:
            self._in_a_row = 0
        pause = REPLACE_PAUSE_S[min(self._in_a_row, len(REPLACE_PAUSE_S) - 1)]
        self._in_a_row += 1
        self._slow = False
        self._replace_at = now + pause

    def close(self) -> None:
        """End the room."""
        self.closed = True
        self._worker.stop()

    def _post(self, visitor: int, command: Callable[[Room], None], request: Id) -> None:
        if not self._worker.post(command):
            self._listener.on_message(Error(id=request, code="busy", message=SLOW), visitor)

    # --- those who wait -------------------------------------------------------------------

    def _arrived(self, visitor: int) -> None:
        self._waiting.pop(visitor, None)
        self._fault = ""

    def _unfit(self, fault: Exception) -> None:
        """The model could not be made."""
        text = f"The model cannot be made: {type(fault).__name__}: {fault}"[:MAX_FAULT_CHARS]
        if text == self._fault:
            return
        self._fault = text
        for visitor in list(self._waiting):
            self._refuse(visitor)
        self._listener.on_message(Notice(level="trouble", text=text), None)

    def _refuse(self, visitor: int) -> None:
        """Refuse entry for now, by a notice for pages and an error for programs."""
        refusal = Error(id=self._waiting[visitor], code="failed", message=self._fault)
        self._listener.on_message(refusal, visitor)
        self._listener.on_message(Notice(level="trouble", text=self._fault), visitor)

    def _tell_all(self, notice: Notice) -> None:
        """Send `notice` to all, and to those who wait for their welcome."""
        self._listener.on_message(notice, None)
        for visitor in self._waiting:
            self._listener.on_message(notice, visitor)

    def _replace(self) -> None:
        old = self._worker
        old.stop()
        if old.room is not None:  # a successor that could not be built has none
            self._make = old.room.successor
        self._worker = Worker(
            self._call_soon,
            self._name,
            self._make,
            self._frame_s,
            self._listener,
            self._unfit,
            self._process_guard,
            predecessor=old,
        )


def _show_again(room: Room) -> None:
    room.changed = True


def _pause(room: Room) -> None:
    room.running = False
    room.model.hold(True)


def fitting(model: type[Model], params: Mapping[str, object]) -> dict[str, Value]:
    """Those of `params` that rooms of `model` have, checked; what does not fit is left out."""
    known = {parameter.name: parameter for parameter in parameters.declared(model)}
    fit = {}
    for name in params.keys() & known.keys():
        try:
            fit[name] = known[name].check(params[name])
        except ParameterError as wrong:
            log.warning("%s; its default is taken", wrong)
    return fit
