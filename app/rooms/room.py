"""The truth of a room: its model, parameters, visitors and fingers.

A room is driven from one thread (or process) by its engine and knows no sockets: wishes come in
through `enter`, `leave` and `handle`, messages go out through `emit`, frames through `compose`.
"""

from __future__ import annotations

import itertools
import logging
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, cast

from msgspec import UNSET

import models
from app.protocol import frames
from app.protocol.messages import (
    ChannelValue,
    Do,
    Error,
    Finger,
    Id,
    Notice,
    RoomState,
    ServerMessage,
    Set,
    State,
    Visitor,
    Visitors,
    Welcome,
    You,
)
from app.rooms import parameters
from app.rooms.description import ROOM_ACTIONS, ROOM_CHANNELS, describe
from app.rooms.encoder import FrameKey, Overlay, encode
from app.rooms.figures import Figures, Rate
from app.rooms.visitors import settle
from models.contract import ActionError, FieldModel, FingerLimitError, Model, Picture
from models.parameters import ParameterError, Value, check_all, defaults

log = logging.getLogger(__name__)

MAX_FINGERS_PER_VISITOR = 10
MAX_FINGERS_PER_ROOM = 40
CHUNK_S = 0.010
"""Wishes are heard at least this often, however slow a step is (but never within one)."""
SAFE_AFTER_FRAMES = 60
"""Parameters that carried this many frames are what a restart goes back to."""

MAX_TRACE_CHARS = 4000

Emit = Callable[[ServerMessage, int | None], None]
"""Send a message to one visitor, or (None) to all."""


