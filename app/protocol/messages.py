"""Every text message of the web contract, as one tagged struct each.

A text message is a JSON object whose `type` names the struct. `id`, where a client gives one
(a number or a short string), comes back on the reply to that client only. Unknown fields are
ignored; anything else that does not fit is answered with `error`. Messages of the chat are
described in `app.protocol.chat`, those about idle rooms in `app.protocol.idle`.

Details:

- `hello.room` defaults to the room of the default model; `hello.model` is needed only to create
  a room under another name. `accept` lists the picture encodings the client can show.
- The answer to `set` and `do` is the `state` that everybody in the room gets; the sender's copy
  carries its `id`. `view`, `finger` and `ack` are answered only by an `error`.
- `channels`, `subscribe` and `unsubscribe` are all answered by `channels`: `names` are those the
  room has, `subscribed` those this client now gets.
- `role.key` is what an operator's HTTP requests carry: `Authorization: Bearer <key>`.
- `welcome.you.resume` brings a client back as the same visitor (`hello.resume`), also after the
  server was restarted, for as long as the program runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct

from app.protocol.base import MAX_NAME_CHARS as MAX_NAME_CHARS
from app.protocol.base import Id as Id
from app.protocol.base import Message as Message
from app.protocol.base import Word as Word
from app.protocol.chat import ChatEvent, ChatRequest
from app.protocol.console import Locked
from app.protocol.idle import Here, Idle

PROTOCOL = 1

ErrorCode = Literal[
    "bad_message",
    "unknown_type",
    "not_exposed",
    "out_of_range",
    "bad_value",
    "unknown_parameter",
    "unknown_room",
    "unknown_model",
    "forbidden",
    "too_fast",
    "too_late",
    "busy",
    "room_full",
    "failed",
]
Role = Literal["guest", "kiosk", "operator"]
Level = Literal["info", "warning", "trouble"]

Token = Annotated[str, Meta(max_length=512)] | None
Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]
Touch = Annotated[int, Meta(ge=0, le=255)]
Ids = list[int]
Scalar = bool | int | float | Annotated[str, Meta(max_length=256)]


# --- what a client sends -----------------------------------------------------------------


class Hello(Message, tag="hello"):
    """Must come first, within `HELLO_S` of the upgrade."""

    protocol: int
    room: Word | None = None
    model: Word | None = None
    name: Annotated[str, Meta(max_length=256)] | None = None
    token: Token = None
    """The kiosk's launch token, or the join code that guests on the LAN type or scan."""
    resume: Token = None
    accept: Annotated[tuple[Literal["jpeg", "raw"], ...], Meta(max_length=8)] = ("jpeg",)
    queue: bool = False
    """If the room is full: wait in the queue (see `queue`) rather than get `room_full`."""


class Login(Message, tag="login"):
    """Become operator."""

    pin: Annotated[str, Meta(max_length=64)]


class Set(Message, tag="set"):
    """Change parameters, given as physical values; all of them or none."""

    params: Annotated[dict[Word, Scalar], Meta(max_length=64)]


class Do(Message, tag="do"):
    """Do one of the room's actions (start, pause, step, reset, reset_tracers) or the model's."""

    action: Word
    args: Annotated[dict[Word, Any], Meta(max_length=16)] = msgspec.field(default_factory=dict)


class SelectView(Message, tag="view"):
    """Choose what this client's frames show."""

    name: Word


class Finger(Message, tag="finger"):
    """Put, move or (down = false) lift one finger; x and y are fractions of the box, y up."""

    touch: Touch
    x: Fraction
    y: Fraction
    down: bool = True


class Ack(Message, tag="ack"):
    """Acknowledge the newest frame received, and all before it."""

    seq: Annotated[int, Meta(ge=0, le=2**32 - 1)]


class Ping(Message, tag="ping"):
    """Measure a round trip: `t` comes back as it is; `rtt` (ms) is the last measurement."""

    t: float
    rtt: Annotated[float, Meta(ge=0.0)] | None = None


class Channels(Message, tag="channels"):
    """Ask which channels (live values) the room has."""


class Subscribe(Message, tag="subscribe"):
    """Get these channels' values, at once and on each change."""

    names: Annotated[list[Word], Meta(max_length=32)]


class Unsubscribe(Message, tag="unsubscribe"):
    """Stop getting these channels' values."""

    names: Annotated[list[Word], Meta(max_length=32)]


class Rpc(Message, tag="rpc"):
    """Get, set, call or delete what an object of the room exposes, by its dotted name.

    `target` is one of the names that `model.exposed` of `welcome` lists (`model.cooling`,
    `model.energy`, `notes.<any>`, `sample.a`); `args` and `kwargs` are a call's, and a `set`
    takes its value as the only one of `args`. Answered by `reply`, or by `error`: not_exposed,
    bad_value, out_of_range, forbidden, too_fast, busy, too_late (it could not start within 3 s
    and will not run), failed.
    """

    op: Literal["get", "set", "call", "delete"]
    target: Annotated[str, Meta(min_length=1, max_length=160)]
    args: Annotated[list[Any], Meta(max_length=16)] = msgspec.field(default_factory=list)
    kwargs: Annotated[dict[Word, Any], Meta(max_length=16)] = msgspec.field(default_factory=dict)


VisitorCommand = Set | Do | Finger | Rpc
"""What a room is asked to do between two steps."""

