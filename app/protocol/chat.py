"""Talk: what visitors write to each other, and the rooms in which they do; see `messages`.

A talk room is known by its name. Whoever is on the stage of that name is in it, always; `join`
lets a visitor into further ones: those of listed models, those that run, and those in which
somebody is. Operator and kiosk may begin others by joining them, and such a room ends with the
last who leaves it. Talk can be off (`--talk`): then all of these messages but `echo`, `bye` and
`broadcast` are answered by `forbidden`.

- `join`, `leave` and `rooms` are answered by `rooms`; `join` is followed by `lines`, what was
  said there of late. To join one's stage changes nothing, and is a way to ask.
- A `say` is answered by the `said` that everybody in the room gets; the sender's copy carries his
  `id`. Only who is in a room may speak there. A stage's room on a compute
  server is one room for all exhibits that share it; each keeps its own lines and mutes.
- `broadcast`, `close_room` and `mute` are the operator's. A `broadcast` is `said` with no room, to
  everybody on this exhibit. A closed room is told by `closed`: its talk ends, and if it has a
  stage, whoever is on it is disconnected (1000) and the room's computation ends here; it may be
  opened anew.
- `muted` is told to those in question: for a visitor, all in his rooms; for a room, all in it. A
  room's mute ends with the room. The operator may speak in a muted room. What visitors of other
  exhibits say is muted on this exhibit alone.
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
    """To all in `room`; by default the stage's."""

    text: ChatText
    room: Word | None = None


class Broadcast(Message, tag="broadcast"):
    """To everybody in every room."""

    text: ChatText


class JoinRoom(Message, tag="join"):
    """Be in a further room's talk."""

    room: Word


class LeaveRoom(Message, tag="leave"):
    """No longer be in it."""

    room: Word


class ListRooms(Message, tag="rooms"):
    """In which rooms do I talk?"""


class CloseRoom(Message, tag="close_room"):
    """Send everybody out of it."""

    room: Word


class Mute(Message, tag="mute"):
    """Forbid `visitor` to write, wherever he is, or else everybody in `room`; or allow it again."""

    muted: bool = True
    visitor: VisitorId | None = None
    room: Word | None = None


class Bye(Message, tag="bye"):
    """Let me go."""


# --- what a server sends -----------------------------------------------------------------


class Echoed(Message, tag="echoed"):
    """The answer to `echo`."""

    data: Any


class Said(Message, tag="said", rename={"by": "from"}, omit_defaults=False, kw_only=True):
    """A line. `count`: how many it makes of this visitor; `at`: Unix time; no room: to all."""

    room: Word | None
    by: VisitorId
    name: Annotated[str, Meta(max_length=MAX_NAME_CHARS)]
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")]
    text: ChatText
    count: int
    at: float


class RoomNames(Message, tag="rooms", omit_defaults=False, kw_only=True):
    """The rooms in which this client talks, the stage's first; which of them are muted; is he?"""

    names: list[str]
    muted: list[str]
    you_muted: bool


class Lines(Message, tag="lines", omit_defaults=False, kw_only=True):
    """What was said in a room of late, the oldest first."""

    room: str
    lines: tuple[Said, ...]


class Closed(Message, tag="closed", omit_defaults=False, kw_only=True):
    """A room was closed, by whom."""

    room: str
    by: int


class Muted(Message, tag="muted", omit_defaults=False, kw_only=True):
    """Somebody, or else a whole room, may no longer write, or may again."""

    muted: bool
    visitor: int | None
    room: str | None
    by: int


class Farewell(Message, tag="bye"):
    """The answer to `bye`."""


FromTalker = Echo | Say | Broadcast | JoinRoom | LeaveRoom | ListRooms | CloseRoom | Mute | Bye
ToTalker = Echoed | Said | RoomNames | Lines | Closed | Muted | Farewell
