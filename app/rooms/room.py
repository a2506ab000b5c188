"""The state of a room: its model, parameters, visitors and fingers.

A room is driven from one thread (or process) by its engine and knows no sockets: commands come in
through `enter`, `leave` and `handle`, messages go out through `emit`, frames through `compose`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, cast

from msgspec import UNSET, structs

import models
from app.protocol import frames
from app.protocol.commands import Command, LoadPicture, ResetRoom
from app.protocol.errors import ContractError
from app.protocol.frames import FrameKey
from app.protocol.messages import (
    Do,
    Error,
    ErrorCode,
    Finger,
    Id,
    Notice,
    RoomState,
    Rpc,
    Set,
    State,
    Visitor,
)
from app.protocol.stats import RoomStats
from app.rooms import faults, fingers, parameters
from app.rooms.builtins import check_action
from app.rooms.call_threads import USUAL, CallDeadline, CallLimits
from app.rooms.calls import Calls
from app.rooms.chunk_sizer import MAX_TOOLS_PER_S, ChunkSizer, ToolLimitError
from app.rooms.composer import Composer
from app.rooms.description import describe
from app.rooms.feed_state import FeedState
from app.rooms.notes import Notes
from app.rooms.presence import Emit, Presence
from app.rooms.publisher import Publisher
from app.rooms.rates import HEARTBEAT_S, Rate
from app.rooms.recovery import Recovery
from models.contract import ActionError, FieldModel, Model
from models.numerics.arrays import Precision
from models.parameters import ParameterError, Value, check_all, defaults

log = logging.getLogger(__name__)

STOPPED = "The model has stopped, because of a mistake in its code:"

Post = Callable[[Callable[["Room"], None]], None]
"""Schedules a call with the room in its thread; from any thread."""


class Room:
    """One model and its visitors."""

    def __init__(
        self,
        name: str,
        model_name: str,
        model: type[Model],
        params: Mapping[str, Value],
        emit: Emit,
        post: Post,
        calls: CallLimits = USUAL,
    ) -> None:
        """`params` are those of the model and the room's own that differ from the defaults."""
        self.name = name
        self.running = True
        self._class = model
        self._model_name = model_name
        self._about = describe(model_name, model)
        self._emit = emit
        self._presence = Presence(emit)
        self.notes = Notes()
        self._publisher = Publisher(emit, model, self.notes, lambda: post(lambda _: None))
        self._calls = Calls(
            model, self, emit, lambda message, to: post(lambda room: room._emit(message, to)), calls
        )
        self._room_parameters = parameters.of_room(model)
        self._recovery = Recovery(params)
        self._room_params: dict[str, Value] = {}
        self.feed_state = FeedState()
        self._is_users = models.is_users(model_name)
        self._stopped = ""
        """Why a user's model has stopped, for later visitors."""
        self._began = time.monotonic()
        self._fingers = fingers.RoomFingers()
        self._composer = Composer()
        self._frame_rate, self._step_rate, self._tool_rate = Rate(), Rate(), Rate()
        self._chunk_sizer = ChunkSizer()
        self.changed = True
        self._model = self._build(params)

    def successor(self, emit: Emit, post: Post) -> Room:
        """Make a new room for the same visitors, after this one's thread died or hung."""
        recovery = self._recovery.for_successor()
        calls = self._calls.limits
        successor = Room(self.name, self._model_name, self._class, recovery.safe, emit, post, calls)
        successor.running = self.running
        successor._model.hold(not successor.running)
        successor._presence.adopt_state(self._presence)
        successor.notes.adopt_state(self.notes)
        successor._recovery = recovery
        successor._fingers.adopt_state(self._fingers)
        successor._began = self._began
        successor._composer.adopt_state(self._composer)
        successor.feed_state = self.feed_state
        successor.feed_state.renew(successor._model)
        successor._announce_restart("its thread stopped")
        return successor

    # --- commands -------------------------------------------------------------------------

    def enter(self, visitor: Visitor, request: Id) -> None:
        """Add a visitor, new or returning: they get `welcome`, the others `visitors`."""
        # Fingers of a lost connection must not go on stirring.
        self._fingers.forget(self._model, visitor.id)
        self._presence.welcome(visitor, request, self.name, self._about, self.state())
        if self._stopped:
            self._emit(Notice(level="trouble", text=self._stopped), visitor.id)
        self.changed = True

    def promote(self, visitor: Visitor) -> None:
        """Change a visitor's role."""
        self._presence.promote(visitor)

    def leave(self, visitor: int) -> None:
        """Remove a visitor and their fingers."""
        self._fingers.forget(self._model, visitor)
        self.changed |= self._presence.leave(visitor)

    def handle(self, visitor: int, message: Command, deadline: CallDeadline | None = None) -> None:
        """Carry out a visitor's command, whole, or answer with the reason why not.

        `deadline` is that of an Rpc; without one it starts now.
        """
        who = self._presence.get(visitor)
        if who is None:
            return
        try:
            match message:
                case Set():
                    self.change(visitor, message.params, message.id)
                case Do():
                    self.act(visitor, message.action, message.args, message.id)
                case Finger():
                    self._finger(visitor, message)
                case Rpc():
                    self._calls.serve(who, message, deadline)
                case LoadPicture():
                    self._load_picture(visitor, message)
                case ResetRoom():
                    self._reset_for_next()
        except (ParameterError, ActionError, ContractError) as fault:
            code: ErrorCode = getattr(fault, "code", "bad_value")
            self._emit(Error(id=message.id, code=code, message=str(fault)), visitor)
        except Exception as fault:
            # The sender gets an answer, whatever happens to the model.
            if not faults.answered(self._emit, visitor, message, fault, self._is_users):
                raise
        self.changed = True

    def change(self, by: int | None, params: Mapping[str, object], request: Id = UNSET) -> None:
        """Set parameters, all or none, and announce the change. Raises ParameterError."""
        checked = check_all(parameters.declared(self._class), params)
        for_room = {name: v for name, v in checked.items() if name in self._room_params}
        for_model = {name: v for name, v in checked.items() if name not in self._room_params}
        if for_model:
            self._model.set(for_model)
        self._room_params.update(for_room)
        if "precision" in for_room:
            self._fingers.end_drags(self._model)
            self._composer.forget_vortices()
            self._build(self.params)
        elif "tracers" in for_room:
            self._seed_tracers()
        self._recovery.changed()
        self._announce(by, request, params=checked)

    def _reset_for_next(self) -> None:
        """Reset to a first start, running; announced without a visitor."""
        first = parameters.first(self._class, self._recovery.first)
        # Only what differs is set: some changes build the model again.
        news = {name: value for name, value in first.items() if self.params[name] != value}
        if news:
            self.change(None, news)
        self.act(None, "reset", {})
        self.act(None, "start", {})

    def act(self, by: int | None, action: str, args: dict[str, Any], request: Id = UNSET) -> None:
        """Do an action and announce it. Raises ActionError, ParameterError."""
        check_action(action, self._class)
        match action:
            case "start":
                self.running = True
                self._stopped = ""
                self._model.hold(False)
            case "pause":
                self.running = False
                self._model.hold(True)
            case "step":
                self.running = False
                self._advance_chunk(1)
                self._recover_if_broken()
            case "reset":
                self._composer.forget_vortices()
                self._fingers.end_drags(self._model)
                self._model.reset()
                self._seed_tracers()
            case "reset_tracers":
                self._seed_tracers()
            case own:
                self._use_tool(own, args)
        self._announce(by, request, action=action)

    def _use_tool(self, action: str, args: Mapping[str, object]) -> None:
        if self._tool_rate.per_s() >= MAX_TOOLS_PER_S:
            raise ToolLimitError(f"at most {MAX_TOOLS_PER_S} uses of tools a second in a room")
        self._model.act(action, args)
        self._tool_rate.add()
        self._composer.forget_vortices()

    def _load_picture(self, visitor: int, message: LoadPicture) -> None:
        self._model.load_picture(message.grey(), message.use)
        self._fingers.end_drags(self._model)
        self._composer.forget_vortices()
        self._recovery.changed()
        self._announce(visitor, message.id, action="picture")

    def _finger(self, visitor: int, message: Finger) -> None:
        key = (visitor, message.touch)
        if message.down:
            self._fingers.touch(self._model, key, message.x, message.y)
        else:
            self._fingers.lift(self._model, key)

    # --- time -----------------------------------------------------------------------------

    def advance(self, between_chunks: Callable[[], None]) -> None:
        """Take one frame's steps in chunks of about CHUNK_S, with `between_chunks` called between.

        `between_chunks` handles the commands that have come.
        """
        left = self.steps_per_frame
        while left > 0 and self.running:
            chunk = self._chunk_sizer.chunk(left)
            self._advance_chunk(chunk)
            left -= chunk
            between_chunks()
        self.changed = True
        self._recovery.carried(self.params)
        self._recover_if_broken()

    def _recover_if_broken(self) -> None:
        """Roll back or restart a model that blew up, before a frame shows it; announce why."""
        why = self._model.healthy()
        if why is None:
            return
        if not self._recovery.may_roll_back():
            self.recover(why)
            return
        log.warning("room %s: rolled back: %s", self.name, why)
        self._fingers.end_drags(self._model)
        self._model.restore()
        self._composer.forget_vortices()
        text = f"The fluid went back to a good moment: there was {why}."
        self._emit(Notice(level="trouble", text=text), None)
        self._announce(None, UNSET, params=self.params)

    def _advance_chunk(self, steps: int) -> None:
        began = time.perf_counter()
        self._model.step(steps)
        self._chunk_sizer.took(steps, time.perf_counter() - began)
        self._step_rate.add(steps)

    @property
    def steps_per_frame(self) -> int:
        """Steps for each frame; 1 for a model without a grid."""
        return int(self._room_params.get("steps", 1))

    def fail(self, fault: Exception) -> None:
        """Handle the model's exception: pause a user's model and report it, restart others."""
        if not self._is_users:
            self.recover(f"{type(fault).__name__}: {fault}"[:200])
            return
        self.running = False
        self._stopped = f"{STOPPED} {faults.where(fault)}"
        self._emit(Notice(level="trouble", text=self._stopped), None)
        trace = faults.trace(fault)
        self._presence.send_to_operators(Notice(level="trouble", text=trace))
        self._announce(None, UNSET)

    def recover(self, why: str) -> None:
        """Build a failed model again with the last safe parameters."""
        log.warning("room %s: model restarted: %s", self.name, why)
        self._fingers.end_drags(self._model)
        self._model = self._build(self._recovery.restart())
        self._announce_restart(why)

    def _announce_restart(self, why: str) -> None:
        self._emit(Notice(level="trouble", text=f"The model was restarted: {why}"), None)
        self._announce(None, UNSET, params=self.params)

    def count_past(self, seq: int) -> None:
        """Continue numbering frames above `seq`, which viewers saw from another machine."""
        self._composer.count_past(seq)

    # --- what comes out -------------------------------------------------------------------

    @property
    def visitors(self) -> tuple[Visitor, ...]:
        """Everybody here."""
        return self._presence.present()

    @property
    def model(self) -> Model:
        """The model; to be used between two steps, in the room's own thread."""
        return self._model

    @property
    def params(self) -> dict[str, Value]:
        """Every parameter's value in force."""
        return {**self._model.params, **self._room_params}

    def state(self) -> RoomState:
        """Return the state for a newcomer."""
        return RoomState(running=self.running, params=self.params, sim_time=self._model.t)

    def report(self) -> dict[str, Any]:
        """Return the state as `GET /api/rooms/<room>/state` shows it."""
        marks = [mark._asdict() for mark in self.finger_marks()]
        return {**structs.asdict(self.state()), "fingers": marks}

    def finger_marks(self) -> list[frames.FingerMark]:
        """Return every finger that is down or fades, as frames show it."""
        return fingers.marks(self._model)

    def stats(self) -> RoomStats:
        """Return how fast the room runs."""
        return RoomStats(
            fps=round(self._frame_rate.per_s(), 1),
            steps_per_s=round(self._step_rate.per_s(), 1),
            sim_time=self._model.t,
            restarts=self._recovery.restarts,
            heartbeat=int((time.monotonic() - self._began) / HEARTBEAT_S),
        )

    def compose(self, keys: Iterable[FrameKey]) -> dict[FrameKey, bytes]:
        """Make one frame in each of the forms `keys`; none for a model without a grid."""
        model = self._model
        self.changed = False
        if not isinstance(model, FieldModel):
            return {}
        composed = self._composer.compose(model, self.finger_marks(), keys)
        self._frame_rate.add()
        return composed

    def publish(self, names: Collection[str]) -> None:
        """Emit the values of `names` that changed since they were last published."""
        self._publisher.publish(names, self.stats(), self._model)

    def read(self, channel: str) -> Any:
        """Return a channel's present value. Raises KeyError."""
        return self._publisher.read(channel, self.stats(), self._model)

    @property
    def has_news(self) -> bool:
        """Whether a subscribed channel has changed by itself."""
        return self._publisher.has_news

    def close(self) -> None:
        """End the call threads."""
        self._calls.close()

    def _announce(
        self,
        by: int | None,
        request: Id,
        params: dict[str, Value] | None = None,
        action: str | None = None,
    ) -> None:
        change = State(
            id=request, running=self.running, sim_time=self._model.t, by=by, action=action
        )
        change.params = params or {}
        self._emit(change, None)

    def _build(self, params: Mapping[str, Value]) -> Model:
        own = self._room_params = defaults(self._room_parameters)
        own.update({k: v for k, v in params.items() if k in own})
        model = self._class(
            {k: v for k, v in params.items() if k not in own},
            cast(Precision, own.get("precision", "single")),
        )
        self.feed_state.renew(model)
        self._model = model
        model.hold(not self.running)
        self._seed_tracers()
        return model

    def _seed_tracers(self) -> None:
        if isinstance(self._model, FieldModel):
            self._model.set_tracers(int(self.params.get("tracers", 0)))
