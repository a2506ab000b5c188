"""A room as the web server has it: its viewers, and the way to where it is computed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from app.engines.base import Engine, RoomLink
from app.protocol.chat import Said
from app.protocol.commands import Command
from app.protocol.console import Locked
from app.protocol.frames import FrameKey
from app.protocol.messages import (
    ChannelNames,
    ChannelValue,
    Id,
    RoomState,
    ServerMessage,
    State,
    Visitor,
    Welcome,
    encode,
)
from app.protocol.stats import RoomStats
from app.web.auth.tokens import Identity
from app.web.http.websocket import TEXT, framed
from app.web.rooms.admission_queue import AdmissionQueue
from app.web.rooms.idle_monitor import IdleMonitor, IdlePolicy
from app.web.rooms.viewer import Viewer, framed_picture
from models.contract import PictureUse

log = logging.getLogger(__name__)


class WebRoom:
    """Passes commands on to the room, and messages and frames to the viewers they are for.

    Nothing runs until `open`: an engine gets a whole audience.
    """

    link: RoomLink
    """The way to the room; there from `open` on."""

    def __init__(
        self,
        name: str,
        model: str,
        about: dict[str, Any],
        engine: Engine,
        identity: Identity,
        on_said: Callable[[Said], None],
        capacity: int,
        greeted: Callable[[Viewer, WebRoom], None],
        idle_policy: IdlePolicy | None = None,
        state: RoomState | None = None,
    ) -> None:
        """`about` is the model's entry of `GET /api/models`; `on_said` gets visitors' lines;
        with an `idle_policy` the room is reset when it is idle.

        `capacity`: how many guests there may be; `greeted` hears who was welcomed; `state`: how
        the room begins, if it is new.
        """
        self.name = name
        self.model = model
        self.locked = False
        """May only operators use the controls?"""
        self.truth = state
        """What is known of the room."""
        self.viewers: dict[int, Viewer] = {}
        self.admission = AdmissionQueue(self.viewers, self.enter, capacity)
        self.stats = RoomStats()
        self.empty_since = time.monotonic()
        self.idle_monitor: IdleMonitor | None = None
        self._idle_policy = idle_policy
        self._identity = identity
        self._engine = engine
        self._on_said = on_said
        self._greeted = greeted
        self._values: dict[str, bytes] = {}
        self._newest: dict[FrameKey, tuple[int, bytes]] = {}
        self._first_view: bytes | None = None
        self._wanted: frozenset[FrameKey] = frozenset()
        self._set_model(about)

    def open(self) -> None:
        """Have the room run, as far as it is known. Raises KeyError: unknown model."""
        self.link = self._engine.open(self.name, self.model, self, state=self.truth)
        if self._idle_policy is not None:
            self.idle_monitor = IdleMonitor(self, self._idle_policy, alone=self._engine.near)

    @property
    def pictures(self) -> list[PictureUse]:
        """What a visitor's picture may become here."""
        return list(self._about.get("pictures", ()))

    # --- viewers --------------------------------------------------------------------------

    def enter(self, viewer: Viewer, request: Id) -> None:
        """Add a viewer; an older connection of the same visitor is closed."""
        older = self.viewers.pop(viewer.visitor.id, None)
        if older is not None:
            older.close(1000, "you are here from elsewhere now")
        viewer.view = next(iter(self._smooth), "")
        self.viewers[viewer.visitor.id] = viewer
        self.link.enter(viewer.visitor, request)
        self._update_keys()

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer whose connection ended, unless a newer one has replaced it."""
        if self.viewers.get(viewer.visitor.id) is not viewer:
            return
        del self.viewers[viewer.visitor.id]
        self.link.leave(viewer.visitor.id)
        self.empty_since = time.monotonic()
        self._update_keys()
        self._update_channels()

    def look_at(self, viewer: Viewer, view: str) -> str | None:
        """Show `view` to `viewer`; return what is wrong with it, if anything."""
        if view not in self._smooth:
            return f"no view {view!r}; there are {', '.join(self._smooth) or 'none'}"
        viewer.view = view
        self._update_keys()
        return None

    def subscribe(self, viewer: Viewer, names: list[str], request: Id) -> str | None:
        """Subscribe `viewer` to channels; return what is wrong with `names`, if anything."""
        known = self._about["channels"]
        for name in names:
            if name not in known:
                return f"no channel {name!r}; there are {', '.join(known)}"
        viewer.subscribed.update(names)
        self.list_channels(viewer, request)
        for name in names:
            if name in self._values:
                viewer.send_value(name, self._values[name])
        self._update_channels()
        return None

    def unsubscribe(self, viewer: Viewer, names: list[str], request: Id) -> None:
        """End subscriptions of `viewer`; names without one are ignored."""
        viewer.subscribed.difference_update(names)
        self.list_channels(viewer, request)
        self._update_channels()

    def list_channels(self, viewer: Viewer, request: Id) -> None:
        """Send `viewer` the room's channels and those they get."""
        names = list(self._about["channels"])
        subscribed = [name for name in names if name in viewer.subscribed]
        viewer.send(ChannelNames(id=request, names=names, subscribed=subscribed))

    def _update_channels(self) -> None:
        on_command = frozenset[str]().union(*(v.subscribed for v in self.viewers.values()))
        self._values = {name: value for name, value in self._values.items() if name in on_command}
        self.link.listen(on_command)

    def _update_keys(self) -> None:
        keys = {viewer: self._key(viewer) for viewer in self.viewers.values() if viewer.view}
        wanted = frozenset(keys.values())
        self._newest = {key: frame for key, frame in self._newest.items() if key in wanted}
        for viewer, key in keys.items():
            if viewer.welcomed and key in self._newest:
                viewer.show(*self._newest[key])
        if wanted != self._wanted:
            self._wanted = wanted
            self.link.want(wanted)

    def _key(self, viewer: Viewer) -> FrameKey:
        return viewer.key(self._smooth.get(viewer.view, True))

    # --- what comes back (see engines.base.Listener) --------------------------------------

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        """A message for one visitor or all."""
        match message:
            case Welcome():
                self.truth = message.state
                self._welcome(message)
            case Said():
                self._on_said(message)
            case ChannelValue():
                data = framed(TEXT, encode(message))
                self._values[message.name] = data
                for viewer in self.viewers.values():
                    if message.name in viewer.subscribed:
                        viewer.send_value(message.name, data)
            case _ if to is not None:
                if to in self.viewers:
                    self.viewers[to].send(message)
            case _:
                if isinstance(message, State):
                    self._learn(message)
                if self.idle_monitor is not None:
                    self.idle_monitor.on_broadcast(message)
                self._tell_all(message)

    def _learn(self, change: State) -> None:
        params = {**(self.truth.params if self.truth else {}), **change.params}
        self.truth = RoomState(running=change.running, params=params, sim_time=change.sim_time)

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        """The newest frame for those who look at it in this form."""
        if key not in self._wanted:
            return
        picture = framed_picture(frame)
        self._newest[key] = picture
        if key.view == next(iter(self._smooth)):
            self._first_view = frame
        changed = False
        for viewer in self.viewers.values():
            if viewer.welcomed and self._key(viewer) == key:
                viewer.show(*picture)
                changed |= viewer.flow.review()
        if changed:
            self._update_keys()

    def lock(self, locked: bool) -> None:
        """Let only operators use the controls, or all again."""
        self.locked = locked
        self._tell_all(Locked(locked=locked))

    def restart(self) -> None:
        """Restart the model with first values; all viewers are welcomed again."""
        self.link.close()
        newest = max((seq for seq, _ in self._newest.values()), default=0)
        self._newest.clear()
        self._values.clear()
        self.link = self._engine.open(self.name, self.model, self)
        self.link.count_past(newest)
        self.link.want(self._wanted)
        for viewer in self.viewers.values():
            viewer.welcomed = False
            self.link.enter(viewer.visitor, msgspec.UNSET)
        self._update_channels()

    # --- who is here (see idle_monitor.Watched) -------------------------------------------

    def kiosk(self) -> int | None:
        """The visitor at the screen, once welcomed."""
        for number, viewer in self.viewers.items():
            if viewer.role == "kiosk" and viewer.welcomed:
                return number
        return None

    def has(self, visitor: int) -> bool:
        """Whether this visitor is connected to this server."""
        return visitor in self.viewers

    def command(self, visitor: int, message: Command) -> None:
        """Pass a visitor's command on to where the room is computed."""
        self.link.send(visitor, message)

    @property
    def has_grid(self) -> bool:
        """Is there a field?"""
        return bool(self._about["grid"])

    def on_stats(self, stats: RoomStats) -> None:
        """How the room runs."""
        self.stats = stats

    def newest_picture(self) -> bytes | None:
        """The newest frame of the first view, or None."""
        return self._first_view

    def ask_state(self, answer: Callable[[dict[str, Any]], None]) -> None:
        """Call `answer` with the room's state."""
        self.link.ask_state(answer)

    def close(self, code: int = 1001, reason: str = "the exhibit ends") -> None:
        """End the room and close its connections with the reason."""
        for viewer in self.viewers.values():
            viewer.close(code, reason)
        self.viewers.clear()
        self.admission.close(code, reason)
        if self.idle_monitor is not None:
            self.idle_monitor.end()
        self.link.close()

    def _set_model(self, about: Mapping[str, Any]) -> None:
        """The model is what `about` says; on another machine it may be another than here."""
        self._about = about
        self._smooth = {view["name"]: bool(view["smooth"]) for view in about["views"]}
        for viewer in self.viewers.values():
            if viewer.view not in self._smooth:
                viewer.view = next(iter(self._smooth), "")

    def _welcome(self, message: Welcome) -> None:
        viewer = self.viewers.get(message.you.id)
        if viewer is None:
            return
        if message.model != self._about:
            self._set_model(message.model)
            self._update_keys()
        you = message.you
        viewer.visitor = Visitor(id=you.id, name=you.name, colour=you.colour, role=you.role)
        you.resume = self._identity.resume_token(viewer.visitor)
        viewer.welcomed = True
        viewer.send(message)
        if self.locked:
            viewer.send(Locked(locked=True))
        self._greeted(viewer, self)
        if self.idle_monitor is not None:
            self.idle_monitor.greet(you.id)
        key = self._key(viewer)
        if key in self._newest:
            viewer.show(*self._newest[key])

    def _tell_all(self, message: ServerMessage) -> None:
        """Send to everybody; only the sender's copy carries the request's id."""
        request, message.id = message.id, msgspec.UNSET
        data = framed(TEXT, encode(message))
        sender = getattr(message, "by", None)
        for number, viewer in self.viewers.items():
            if not viewer.welcomed:
                continue
            if number == sender and request is not msgspec.UNSET:
                message.id = request
                viewer.send(message)
            else:
                viewer.send_text(data)
