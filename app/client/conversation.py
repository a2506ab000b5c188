"""The state of a client's room and its open requests, shared by program and link threads.

The link (app.client.web, app.client.compute) calls `on_message`, `on_frame`, `lost` and `end`; all
other methods are for the program, whose threads wait here and never touch a socket.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from concurrent.futures import Future
from typing import Protocol

from app.client.errors import RoomError
from app.client.handlers import Handlers
from app.protocol import frames
from app.protocol.chat import Echo, Said, Say
from app.protocol.compute import FromServer
from app.protocol.messages import (
    Channels,
    ChannelValue,
    Do,
    Error,
    Finger,
    Notice,
    RoomState,
    Rpc,
    SelectView,
    Set,
    State,
    Subscribe,
    Unsubscribe,
    Visitor,
    Visitors,
    Welcome,
)
from app.rooms.snapshot import OnSnapshot

log = logging.getLogger(__name__)

PASSING = ("busy", "room_full", "too_fast")
"""Refusals that may be over at the next try, for somebody who was here before."""
MAX_LINES = 20
CLOSED = "the room was closed here"

Fault = ConnectionError | RoomError
ClientRequest = (
    Set | Do | Finger | SelectView | Channels | Subscribe | Unsubscribe | Echo | Say | Rpc
)
"""What both kinds of server understand, once we are in a room."""


class Link(Protocol):
    """The way to a room; everything happens on the thread of its loop."""

    def send(self, message: ClientRequest) -> bool:
        """Send, if the room is there."""

    def poll(self) -> None:
        """Ping, and see whether the room is still there; called every LOOK_S."""

    def ask_snapshot(self, answer: OnSnapshot) -> None:
        """Call `answer`, on any thread, with a snapshot of the room or why there is none."""

    def close(self) -> None:
        """Say goodbye."""


class Conversation:
    """The room as last reported by the server."""

    def __init__(self, address: str) -> None:
        """`address` is for what people read."""
        self.handlers = Handlers()
        self.welcome: Welcome | None = None
        """The last one."""
        self.here = False
        """Is the room within reach, and are we in it?"""
        self._news = threading.Condition()
        self._fault: Fault | None = None
        self._trouble = f"{address} has not welcomed us in time; starting a model may take longer"
        self._state = RoomState(running=False, params={}, sim_time=0.0)
        self._visitors: list[Visitor] = []
        self._lines: deque[Said] = deque(maxlen=MAX_LINES)
        self._view: str | None = None
        self._frame: frames.WireFrame | None = None
        self._seq = 0
        self._numbers = itertools.count(1)
        self._asked: dict[int, Future[FromServer]] = {}

    # --- called by the link ---------------------------------------------------------------

    def on_message(self, message: FromServer, link: Link) -> None:
        """Handle a message from the room."""
        with self._news:
            number = message.id if isinstance(message.id, int) else 0
            asked = self._asked.pop(number, None)
            match message:
                case Welcome():
                    self._enter(message, link)
                case Error():
                    self._refused(message, asked)
                    asked = None
                case State():
                    params = {**self._state.params, **message.params}
                    self._state = RoomState(
                        running=message.running, params=params, sim_time=message.sim_time
                    )
                case Visitors():
                    self._visitors = list(message.list)
                case ChannelValue():
                    self.handlers.offer(message.name, message.value)
                case Said():
                    self._lines.append(message)
                case Notice():
                    log.info("notice from the room: %s", message.text)
            if asked is not None:
                asked.set_result(message)
            self._news.notify_all()

    def on_frame(self, data: bytes) -> None:
        """Keep the newest frame. Raises FrameError."""
        frame = frames.unpack(data)
        with self._news:
            self._seq = frame.seq
            # What was under way when the view was changed is not what the program wants.
            if self.view_names()[frame.view : frame.view + 1] == [self._view]:
                self._frame = frame
                self._news.notify_all()

    def lost(self, why: str) -> None:
        """Note that the room is out of reach; the link keeps trying to reach it."""
        with self._news:
            if self.welcome is None:
                self._end(ConnectionError(why))
            elif self.here:
                log.warning("%s; trying again", why)
            self._trouble = f"{why}; trying again"
            self._leave(ConnectionError(f"{why}; it is not known whether this was done"))

    def end(self, fault: Fault) -> None:
        """End the conversation: every waiting thread gets `fault`."""
        with self._news:
            self._end(fault)

    @property
    def over(self) -> bool:
        """Whether the conversation has ended."""
        return self._fault is not None

    @property
    def newest_seq(self) -> int:
        """The number of the newest frame that came, 0 before the first."""
        return self._seq

    def _enter(self, welcome: Welcome, link: Link) -> None:
        self.welcome = welcome
        self.here = True
        self._state = welcome.state
        self._visitors = welcome.visitors
        names = self.view_names()
        if self._view not in names:
            self._view = names[0] if names else None
        elif self._view != names[0]:
            link.send(SelectView(name=self._view))
        for name in self.handlers.names():  # one by one: an unknown one must not take all along
            link.send(Subscribe(names=[name]))

    def _refused(self, error: Error, asked: Future[FromServer] | None) -> None:
        if asked is not None:
            asked.set_exception(RoomError.of(error))
        elif self.here:
            log.warning("the room refuses: %s", error.message)
        elif self.welcome is None or error.code not in PASSING:
            self._end(RoomError.of(error))
        else:
            self._trouble = error.message

    def _end(self, fault: Fault) -> None:
        if self._fault is None:
            self._fault = fault
        self._leave(fault)
        self.handlers.close()

    def _leave(self, fault: Fault) -> None:
        self.here = False
        self._frame = None
        asked, self._asked = self._asked, {}
        for future in asked.values():
            future.set_exception(fault)
        self._news.notify_all()

    # --- called by the program -----------------------------------------------------------

    def wait_here(self, timeout_s: float) -> Welcome:
        """Wait until we are in the room. Raises what ended it, or ConnectionError."""
        with self._news:
            self._news.wait_for(lambda: self.here or self.over, timeout_s)
            return self._require_here()

    def new_request(self) -> tuple[int, Future[FromServer]]:
        """A number for a request, and where its reply will be."""
        with self._news:
            self._require_here()
            number = next(self._numbers)
            self._asked[number] = Future()
            return number, self._asked[number]

    def forget(self, number: int) -> None:
        """Drop a request whose reply is not needed any more."""
        with self._news:
            self._asked.pop(number, None)

    def unsent(self, number: int) -> None:
        """Fail a request that could not be sent."""
        with self._news:
            asked = self._asked.pop(number, None)
            if asked is not None:
                asked.set_exception(ConnectionError(f"{self._trouble}; this was not done"))

    def wait_frame(
        self, timeout_s: float, but: frames.WireFrame | None = None
    ) -> frames.WireFrame | None:
        """The newest frame, as soon as it is another than `but`; None if none comes in time.

        Raises what `wait_here` does, and ValueError for a model that has no picture.
        """

        def is_due() -> bool:
            return not self.here or (self._frame is not None and self._frame is not but)

        with self._news:
            model = self.wait_here(timeout_s).model
            if not model["views"]:
                raise ValueError(f"{model['name']} has no picture, only channels")
            self._news.wait_for(is_due, timeout_s)
            self._require_here()
            return None if self._frame is but else self._frame

    def choose_view(self, name: str) -> None:
        """Let no other frames through than those of `name`. Raises RoomError."""
        with self._news:
            names = self.view_names()
            if name not in names:
                known = ", ".join(names) or "none"
                raise RoomError("bad_value", f"no view {name!r}; there are {known}")
            if name != self._view:
                self._view, self._frame = name, None

    def view_names(self) -> list[str]:
        """The views that the room's model has."""
        return [view["name"] for view in self._require_welcome().model["views"]]

    def state(self) -> RoomState:
        """As last heard of; the time is that of the newest frame, if one came since."""
        with self._news:
            self._require_welcome()
            frame = self._frame
            sim_time = self._state.sim_time if frame is None else frame.time
            return RoomState(
                running=self._state.running, params=dict(self._state.params), sim_time=sim_time
            )

    def visitors(self) -> list[Visitor]:
        """Return the visitors in the room."""
        with self._news:
            return list(self._visitors)

    def lines(self) -> list[Said]:
        """Return the recent lines."""
        with self._news:
            return list(self._lines)

    def _require_welcome(self) -> Welcome:
        assert self.welcome is not None, "a Room is made with its welcome"
        return self.welcome

    def _require_here(self) -> Welcome:
        if self._fault is not None:
            # Each waiting thread gets a traceback of its own.
            raise _copy(self._fault)
        if not self.here:
            raise ConnectionError(self._trouble)
        return self._require_welcome()


def _copy(fault: Fault) -> Fault:
    if isinstance(fault, RoomError):
        return RoomError(fault.code, fault.args[0])
    return ConnectionError(*fault.args)