ClientMessage = (
    Hello
    | Login
    | Set
    | Do
    | SelectView
    | Finger
    | Ack
    | Ping
    | Channels
    | Subscribe
    | Unsubscribe
    | Rpc
    | Here
    | ChatRequest
)


# --- what a server sends -----------------------------------------------------------------


class Visitor(Struct, kw_only=True):
    """One person or program in a room. `colour` is #rrggbb."""

    id: int
    name: str
    colour: str
    role: Role = "guest"


class You(Visitor, kw_only=True):
    """The client's own visitor, and the token with which it comes back as the same one."""

    resume: str


class RoomState(Struct, kw_only=True):
    """The state of a room; `sim_time` in the model's unit of time."""

    running: bool
    params: dict[str, Scalar]
    sim_time: float


class Welcome(Message, tag="welcome"):
    """The answer to `hello`. `model` is as in `GET /api/models`."""

    you: You
    room: str
    model: Mapping[str, Any]
    state: RoomState
    visitors: list[Visitor]


class RoleGranted(Message, tag="role"):
    """The answer to `login`; `resume` replaces the token that `welcome` gave."""

    role: Role
    key: str
    resume: str


class State(Message, tag="state", omit_defaults=False, kw_only=True):
    """A change: `params` holds only what changed, `by` whose command it was (null: none's)."""

    running: bool
    sim_time: float
    params: dict[str, Scalar] = msgspec.field(default_factory=dict)
    by: int | None = None
    action: str | None = None


class Pong(Message, tag="pong"):
    """The answer to `ping`."""

    t: float


class ChannelNames(Message, tag="channels", omit_defaults=False, kw_only=True):
    """The room's channels, and those this client gets."""

    names: list[str]
    subscribed: list[str]


class ChannelValue(Message, tag="channel", omit_defaults=False, kw_only=True):
    """A live value, at once after `subscribe` and on each change."""

    name: str
    value: Any


class Reply(Message, tag="reply", omit_defaults=False, kw_only=True):
    """The answer to `rpc`: what a get or a call gives, what a set made of the value, or null."""

    value: Any


class Visitors(Message, tag="visitors", omit_defaults=False, kw_only=True):
    """Visitors joined or left: their ids, and the list of all who are here now."""

    joined: Ids
    left: Ids
    list: tuple[Visitor, ...]


class Notice(Message, tag="notice"):
    """A text for the visitor; `until` is a Unix time after which it is stale.

    One with a `topic` is shown until another of that topic comes; without text that only takes it
    away.
    """

    level: Level
    text: str
    until: float | None = None
    topic: str | None = None


class Queued(Message, tag="queue", omit_defaults=False, kw_only=True):
    """The room is full, and this client is the `place`th of `of` in the queue (1: the next).

    Sent to clients that set `queue` in `hello`, at once and whenever it changes; `welcome` follows
    when their turn comes. Until then they may send `ping`, `login` and `bye`; all else is answered
    by `forbidden`. Disconnecting leaves the queue. Kiosks and operators never wait.
    """

    place: int
    of: int


class Invitation(Message, tag="invitation", omit_defaults=False, kw_only=True):
    """How guests can join now, for kiosks and operators alone; after `welcome` and on each change.

    All fields are empty while there is no network.
    """

    url: str = ""
    """The address in `svg`: this room's page, with the code."""
    address: str = ""
    """What a person types, without http://."""
    name: str = ""
    """The same by its name on the network; empty if it has none."""
    code: str = ""
    svg: str = ""
    """The QR code, dark on transparent: an SVG element, one unit a module, with its quiet zone."""


class Error(Message, tag="error"):
    """What was wrong and what is allowed. The connection stays open."""

    code: ErrorCode
    message: str


ServerMessage = (
    Welcome
    | RoleGranted
    | State
    | Pong
    | ChannelNames
    | ChannelValue
    | Reply
    | Visitors
    | Notice
    | Queued
    | Invitation
    | Idle
    | Locked
    | Error
    | ChatEvent
)

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_encoder = msgspec.json.Encoder()
_known_types = ", ".join(str(kind.__struct_config__.tag) for kind in ClientMessage.__args__)


class MessageError(ValueError):
    """A text message outside the contract; `reply` is the answer to its sender."""

    def __init__(self, reply: Error) -> None:
        super().__init__(reply.message)
        self.reply = reply


def decode(data: bytes | str) -> ClientMessage:
    """The client message in `data`. Raises MessageError, ready to be answered."""
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise MessageError(_explain(data, fault)) from None


def encode(message: ServerMessage) -> bytes:
    """`message` as UTF-8 JSON."""
    return _encoder.encode(message)


class _Outline(Struct):
    type: Any = None
    id: Any = UNSET


def _explain(data: bytes | str, fault: Exception) -> Error:
    """Make an `error` more precise than the decoder's, with the `id` if one can be read."""
    try:
        outline = msgspec.json.decode(data, type=_Outline)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Error(code="bad_message", message=f"a JSON object is needed: {fault}"[:300])
    try:
        request: Id = msgspec.convert(outline.id, Id)
    except msgspec.ValidationError:
        request = UNSET
    if not isinstance(outline.type, str):
        text = f"a message needs a type, one of {_known_types}"
        return Error(id=request, code="bad_message", message=text)
    if "Invalid value" in str(fault) and str(fault).endswith("`$.type`"):
        text = f"no message type {outline.type[:40]!r}; there are {_known_types}"
        return Error(id=request, code="unknown_type", message=text)
    return Error(id=request, code="bad_message", message=f"{outline.type[:40]}: {fault}"[:300])