class Room:
    """One model and everybody who stirs it."""

    def __init__(
        self,
        name: str,
        model_name: str,
        model: type[Model],
        params: Mapping[str, Value],
        emit: Emit,
    ) -> None:
        """`params` are those of the model and the room's own that differ from the defaults."""
        self.name = name
        self.running = True
        self.visitors: dict[int, Visitor] = {}
        self._class = model
        self._model_name = model_name
        self._about = describe(model_name, model)
        self._emit = emit
        own = {parameter.name for parameter in model.parameters}
        self._room_parameters = tuple(p for p in parameters.declared(model) if p.name not in own)
        self._first_params = dict(params)
        self._safe_params = dict(params)
        self._room_params: dict[str, Value] = {}
        self._restarts = 0
        self._fingers: dict[tuple[int, int], tuple[float, float]] = {}
        self._ended_drags: set[tuple[int, int]] = set()
        self._seq = itertools.count(1)
        self._frame_rate, self._step_rate = Rate(), Rate()
        self._step_s = CHUNK_S
        self._frames_since_change = 0
        self._published: dict[str, Any] = {}
        self.changed = True
        self._model = self._build(params)

    def successor(self, emit: Emit) -> Room:
        """A fresh room for the same visitors, after this one's thread died or hung in it."""
        params = dict(self._safe_params)
        heir = Room(self.name, self._model_name, self._class, params, emit)
        heir.running = self.running
        heir.visitors = dict(self.visitors)
        heir._first_params = dict(self._first_params)
        heir._ended_drags = self._ended_drags | set(self._fingers)
        heir._restarts = self._restarts + 1
        heir._seq = itertools.count(next(self._seq) + 1)
        heir._tell_restart("its thread stopped")
        return heir

    # --- wishes ---------------------------------------------------------------------------

    def enter(self, visitor: Visitor, request: Id) -> None:
        """Somebody comes, or comes back: he gets `welcome`, the others `visitors`."""
        # Fingers of a connection that he lost must not go on stirring.
        self._forget_fingers(visitor.id)
        others = [v for v in self.visitors.values() if v.id != visitor.id]
        settled = settle(visitor, others)
        self.visitors[settled.id] = settled
        you = You(
            id=settled.id, name=settled.name, colour=settled.colour, role=settled.role, resume=""
        )
        present = list(self.visitors.values())
        self._emit(
            Welcome(
                id=request, you=you, room=self.name, model=self._about, state=self.state(),
                visitors=present,
            ),
            settled.id,
        )  # fmt: skip
        self._emit(Visitors(joined=[settled.id], left=[], list=tuple(present)), None)
        self.changed = True

    def promote(self, visitor: Visitor) -> None:
        """A visitor here has got another role, which everybody may see."""
        if visitor.id in self.visitors:
            self.visitors[visitor.id] = visitor
            present = tuple(self.visitors.values())
            self._emit(Visitors(joined=[], left=[], list=present), None)

    def leave(self, visitor: int) -> None:
        """Somebody went, and his fingers with him."""
        if self.visitors.pop(visitor, None) is None:
            return
        self._forget_fingers(visitor)
        present = tuple(self.visitors.values())
        self._emit(Visitors(joined=[], left=[visitor], list=present), None)
        self.changed = True

    def handle(self, visitor: int, message: Set | Do | Finger) -> None:
        """Do what a visitor wishes, or tell him why not; nothing is left half done."""
        if visitor not in self.visitors:
            return
        try:
            match message:
                case Set():
                    self._set(visitor, message)
                case Do():
                    self._do(visitor, message)
                case Finger():
                    self._finger(visitor, message)
        except ParameterError as fault:
            self._emit(Error(id=message.id, code=fault.code, message=str(fault)), visitor)
        except FingerLimitError as fault:
            self._emit(Error(id=message.id, code="busy", message=str(fault)), visitor)
        except ActionError as fault:
            self._emit(Error(id=message.id, code="bad_value", message=str(fault)), visitor)
        self.changed = True

    def _set(self, visitor: int, message: Set) -> None:
        room_names = {parameter.name for parameter in self._room_parameters}
        declared = (*self._class.parameters, *self._room_parameters)
        checked = check_all(declared, message.params)
        for_room = {name: value for name, value in checked.items() if name in room_names}
        for_model = {name: value for name, value in checked.items() if name not in room_names}
        if for_model:
            self._model.set(for_model)
        self._room_params.update(for_room)
        if "tracers" in for_room:
            self._seed_tracers()
        self._frames_since_change = 0
        self._announce(visitor, message.id, params=checked)

    def _do(self, visitor: int, message: Do) -> None:
        match message.action:
            case "start":
                self.running = True
            case "pause":
                self.running = False
            case "step":
                self.running = False
                self._advance_chunk(1)
            case "reset":
                self._end_drags()
                self._model.reset()
                self._seed_tracers()
            case "reset_tracers":
                self._seed_tracers()
            case own if own in self._class.actions:
                self._model.act(own, message.args)
            case unknown:
                known = ", ".join((*ROOM_ACTIONS, *self._class.actions))
                raise ActionError(f"no action {unknown!r}; there are {known}")
        self._announce(visitor, message.id, action=message.action)

    def _finger(self, visitor: int, message: Finger) -> None:
        key = (visitor, message.touch)
        if not isinstance(self._model, FieldModel):
            raise ActionError("this exhibit has no fluid to touch")
        if not message.down:
            self._ended_drags.discard(key)
            self._lift(key)
            return
        if key in self._ended_drags:
            return
        if key not in self._fingers:
            mine = sum(1 for owner, _ in self._fingers if owner == visitor)
            if mine >= MAX_FINGERS_PER_VISITOR or len(self._fingers) >= MAX_FINGERS_PER_ROOM:
                raise FingerLimitError(
                    f"at most {MAX_FINGERS_PER_VISITOR} fingers a visitor and "
                    f"{MAX_FINGERS_PER_ROOM} in a room"
                )
        self._model.touch(key, message.x, message.y)
        self._fingers[key] = (message.x, message.y)

    def _lift(self, key: tuple[int, int]) -> None:
        if self._fingers.pop(key, None) is not None and isinstance(self._model, FieldModel):
            self._model.lift(key)

    def _forget_fingers(self, visitor: int) -> None:
        for key in [key for key in self._fingers if key[0] == visitor]:
            self._lift(key)
        self._ended_drags = {key for key in self._ended_drags if key[0] != visitor}

    def _end_drags(self) -> None:
        """A finger that is still down when its fluid is replaced must be lifted first."""
        self._ended_drags.update(self._fingers)
        for key in list(self._fingers):
            self._lift(key)

    # --- time -----------------------------------------------------------------------------

    def advance(self, hear: Callable[[], None]) -> None:
        """One frame's steps, in chunks of about CHUNK_S between which `hear` lets wishes in."""
        left = self.steps_per_frame
        while left > 0 and self.running:
            chunk = max(1, min(left, int(CHUNK_S / self._step_s)))
            self._advance_chunk(chunk)
            left -= chunk
            hear()
        self.changed = True
        self._frames_since_change += 1
        if self._frames_since_change == SAFE_AFTER_FRAMES:
            self._safe_params = self.params

    def _advance_chunk(self, steps: int) -> None:
        began = time.perf_counter()
        self._model.step(steps)
        # The slowest of late: a hiccup makes the next chunk small, never large.
        taken = (time.perf_counter() - began) / steps
        self._step_s = max(taken, 0.9 * self._step_s, 1e-6)
        self._step_rate.add(steps)

    @property
    def steps_per_frame(self) -> int:
        """How many steps make a frame; 1 for a model without a grid."""
        return int(self._room_params.get("steps", 1))

    def fail(self, fault: Exception) -> None:
        """The model raised: a user's is paused and shown to the operator, ours starts anew."""
        if not models.is_users(self._model_name):
            self.recover(f"{type(fault).__name__}: {fault}"[:200])
            return
        self.running = False
        text = "The model has stopped, because of a mistake in its code."
        self._emit(Notice(level="trouble", text=text), None)
        trace = "".join(traceback.format_exception(fault))[-MAX_TRACE_CHARS:]
        for visitor in self.visitors.values():
            if visitor.role == "operator":
                self._emit(Notice(level="trouble", text=trace), visitor.id)
        self._announce(None, UNSET)

    def recover(self, why: str) -> None:
        """The model failed: build it anew with the last parameters that carried it a while."""
        self._restarts += 1
        log.warning("room %s: model restarted: %s", self.name, why)
        self._end_drags()
        self._model = self._build(self._safe_params if self._restarts % 2 else self._first_params)
        self._tell_restart(why)

    def _tell_restart(self, why: str) -> None:
        self._emit(Notice(level="trouble", text=f"The model was restarted: {why}"), None)
        self._announce(None, UNSET, params=self.params)

    # --- what comes out -------------------------------------------------------------------

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
        state = self.state()
        return {
            "running": state.running,
            "params": state.params,
            "fingers": marks,
            "sim_time": state.sim_time,
        }

    def finger_marks(self) -> list[frames.FingerMark]:
        """Every finger that is down or fades, as frames show it."""
        if not isinstance(self._model, FieldModel):
            return []
        marks = []
        for state in self._model.fingers():
            visitor, touch = cast(tuple[int, int], state.key)
            marks.append(
                frames.FingerMark(visitor, touch, state.down, state.pointer, state.potential)
            )
        return marks

    def figures(self) -> Figures:
        """How fast it runs."""
        return Figures(
            fps=round(self._frame_rate.per_s(), 1),
            steps_per_s=round(self._step_rate.per_s(), 1),
            sim_time=self._model.t,
            restarts=self._restarts,
        )

    def compose(self, keys: Iterable[FrameKey]) -> dict[FrameKey, bytes]:
        """One frame in each of the forms that viewers want; none for a model without a grid."""
        model = self._model
        self.changed = False
        if not isinstance(model, FieldModel):
            return {}
        views = [view.name for view in model.views]
        pictures: dict[str, Picture] = {}
        overlay = Overlay(self.finger_marks(), model.tracers(), [])
        seq = next(self._seq) & 0xFFFFFFFF
        composed = {}
        for key in keys:
            if key.view not in views:
                continue
            if key.view not in pictures:
                pictures[key.view] = model.picture(key.view)
            composed[key] = encode(
                key, views.index(key.view), pictures[key.view], overlay, seq, model.t
            )
        self._frame_rate.add()
        return composed

    def publish(self, names: Collection[str]) -> None:
        """Emit the values of `names` that changed since they were last published."""
        figures = self.figures()
        for name in names:
            if name in ROOM_CHANNELS:
                value: Any = getattr(figures, name)
            elif name in self._class.channels:
                value = self._model.channel(name)
            else:
                continue
            if name not in self._published or self._published[name] != value:
                self._published[name] = value
                self._emit(ChannelValue(name=name, value=value), None)
        for name in self._published.keys() - set(names):
            del self._published[name]

    def _announce(
        self,
        by: int | None,
        request: Id,
        params: dict[str, Value] | None = None,
        action: str | None = None,
    ) -> None:
        self._emit(
            State(
                id=request, running=self.running, sim_time=self._model.t, params=params or {},
                by=by, action=action,
            ),
            None,
        )  # fmt: skip

    def _build(self, params: Mapping[str, Value]) -> Model:
        room_names = {parameter.name for parameter in self._room_parameters}
        self._room_params = defaults(self._room_parameters)
        self._room_params.update({k: v for k, v in params.items() if k in room_names})
        model = self._class({k: v for k, v in params.items() if k not in room_names})
        self._model = model
        self._seed_tracers()
        return model

    def _seed_tracers(self) -> None:
        if isinstance(self._model, FieldModel):
            self._model.set_tracers(int(self._room_params["tracers"]))
