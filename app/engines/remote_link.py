"""One room on a compute server, as the web server has it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import UNSET

from app.engines.base import FeedAnswer, Listener, RoomLink
from app.engines.local import LocalEngine
from app.engines.remote_downloads import Downloads
from app.engines.remote_feeds import RemoteFeeds
from app.engines.remote_last_known import begun_anew, same, visitor_of, welcome
from app.engines.remote_pending import PendingCalls
from app.engines.remote_questions import Questions
from app.engines.status_texts import HERE, NOT_YET, SERVER, Words
from app.protocol import frames
from app.protocol.chat import Said
from app.protocol.commands import Command
from app.protocol.compute import (
    Address,
    Chunk,
    Close,
    Enter,
    Fed,
    FrameMessage,
    FromClient,
    FromServer,
    Greeting,
    Leave,
    Listen,
    Open,
    Promote,
    Report,
    SnapshotPart,
    StatsMessage,
    UnknownPeer,
    WantFrames,
)
from app.protocol.frames import FrameKey
from app.protocol.messages import (
    Error,
    Finger,
    Id,
    Notice,
    RoomState,
    ServerMessage,
    State,
    Visitor,
    Visitors,
    Welcome,
)
from app.protocol.stats import RoomStats
from app.rooms import snapshot
from app.rooms.visitors import settle

NO_ROOM = ("unknown_model", "busy")
"""Why a server does not open a room."""


class Sender(Protocol):
    """What takes messages to the room."""

    def send(self, message: FromClient, address: Address) -> bool:
        """Send, if there is somebody who takes it now."""


class RemoteLink:
    """The way to a room elsewhere, and what is known of it; see RoomLink.

    While the server is away, visitors are kept: they are welcomed to the room as it was last
    known, and enter the real one when it is back. `stand_in` is a room here in its place.
    """

    def __init__(
        self,
        line: Sender,
        room: str,
        model: str,
        about: Mapping[str, Any],
        listener: Listener,
        params: Mapping[str, Any],
        state: RoomState | None,
        words: Words = SERVER,
    ) -> None:
        """`about` is the catalogue's entry of the model; a new room gets `params` and `state`."""
        self.closed = False
        self.model = model
        self._line = line
        self._words = words
        self.room = room
        self._about = about
        self._listener = listener
        self._params = dict(params)
        self._state = state
        self._seq = 0
        self._visitors: dict[int, Visitor] = {}
        self._requests: dict[int, Id] = {}
        """Of those who wait for their welcome."""
        self._keys: frozenset[FrameKey] = frozenset()
        self._names: frozenset[str] = frozenset()
        self._stand_in: RoomLink | None = None
        self._here = False
        """Is the room open on the server?"""
        self._trouble = ""
        self._numbers = itertools.count(1)
        self._questions = Questions(self._send, self._numbers)
        self._downloads = Downloads(self._send, self._numbers)
        self._under_way = PendingCalls()
        self._posts = RemoteFeeds(self._send, self._numbers)

    # --- the server comes and goes --------------------------------------------------------

    def move(self, line: Sender, first: Mapping[str, Any], why: str) -> None:
        """Go on, by `line`, in a new room with what was set here to other than `first`."""
        self._lose(why)
        self._line = line
        self._open(None if self._state is None else begun_anew(self._state, first))

    def resume(self) -> None:
        """Open the room on a server that knows nothing of it yet."""
        self._open(self._state)

    def _open(self, state: RoomState | None) -> None:
        self._end_stand_in()
        self._here = True
        again = Open(model=self.model, params=self._params, state=state, seq=self._seq)
        again.fed = self._posts.newest
        self._send(again)
        for visitor in self._visitors.values():
            request = self._requests.get(visitor.id, UNSET)
            self._send(Enter(who=visitor, id=request), visitor.id)
        self._send(WantFrames(keys=list(self._keys)))
        self._send(Listen(names=list(self._names)))
        self._questions.resume()
        self._downloads.resume()
        self._announce_return()

    def suspend(self, trouble: str, fallback: LocalEngine | None) -> None:
        """The server is away: say so, and let `fallback` have the room meanwhile."""
        self._lose(trouble)
        can = fallback is not None and self.model in fallback.catalogue()
        self._trouble = f"{trouble} {HERE if can else self._words.trying}"
        self._tell_all(self._notice())
        if fallback is not None and can and self._stand_in is None:
            self.run_in(fallback)
        elif not can:
            self._welcome_those_who_wait()

    def forget_state(self) -> None:
        """Let the room begin with first values when it is opened again."""
        self._state = None

    def give_up(self, why: str) -> None:
        """The room is not to be had there; whoever waits for it is let in and told so."""
        self._lose(why)
        self._trouble = why
        self._tell_all(self._notice())
        self._welcome_those_who_wait()

    def run_for_good_in(self, engine: LocalEngine) -> None:
        """Let the room run in `engine` for good."""
        self.run_in(engine)
        self._announce_return()

    def run_in(self, engine: LocalEngine) -> None:
        """Let the room run in `engine`."""
        self._end_stand_in()
        inner = engine.open(self.room, self.model, self, self._params, self._state)
        inner.count_past(self._seq)
        if self._posts.newest:
            inner.feed(self._posts.newest, lambda _answer: None)
        self._stand_in = inner
        for visitor in self._visitors.values():
            inner.enter(visitor, self._requests.get(visitor.id, UNSET))
        inner.want(self._keys)
        inner.listen(self._names)

    def _announce_return(self) -> None:
        if self._trouble:
            self._trouble = ""
            self._tell_all(Notice(level="info", text=self._words.back))

    def _tell_all(self, notice: Notice) -> None:
        if self._visitors:
            self._listener.on_message(notice, None)

    def _welcome_those_who_wait(self) -> None:
        for number in list(self._requests):
            self._welcome_alone(self._visitors[number])

    def _lose(self, why: str) -> None:
        """No answer will come any more."""
        self._here = False
        self._downloads.fail(why)
        self._posts.fail(why)
        for error, visitor in self._under_way.fail_all():
            self._listener.on_message(error, visitor)

    def _end_stand_in(self) -> None:
        if self._stand_in is not None:
            self._stand_in.close()
            self._stand_in = None

    # --- commands (see engines.base.RoomLink) ---------------------------------------------

    def enter(self, visitor: Visitor, request: Id) -> None:
        """Add a visitor."""
        self._visitors[visitor.id] = visitor
        self._requests[visitor.id] = request
        if self._stand_in is not None:
            self._stand_in.enter(visitor, request)
        elif self._here:
            self._send(Enter(who=visitor, id=request), visitor.id)
        elif self._trouble:
            self._welcome_alone(visitor)

    def promote(self, visitor: Visitor) -> None:
        """Change a visitor's role."""
        self._visitors[visitor.id] = visitor
        if self._stand_in is not None:
            self._stand_in.promote(visitor)
        else:
            self._send(Promote(who=visitor), visitor.id)

    def leave(self, visitor: int) -> None:
        """Remove a visitor."""
        self._visitors.pop(visitor, None)
        self._requests.pop(visitor, None)
        self._under_way.forget(visitor)
        if self._stand_in is not None:
            self._stand_in.leave(visitor)
        else:
            self._send(Leave(), visitor)

    def send(self, visitor: int, message: Command) -> None:
        """Send a visitor's command."""
        if self._stand_in is not None:
            self._stand_in.send(visitor, message)
        elif self._send(message, visitor):
            self._under_way.sent(visitor, message)
        elif not isinstance(message, Finger):
            text = self._trouble or NOT_YET
            self._listener.on_message(Error(id=message.id, code="busy", message=text), visitor)

    def say(self, said: Said) -> None:
        """A line for all; while the server is away, for those here."""
        if self._stand_in is not None or not self._send(said):
            self._listener.on_message(said, None)

    def want(self, keys: frozenset[FrameKey]) -> None:
        """The forms in which frames are wanted."""
        self._keys = keys
        if self._stand_in is not None:
            self._stand_in.want(keys)
        else:
            self._send(WantFrames(keys=list(keys)))

    def listen(self, names: frozenset[str]) -> None:
        """The channels that somebody listens to."""
        self._names = names
        if self._stand_in is not None:
            self._stand_in.listen(names)
        else:
            self._send(Listen(names=list(names)))

    def ask_state(self, answer: Callable[[dict[str, Any]], None]) -> None:
        """Call `answer` with the room's state, once the server tells it."""
        if self._stand_in is not None:
            self._stand_in.ask_state(answer)
        else:
            self._questions.ask(answer)

    def ask_snapshot(self, parts: Sequence[SnapshotPart], answer: snapshot.OnSnapshot) -> None:
        """Call `answer` with `parts` of one instant, or with why there is none."""
        if self._stand_in is not None:
            self._stand_in.ask_snapshot(parts, answer)
            return
        starting = not (self._here or self._trouble)
        ask = self._downloads.postpone if starting else self._downloads.begin
        if not ask(parts, answer):
            answer(snapshot.SnapshotError(self._trouble or NOT_YET))

    def count_past(self, seq: int) -> None:
        """Number frames past `seq`."""
        self._seq = max(self._seq, seq)
        if self._stand_in is not None:
            self._stand_in.count_past(seq)
        else:
            self._send(Open(model=self.model, seq=self._seq))

    def feed(self, state: Mapping[str, Any], answer: FeedAnswer) -> None:
        """Feed `state`; it is sent again after a failure of the server."""
        self._posts.send(state, answer, self._stand_in, self._trouble or NOT_YET)

    def close(self) -> None:
        """Leave the room; it goes on there if others are in it."""
        self.closed = True
        self._downloads.fail("the room is closed")
        self._end_stand_in()
        self._send(Close())

    def _send(self, message: FromClient, visitor: int | None = None) -> bool:
        return self._here and self._line.send(message, Address(self.room, visitor))

    # --- what comes back ------------------------------------------------------------------

    def on_wire(self, message: FromServer, address: Address, frame: bytes) -> None:
        """From the server."""
        match message:
            case FrameMessage():
                for key in message.keys:
                    self.on_frame(key, frame)
            case StatsMessage():
                self.on_stats(message.stats)
            case Report():
                self._questions.answered(message)
            case Chunk():
                self._downloads.on_chunk(message, frame)
            case Error(code="unknown_room") if not self._here:
                pass  # what was sent behind an `open` that was refused
            case Error() if address.visitor is None and self._downloads.refused(message):
                pass
            case Fed() | Error() if address.visitor is None and self._posts.answered(message):
                pass
            case Error() if address.visitor is None:
                text = f"The compute server refuses: {message.message}"
                if message.code in NO_ROOM:
                    self.give_up(text)
                else:
                    self._tell_all(Notice(level="trouble", text=text))
            case Greeting() | UnknownPeer() | Fed():
                pass
            case _:
                self.on_message(message, address.visitor)

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        """A message for one visitor or all."""
        self._under_way.on_reply(message, to)
        match message:
            case Welcome():
                self._on_welcome(message)
                return
            case State() if self._state is not None:
                self._state.params.update(message.params)
                self._state.running = message.running
                self._state.sim_time = message.sim_time
        self._listener.on_message(message, to)

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        """A frame, as it came."""
        if frame.startswith(frames.MAGIC):
            self._seq = frames.sequence_number(frame)
            self._listener.on_frame(key, frame)

    def on_stats(self, stats: RoomStats) -> None:
        """How the room runs."""
        self._listener.on_stats(stats)

    def _on_welcome(self, message: Welcome) -> None:
        you, known = message.you, same(message.model, self._about)
        if you.id not in self._visitors:
            return
        self._visitors[you.id] = visitor_of(you)
        self._state = msgspec.structs.replace(message.state, params=dict(message.state.params))
        self._about = message.model
        comes = you.id in self._requests
        if comes or not known:
            self._requests.pop(you.id, None)
            self._listener.on_message(message, you.id)
            if comes and self._trouble:  # a stand-in welcomes
                self._listener.on_message(self._notice(), you.id)
            return
        # The visitor was here all the time: they get a change of state and no second welcome.
        now = State(
            running=message.state.running,
            sim_time=message.state.sim_time,
            params=message.state.params,
        )
        self._listener.on_message(now, you.id)

    def _welcome_alone(self, visitor: Visitor) -> None:
        """Welcome a visitor to the room as it was last known."""
        others = [v for v in self._visitors.values() if v.id != visitor.id]
        settled = settle(visitor, others)
        self._visitors[visitor.id] = settled
        request = self._requests.pop(visitor.id, UNSET)
        present = list(self._visitors.values())
        alone = welcome(settled, request, self.room, self._about, self._state, present)
        self._listener.on_message(alone, visitor.id)
        everybody = Visitors(joined=[visitor.id], left=[], list=tuple(present))
        self._listener.on_message(everybody, None)
        self._listener.on_message(self._notice(), visitor.id)

    def _notice(self) -> Notice:
        return Notice(level="trouble", text=self._trouble)
