"""One native thread that drives one room, frame by frame.

The thread sleeps until a frame (of a model with pauses: its next step) is due or a task arrives.
What comes out is handed to the owner's thread in one wake-up; a frame that was not fetched yet is
replaced by the next one.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue

from app.engines.base import Listener
from app.engines.process_guard import ProcessGuard
from app.protocol.frames import FrameKey
from app.protocol.messages import ServerMessage
from app.rooms.faults import where
from app.rooms.presence import Emit
from app.rooms.room import Post, Room
from app.transport.event_loop import CallSoon

log = logging.getLogger(__name__)

CHANNELS_S = 0.1
STATS_S = 0.5
IDLE_S = 0.5
"""A paused room looks after itself this often."""
FAULT_PAUSE_S = 0.25
"""A model that fails as soon as it was restarted is tried again no faster than this."""
MAX_TASKS = 10_000

RoomTask = Callable[[Room], None]


class Worker:
    """Runs `make(emit, post)` and drives the room it returns, until `stop` or `abandon`."""

    def __init__(
        self,
        call_soon: CallSoon,
        name: str,
        make: Callable[[Emit, Post], Room],
        frame_s: float,
        listener: Listener,
        on_unfit: Callable[[Exception], None],
        process_guard: ProcessGuard | None,
        predecessor: Worker | None = None,
    ) -> None:
        """`on_unfit` hears, on the owner's thread, why there is no room; the thread then ends.

        Tasks that `predecessor` left undone are run here.
        """
        self.room: Room | None = None
        self.beat = time.monotonic()
        """When the thread last showed a sign of life."""
        self.may_take_long = True
        """Is a model being made, or something done that may include that?"""
        self.made_in_s: float | None = None
        """How long making the model took."""
        self._on_unfit = on_unfit
        self._process_guard = process_guard
        self.wanted: frozenset[FrameKey] = frozenset()
        self.listened: frozenset[str] = frozenset()
        self._call_soon = call_soon
        self._make = make
        self._frame_s = frame_s
        self._listener = listener
        self.commands: SimpleQueue[RoomTask] = SimpleQueue()
        self._outbox: deque[Callable[[], None]] = deque()
        self._frames: dict[FrameKey, bytes] = {}
        self._woken = False
        self._over = False
        self._stepped_at = -math.inf
        self._unsaid = True
        """May channels have other values than when they were last published?"""
        self._successor: Worker | None = None
        if predecessor is not None:
            predecessor._successor = self
            self.commands, self.wanted = predecessor.commands, predecessor.wanted
            self.listened = predecessor.listened
        self.thread = threading.Thread(target=self._run, name=f"room {name}", daemon=True)
        self.thread.start()

    # --- called on the owner's thread -----------------------------------------------------

    def post(self, command: RoomTask) -> bool:
        """Queue `command` to run between two steps; False if too many wait already."""
        if self.commands.qsize() >= MAX_TASKS:
            return False
        self.commands.put(command)
        return True

    def stop(self) -> None:
        """End the thread soon; nothing comes out any more. Python cannot do it any harder."""
        self._over = True
        self.commands.put(lambda _: None)

    def _deliver(self) -> None:
        self._woken = False
        if self._over:
            return
        while self._outbox:
            self._outbox.popleft()()
        fresh, self._frames = self._frames, {}
        for key, frame in fresh.items():
            self._listener.on_frame(key, frame)

    # --- called on the room's thread ------------------------------------------------------

    def _run(self) -> None:
        try:
            self.room = self._make(self._emit, self.commands.put)
        except Exception as fault:
            self._check_memory(fault)
            log.exception("%s: %s", self.thread.name, where(fault))
            self.answer(partial(self._on_unfit, fault))
            self._wake_owner()
            return
        self.made_in_s = time.monotonic() - self.beat
        self.may_take_long = False
        while not self._over:
            try:
                self._drive(self.room)
            except Exception as fault:
                self._check_memory(fault)
                log.exception("%s: %s", self.thread.name, where(fault))
                time.sleep(FAULT_PAUSE_S)
                self.room.fail(fault)
        self.room.close()

    def _check_memory(self, fault: Exception) -> None:
        if isinstance(fault, MemoryError) and self._process_guard is not None:
            self._process_guard.on_memory_error()

    def _drive(self, room: Room) -> None:
        """Frame after frame, until an exception or the end."""
        frame_due = channels_due = stats_due = time.monotonic()
        while not self._over:
            self._run_tasks(room, self._patience(room, frame_due, channels_due))
            now = time.monotonic()
            if now >= frame_due:
                if room.running and now >= self._stepped_at + room.model.pause_s:
                    self._stepped_at = now
                    room.advance(lambda: self._run_tasks(room, 0.0))
                    self._unsaid = True
                if room.changed and self.wanted:
                    self._frames = room.compose(self.wanted)
                frame_due = max(frame_due + self._frame_s, now)
            if now >= channels_due:
                room.publish(self.listened)
                self._unsaid = False
                channels_due = now + CHANNELS_S
            if now >= stats_due:
                self._outbox.append(partial(self._listener.on_stats, room.stats()))
                stats_due = now + STATS_S
            self._wake_owner()

    def _patience(self, room: Room, frame_due: float, channels_due: float) -> float:
        """How long nothing needs to be done, in seconds."""
        now = time.monotonic()
        patience = IDLE_S
        if room.changed and self.wanted:
            patience = frame_due - now
        elif room.running:
            patience = max(frame_due, self._stepped_at + room.model.pause_s) - now
        if room.has_news or (self._unsaid and self.listened):
            patience = min(patience, channels_due - now)
        return min(max(0.0, patience), IDLE_S)

    def _run_tasks(self, room: Room, patience_s: float) -> None:
        """Run the queued tasks, waiting up to `patience_s` for the first one."""
        self.beat = time.monotonic()
        try:
            if patience_s > 0:
                self._run_task(self.commands.get(timeout=patience_s), room)
            while not self._over:
                self._run_task(self.commands.get_nowait(), room)
        except Empty:
            pass
        if self._outbox:
            self._wake_owner()

    def _run_task(self, command: RoomTask, room: Room) -> None:
        self.beat = time.monotonic()
        self.may_take_long = True
        try:
            command(room)
            self._unsaid = True
        finally:
            self.beat = time.monotonic()
            self.may_take_long = False

    def _emit(self, message: ServerMessage, to: int | None) -> None:
        self._outbox.append(partial(self._listener.on_message, message, to))

    def answer(self, call: Callable[[], None]) -> None:
        """Have `call` called on the owner's thread, though this worker was replaced meanwhile."""
        worker = self
        while worker._successor is not None:
            worker = worker._successor
        worker._outbox.append(call)

    def _wake_owner(self) -> None:
        if not self._woken and (self._outbox or self._frames):
            self._woken = True
            self._call_soon(self._deliver)
