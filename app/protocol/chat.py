"""Chat: what visitors write to each other, and the rooms in which they do; see `messages`.

A chat room is known by its name. All viewers of the web room of that name are in it; `join` adds a
visitor to further ones: those of listed models, those that run, and those that have members.
Operators and kiosks may open others by joining them, and such a room ends when its last member
leaves. Chat can be off (`--chat`): then all of these messages but `echo`, `bye` and `broadcast`
are answered by `forbidden`.

- `join`, `leave` and `rooms` are answered by `rooms`; `join` is followed by `lines`, what was
  written there recently. Joining one's own web room changes nothing; it is a way to ask.
- A `say` is answered by the `said` that everybody in the room gets; the sender's copy carries its
  `id`. Only members of a room may write there. A room on a compute server is one chat room for all
  exhibits that share it; each keeps its own lines and mutes.
- `broadcast`, `close_room` and `mute` are the operator's. A `broadcast` is `said` with no room, to
  everybody on this exhibit. `closed` announces a closed room: its chat ends, and if a web room of
  that name runs, its viewers are disconnected (1000) and its computation ends here; it may be
  opened again.
- `muted` is sent to everybody concerned: for a visitor, all in their rooms; for a room, all in it.
  A room's mute ends with the room. The operator may write in a muted room. Lines from visitors of
  other exhibits are muted on this exhibit alone.
- `bye` is answered by `bye` and the close frame (1000). The connection lasts until the client's
  close frame has come: then it has received both.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from app.protocol.base import MAX_NAME_CHARS, Message, Word

MAX_TEXT_CHARS = 280

ChatText = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_CHARS)]
VisitorId = Annotated[int, Meta(ge=0, le=2**32 - 1)]


# --- what a client sends -----------------------------------------------------------------


class Echo(Message, tag="echo"):
    """`data`, any JSON, comes back as it is."""

    data: Any


class Say(Message, tag="say"):
    """Write to all in `room`; by default the sender's web room."""

    text: ChatText
    room: Word | None = None


class Broadcast(Message, tag="broadcast"):
    """Write to everybody in every room."""

    text: ChatText


class JoinRoom(Message, tag="join"):
    """Join a further chat room."""

    room: Word


class LeaveRoom(Message, tag="leave"):
    """Leave a chat room."""

    room: Word


class ListRooms(Message, tag="rooms"):
    """Ask which chat rooms the sender is in."""


class CloseRoom(Message, tag="close_room"):
    """End a room and send everybody out of it."""

    room: Word


class Mute(Message, tag="mute"):
    """Forbid `visitor` to write anywhere, or else everybody in `room`; or allow it again."""

    muted: bool = True
    visitor: VisitorId | None = None
    room: Word | None = None


class Bye(Message, tag="bye"):
    """Ask for the connection to be closed."""


# --- what a server sends -----------------------------------------------------------------


class Echoed(Message, tag="echoed"):
    """The answer to `echo`."""

    data: Any


class Said(Message, tag="said", rename={"by": "from"}, omit_defaults=False, kw_only=True):
    """A line. `count`: its number among this visitor's; `at`: Unix time; no room: to all."""

    room: Word | None
    by: VisitorId
    name: Annotated[str, Meta(max_length=MAX_NAME_CHARS)]
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")]
    text: ChatText
    count: int
    at: float


class RoomNames(Message, tag="rooms", omit_defaults=False, kw_only=True):
    """The client's chat rooms, its web room's first; which are muted; whether the client is."""

    names: list[str]
    muted: list[str]
    you_muted: bool


class Lines(Message, tag="lines", omit_defaults=False, kw_only=True):
    """The recent lines of a room, the oldest first."""

    room: str
    lines: tuple[Said, ...]


class Closed(Message, tag="closed", omit_defaults=False, kw_only=True):
    """A room was closed; `by`: the operator."""

    room: str
    by: int


class Muted(Message, tag="muted", omit_defaults=False, kw_only=True):
    """A visitor, or else a whole room, may no longer write, or may again."""

    muted: bool
    visitor: int | None
    room: str | None
    by: int


class Farewell(Message, tag="bye"):
    """The answer to `bye`."""


ChatRequest = Echo | Say | Broadcast | JoinRoom | LeaveRoom | ListRooms | CloseRoom | Mute | Bye
ChatEvent = Echoed | Said | RoomNames | Lines | Closed | Muted | Farewell
