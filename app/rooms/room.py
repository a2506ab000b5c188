"""The truth of a room: its model, parameters, visitors and fingers.

A room is driven from one thread (or process) by its engine and knows no sockets: wishes come in
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
from app.rooms.feed_state import Following
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
"""Have something called with the room, in its thread, soon; from any thread."""


class Room:
    """One model and everybody who stirs it."""

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
        self.following = Following()
        self._is_users = models.is_users(model_name)
        self._stopped = ""
        """Why a user's model does not run any more, for whoever comes later."""
        self._began = time.monotonic()
        self._fingers = fingers.RoomFingers()
        self._composer = Composer()
        self._frame_rate, self._step_rate, self._tool_rate = Rate(), Rate(), Rate()
        self._chunk_sizer = ChunkSizer()
        self.changed = True
        self._model = self._build(params)

    def successor(self, emit: Emit, post: Post) -> Room:
        """A fresh room for the same visitors, after this one's thread died or hung in it."""
        recovery = self._recovery.heir()
        calls = self._calls.limits
        heir = Room(self.name, self._model_name, self._class, recovery.safe, emit, post, calls)
        heir.running = self.running
        heir._model.hold(not heir.running)
        heir._presence.follow(self._presence)
        heir.notes.follow(self.notes)
        heir._recovery = recovery
        heir._fingers.follow(self._fingers)
        heir._began = self._began
        heir._composer.follow(self._composer)
        heir.following = self.following
        heir.following.renew(heir._model)
        heir._tell_restart("its thread stopped")
        return heir

    # --- wishes ---------------------------------------------------------------------------

    def enter(self, visitor: Visitor, request: Id) -> None:
        """Somebody comes, or comes back: he gets `welcome`, the others `visitors`."""
        # Fingers of a connection that he lost must not go on stirring.
        self._fingers.forget(self._model, visitor.id)
        self._presence.welcome(visitor, request, self.name, self._about, self.state())
        if self._stopped:
            self._emit(Notice(level="trouble", text=self._stopped), visitor.id)
        self.changed = True

    def promote(self, visitor: Visitor) -> None:
        """A visitor here has got another role."""
        self._presence.promote(visitor)

    def leave(self, visitor: int) -> None:
        """Somebody went, and his fingers with him."""
        self._fingers.forget(self._model, visitor)
        self.changed |= self._presence.leave(visitor)

    def handle(self, visitor: int, message: Command, deadline: CallDeadline | None = None) -> None:
        """Do what a visitor wishes, or tell him why not; nothing is left half done.

        `deadline` is an Rpc's right to start; without one it starts now.
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
            # Whoever asked gets an answer, whatever becomes of the model.
            if not faults.answered(self._emit, visitor, message, fault, self._is_users):
                raise
        self.changed = True

    def change(self, by: int | None, params: Mapping[str, object], request: Id = UNSET) -> None:
        """Set parameters, all or none, and tell everybody. Raises ParameterError."""
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
        """As at a first start, running, for whoever comes next; announced as nobody's command."""
        first = parameters.first(self._class, self._recovery.first)
        # What is so already is not set: some changes build the model again.
        news = {name: value for name, value in first.items() if self.params[name] != value}
        if news:
            self.change(None, news)
        self.act(None, "reset", {})
        self.act(None, "start", {})

    def act(self, by: int | None, action: str, args: dict[str, Any], request: Id = UNSET) -> None:
        """Do an action and tell everybody. Raises ActionError, ParameterError."""
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
                self._look_after()
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

    def advance(self, hear: Callable[[], None]) -> None:
        """One frame's steps, in chunks of about CHUNK_S between which `hear` lets wishes in."""
        left = self.steps_per_frame
        while left > 0 and self.running:
            chunk = self._chunk_sizer.chunk(left)
            self._advance_chunk(chunk)
            left -= chunk
            hear()
        self.changed = True
        self._recovery.carried(self.params)
        self._look_after()

    def _look_after(self) -> None:
        """Undo what went wrong in the model before anybody sees it, and tell why."""
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
        """How many steps make a frame; 1 for a model without a grid."""
        return int(self._room_params.get("steps", 1))

    def fail(self, fault: Exception) -> None:
        """The model raised: a user's is paused and shown to the operator, ours starts anew."""
        if not self._is_users:
            self.recover(f"{type(fault).__name__}: {fault}"[:200])
            return
        self.running = False
        self._stopped = f"{STOPPED} {faults.where(fault)}"
        self._emit(Notice(level="trouble", text=self._stopped), None)
        trace = faults.trace(fault)
        self._presence.tell_operators(Notice(level="trouble", text=trace))
        self._announce(None, UNSET)

    def recover(self, why: str) -> None:
        """The model failed: build it anew with the last parameters that carried it a while."""
        log.warning("room %s: model restarted: %s", self.name, why)
        self._fingers.end_drags(self._model)
        self._model = self._build(self._recovery.restart())
        self._tell_restart(why)

    def _tell_restart(self, why: str) -> None:
        self._emit(Notice(level="trouble", text=f"The model was restarted: {why}"), None)
        self._announce(None, UNSET, params=self.params)

    def count_past(self, seq: int) -> None:
        """Viewers have seen frames up to `seq`, from another machine: number on from there."""
        self._composer.count_past(seq)

    # --- what comes out -------------------------------------------------------------------

    @property
    def visitors(self) -> tuple[Visitor, ...]:
        """Everybody here."""
        return self._presence.present()

    @property
    def model(self) -> Model:
        """For questions between two steps, in the room's own thread."""
        return self._model

    @property
    def params(self) -> dict[str, Value]:
        """Every parameter's value in force."""
        return {**self._model.params, **self._room_params}

    def state(self) -> RoomState:
        """What a late joiner needs to know."""
        return RoomState(running=self.running, params=self.params, sim_time=self._model.t)

    def report(self) -> dict[str, Any]:
        """The state as `GET /api/rooms/<room>/state` shows it."""
        marks = [mark._asdict() for mark in self.finger_marks()]
        return {**structs.asdict(self.state()), "fingers": marks}

    def finger_marks(self) -> list[frames.FingerMark]:
        """Every finger that is down or fades, as frames show it."""
        return fingers.marks(self._model)

    def stats(self) -> RoomStats:
        """How fast it runs."""
        return RoomStats(
            fps=round(self._frame_rate.per_s(), 1),
            steps_per_s=round(self._step_rate.per_s(), 1),
            sim_time=self._model.t,
            restarts=self._recovery.restarts,
            heartbeat=int((time.monotonic() - self._began) / HEARTBEAT_S),
        )

    def compose(self, keys: Iterable[FrameKey]) -> dict[FrameKey, bytes]:
        """One frame in each of the forms that viewers want; none for a model without a grid."""
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
        """A channel's present value. Raises KeyError."""
        return self._publisher.read(channel, self.stats(), self._model)

    @property
    def has_news(self) -> bool:
        """Has a channel that is heard changed by itself?"""
        return self._publisher.has_news

    def close(self) -> None:
        """Nobody calls any more."""
        self._calls.close()

    def _announce(
        self,
        by: int | None,
        request: Id,
        params: dict[str, Value] | None = None,
        action: str | None = None,
    ) -> None:
        told = State(id=request, running=self.running, sim_time=self._model.t, by=by, action=action)
        told.params = params or {}
        self._emit(told, None)

    def _build(self, params: Mapping[str, Value]) -> Model:
        own = self._room_params = defaults(self._room_parameters)
        own.update({k: v for k, v in params.items() if k in own})
        model = self._class(
            {k: v for k, v in params.items() if k not in own},
            cast(Precision, own.get("precision", "single")),
        )
        self.following.renew(model)
        self._model = model
        model.hold(not self.running)
        self._seed_tracers()
        return model

    def _seed_tracers(self) -> None:
        if isinstance(self._model, FieldModel):
            self._model.set_tracers(int(self.params.get("tracers", 0)))
