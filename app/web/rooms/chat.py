"""The chat rooms of one web server: their members, recent lines and mutes.

All viewers of a web room are in the chat of that name; kept here are only those who have joined
from other web rooms.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Container, Mapping

import msgspec
from msgspec import UNSET

from app.protocol.chat import Closed, Lines, Muted, RoomNames, Said
from app.protocol.errors import ContractError
from app.protocol.messages import Id, Visitor, encode
from app.transport.limits import (
    LINES_PER_ROOM_BURST,
    LINES_PER_ROOM_PER_S,
    MAX_CHAT_ROOMS,
    MAX_JOINED_ROOMS,
    MAX_KEPT_LINES,
)
from app.transport.token_bucket import Bucket
from app.web.auth.permissions import OWN_ROOMS, only
from app.web.http.websocket import TEXT, framed
from app.web.rooms.chat_speakers import Speakers
from app.web.rooms.viewer import Viewer
from app.web.rooms.web_room import WebRoom
from models.texts import one_line

CONSOLE = Visitor(id=0, name="Operator", colour="#ffffff", role="operator")
"""The operator at the console, who is in no room."""


class ChatRoom:
    """The chat of one room."""

    def __init__(self) -> None:
        self.joined: set[Viewer] = set()
        """Viewers of other web rooms."""
        self.lines: deque[Said] = deque(maxlen=MAX_KEPT_LINES)
        self.muted = False
        self.pace = Bucket(LINES_PER_ROOM_PER_S, LINES_PER_ROOM_BURST)


class Chat:
    """All chat rooms. What is wrong with a request is raised as ContractError.

    Who may send which request, app.web.auth.permissions says.
    """

    def __init__(
        self, on: bool, web_rooms: Mapping[str, WebRoom], listed: Callable[[], Container[str]]
    ) -> None:
        """`web_rooms` by name, as they come and go; `listed`: models whose rooms all may join."""
        self.on = on
        self.speakers = Speakers()
        self._web_rooms = web_rooms
        self._listed = listed
        self._rooms: dict[str, ChatRoom] = {}

    # --- in and out -----------------------------------------------------------------------

    def join(self, viewer: Viewer, web_room: WebRoom, room: str) -> Lines:
        """Add `viewer`, who is in `web_room`, to `room`; return its recent lines."""
        self._need_on()
        joined = self._joined(viewer)
        if room != web_room.name and room not in joined:
            if not self._is_open(room):
                self._check_new(viewer, room)
            if len(joined) >= MAX_JOINED_ROOMS:
                raise ContractError("busy", f"{MAX_JOINED_ROOMS} further rooms at most; leave one")
            self._room(room).joined.add(viewer)
        kept = self._rooms.get(room)
        return Lines(room=room, lines=tuple(kept.lines) if kept else ())

    def leave(self, viewer: Viewer, web_room: WebRoom, room: str) -> None:
        """Remove `viewer` from `room`, if they are in it."""
        self._need_on()
        if room == web_room.name:
            raise ContractError("forbidden", f"you are in {room!r} itself; send bye to leave it")
        if room in self._rooms:
            self._rooms[room].joined.discard(viewer)
            self.end_if_empty(room)

    def forget(self, viewer: Viewer) -> None:
        """Remove a viewer whose connection ended."""
        for room in self._joined(viewer):
            self._rooms[room].joined.discard(viewer)
            self.end_if_empty(room)

    def end_if_empty(self, room: str) -> None:
        """Drop a chat room, with its mute, if it has neither a web room nor visitors."""
        if room in self._rooms and room not in self._web_rooms and not self._rooms[room].joined:
            del self._rooms[room]

    def rooms(self, viewer: Viewer, web_room: WebRoom, request: Id = UNSET) -> RoomNames:
        """Return the chat rooms of `viewer`."""
        self._need_on()
        names = [web_room.name, *self._joined(viewer)]
        return RoomNames(
            id=request,
            names=names,
            muted=[name for name in names if self.is_muted(name)],
            you_muted=self.speakers.is_muted(viewer.visitor.id),
        )

    # --- speaking -------------------------------------------------------------------------

    def say(
        self, viewer: Viewer, web_room: WebRoom, room: str, text: str, request: Id = UNSET
    ) -> None:
        """Send a visitor's line to all in `room`."""
        self._need_on()
        if viewer not in self._members(room):
            raise ContractError("forbidden", f"you are not in room {room!r}; join it first")
        speaker, pace = self.speakers.get(viewer.visitor.id), self._room(room).pace
        if speaker.muted:
            raise ContractError("forbidden", "the operator has muted you")
        if self.is_muted(room) and viewer.role != "operator":
            raise ContractError("forbidden", f"the operator has muted room {room!r}")
        wait = max(speaker.pace.wait_s(1), pace.wait_s(1))
        if wait > 0:
            raise ContractError("too_fast", f"please wait {wait:.1f} s before the next line")
        said = self._line(viewer.visitor, room, text, request)
        speaker.pace.spend(1)
        pace.spend(1)
        where = self._web_rooms.get(room)
        if where is not None:
            where.link.say(said)
        else:
            self.deliver(said)

    def broadcast(self, viewer: Viewer | None, text: str, request: Id = UNSET) -> None:
        """Send an operator's line to everybody, also where chat is off."""
        self._send(self._line(_who(viewer), None, text, request), self._everybody())

    def deliver(self, said: Said) -> None:
        """Send a line to everybody in its room, from here or from an exhibit that shares it.

        In a room that is muted here, lines from other exhibits are dropped: which of their visitors
        are operators is not known.
        """
        if said.room is None or not self.on or self.speakers.is_muted(said.by):
            return
        if self.is_muted(said.room) and not self._is_here(said.by):
            return
        self.speakers.get(said.by)  # so that those of other exhibits can be muted
        self._room(said.room).lines.append(msgspec.structs.replace(said, id=UNSET))
        self._send(said, self._members(said.room))

    # --- the operator's, who has no viewer at the console ---------------------------------

    def mute_visitor(
        self, viewer: Viewer | None, visitor: int, muted: bool, request: Id = UNSET
    ) -> None:
        """Forbid `visitor` to write, or allow it again."""
        self._need_on()
        audience = self._companions(visitor)
        if not audience and visitor not in self.speakers:
            raise ContractError("bad_value", f"no visitor {visitor} is here, or has said anything")
        self.speakers.get(visitor).muted = muted
        by = _who(viewer).id
        on_broadcast = Muted(id=request, muted=muted, visitor=visitor, room=None, by=by)
        self._send(on_broadcast, audience, viewer)

    def mute_room(self, viewer: Viewer | None, room: str, muted: bool, request: Id = UNSET) -> None:
        """Allow only operators to write in `room`, or everybody again."""
        self._need_on()
        self._need_running(room)
        self._room(room).muted = muted
        by = _who(viewer).id
        on_broadcast = Muted(id=request, muted=muted, visitor=None, room=room, by=by)
        self._send(on_broadcast, self._members(room), viewer)

    def close(self, viewer: Viewer | None, room: str, request: Id = UNSET) -> None:
        """Send everybody out of chat room `room`; the room registry ends its web room."""
        self._need_running(room)
        audience = self._members(room)
        self._rooms.pop(room, None)
        on_broadcast = Closed(id=request, room=room, by=_who(viewer).id)
        self._send(on_broadcast, audience, viewer)

    # --- what is known --------------------------------------------------------------------

    def is_muted(self, room: str) -> bool:
        """Whether only operators may write there."""
        return room in self._rooms and self._rooms[room].muted

    def _need_on(self) -> None:
        if not self.on:
            raise ContractError("forbidden", "chat is off in this exhibit")

    def _need_running(self, room: str) -> None:
        running = {**self._web_rooms, **self._rooms}
        if room not in running:
            names = ", ".join(running) or "none"
            raise ContractError("unknown_room", f"nobody is in room {room!r}; there are {names}")

    def _is_open(self, room: str) -> bool:
        return room in self._rooms or room in self._web_rooms or room in self._listed()

    def _check_new(self, viewer: Viewer, room: str) -> None:
        """Check that `viewer` may open a chat room of that name."""
        if viewer.role not in OWN_ROOMS:
            raise ContractError("forbidden", f"opening a room of one's own is {only(OWN_ROOMS)}")
        if one_line(room) != room:
            raise ContractError("bad_value", "a room's name is one line of visible characters")
        if len(self._rooms) >= MAX_CHAT_ROOMS:
            raise ContractError("busy", f"{MAX_CHAT_ROOMS} chat rooms are open already")

    def _joined(self, viewer: Viewer) -> list[str]:
        return [name for name, room in self._rooms.items() if viewer in room.joined]

    def _members(self, room: str) -> set[Viewer]:
        """Return everybody in a chat room, viewers of its web room or of others."""
        here = set(self._rooms[room].joined) if room in self._rooms else set()
        if room in self._web_rooms:
            here.update(self._web_rooms[room].viewers.values())
        return {viewer for viewer in here if viewer.welcomed}

    def _is_here(self, visitor: int) -> bool:
        return any(viewer.visitor.id == visitor for viewer in self._everybody())

    def _everybody(self) -> set[Viewer]:
        return set[Viewer]().union(*(self._members(name) for name in self._web_rooms))

    def _companions(self, visitor: int) -> set[Viewer]:
        """Return all in the chat rooms of a visitor, including themselves."""
        rooms = [self._members(name) for name in {**self._web_rooms, **self._rooms}]
        shared = [members for members in rooms if any(v.visitor.id == visitor for v in members)]
        return set[Viewer]().union(*shared)

    def _room(self, name: str) -> ChatRoom:
        return self._rooms.setdefault(name, ChatRoom())

    def _line(self, who: Visitor, room: str | None, text: str, request: Id) -> Said:
        clean = one_line(text)
        if not clean:
            raise ContractError("bad_value", "there is nothing to read in that")
        speaker = self.speakers.get(who.id)
        speaker.count += 1
        return Said(
            id=request, room=room, by=who.id, name=who.name, colour=who.colour, text=clean,
            count=speaker.count, at=time.time(),
        )  # fmt: skip

    def _send(
        self, message: Said | Muted | Closed, audience: set[Viewer], asker: Viewer | None = None
    ) -> None:
        """Send to `audience` and `asker`; only the copy of the sender carries its `id`."""
        data = framed(TEXT, encode(msgspec.structs.replace(message, id=UNSET)))
        for viewer in audience if asker is None else {*audience, asker}:
            if viewer.visitor.id == message.by and message.id is not UNSET:
                viewer.send(message)
            else:
                viewer.send_text(data)


def _who(viewer: Viewer | None) -> Visitor:
    return CONSOLE if viewer is None else viewer.visitor
