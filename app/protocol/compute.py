"""The bytes between a compute server and whoever drives it, version 1.

One TCP port, one ROUTER socket. Our own client is a DEALER; ZeroMQ parts:

    greeting    "", "VT1"  is answered by  "", JSON of `Greeting`
                "", "VT1 deflate"  by the same, packed by zlib: a slow link has it ten times sooner
    afterwards  "VT1", JSON [, bytes]      in both directions; the bytes of `frame` and `chunk`

The greeting looks like a request of super_hydro's protocol, whose server answers it with
"Unknown Message": so a client learns to whom it talks. A compute server also serves super_hydro's
own clients (app.compute.legacy): theirs are all other messages with an empty first part.

The JSON is that of the web contract (app.protocol.messages) and of the structs here, with two
fields more: `room`, and `visitor`, whom a message is from or for. A peer with one visitor need
not name either. A web server brings its visitors with `enter`; a program on its own says `hello`
as in the web contract and gets `welcome`. Of the web contract's messages `hello`, `set`, `do`,
`finger`, `rpc`, `view`, `subscribe`, `unsubscribe`, `channels` and `ping` are understood; and
`said`, a line from one of the peer's visitors, which goes to all peers in the room.

`picture` and `rest` (app.protocol.commands) are what a web server makes of a visitor's upload, and
of a room in which nobody does anything.
A program that only posts states needs no visitor: `feed` may be all that it ever says.

A frame goes out against a credit, always the newest: `credit` gives `n` more, and names the number
of the newest frame that came (`frame.number`, counted for each link). At most 3 frames are under
way, whatever the credit, and a link gets at most 5 Mbit/s: quality is lowered first, then the
rate, so `keys` may name better forms than the frame has; its header tells the truth.

A peer that says nothing for SILENT_S is gone, with its visitors; who is greeted by `stranger` has
to greet and to open its rooms anew. Messages that cannot be delivered end the link.
"""

from __future__ import annotations

import zlib
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from app.protocol.chat import Echo, Said
from app.protocol.commands import LoadPicture, ResetRoom
from app.protocol.frames import FrameKey
from app.protocol.messages import (
    Channels,
    Do,
    Finger,
    Hello,
    Message,
    Ping,
    RoomState,
    Rpc,
    Scalar,
    SelectView,
    ServerMessage,
    Set,
    Subscribe,
    Unsubscribe,
    Visitor,
    Word,
)
from app.protocol.stats import RoomStats

TAG = b"VT1"
DEFLATE = b"VT1 deflate"
PING_S = 1.0
SILENT_S = 3.0
MAX_REQUEST_BYTES = 64 * 1024
MAX_ANSWER_BYTES = 16 * 1024 * 1024
CREDITS = 3
"""What a client gives at first; afterwards one for each frame that came."""
MAX_CREDITS = 16
MAX_KEYS = 64
CHUNK_BYTES = 64 * 1024
"""A tenth of a second on the slowest link that is good enough for frames."""
KEPT_S = 10.0
"""A snapshot of which nothing was asked for so long is forgotten."""
UNKNOWN = b"Unknown Message"
"""What super_hydro's server says to our greeting, and what it does not understand."""

Number = Annotated[int, Meta(ge=0, le=2**32 - 1)]
SnapshotPart = Literal["psi", "density", "t", "params", "tracers", "shape"]
"""What a snapshot may hold; see app.rooms.snapshot."""
WHOLE: tuple[SnapshotPart, ...] = ("psi", "density", "t", "params")
"""What is given to whoever wants the data."""
Posted = Annotated[dict[Word, Scalar], Meta(max_length=32)]
"""A state that is fed; a model tells its parts in `feed`, see `GET /api/models`."""


# --- what a client sends -----------------------------------------------------------------


class Open(Message, tag="open"):
    """Make `room`, or find it running: then `params`, `state` and `fed` mean nothing.

    `params` replace defaults in a new room; with `state` it goes on from there, and `fed`
    is what was last fed to it. Frames are numbered past `seq` in any case. Answered by `error` if
    it cannot be.
    """

    model: Word
    params: Annotated[dict[Word, Any], Meta(max_length=64)] = msgspec.field(default_factory=dict)
    state: RoomState | None = None
    fed: Posted = msgspec.field(default_factory=dict)
    seq: Number = 0


class Enter(Message, tag="enter"):
    """A visitor comes, and is answered by `welcome`."""

    who: Visitor


class Promote(Message, tag="promote"):
    """A visitor has got another role."""

    who: Visitor


class Leave(Message, tag="leave"):
    """The visitor is gone."""


class WantFrames(Message, tag="look"):
    """The forms in which frames of the room are wanted from now on."""

    keys: Annotated[list[FrameKey], Meta(max_length=MAX_KEYS)]


class Listen(Message, tag="listen"):
    """The channels of the room that are heard from now on."""

    names: Annotated[list[Word], Meta(max_length=MAX_KEYS)]


class Ask(Message, tag="ask"):
    """What is the room's state? Answered by `report`, with the same id."""


class Snapshot(Message, tag="snapshot", kw_only=True):
    """Arrays of one instant as npz (app.rooms.snapshot), in pieces of at most CHUNK_BYTES.

    A piece is a `chunk` with the same id, and goes out only when it is asked for, so that the data
    fill no queue and hold up no frame: this asks for the first, `more` for each of the others, in
    order and within KEPT_S. `error` with the id says why there is none.
    """

    id: Number
    parts: Annotated[list[SnapshotPart], Meta(max_length=MAX_KEYS)] = msgspec.field(
        default_factory=lambda: list(WHOLE)
    )


class More(Message, tag="more", kw_only=True):
    """The piece of snapshot `id` that follows its first `at` bytes."""

    id: Number
    at: Number


class Feed(Message, tag="feed"):
    """Let the room's model follow `state`, whole or not at all. Answered by `fed` or `error`.

    For a room that does not run and is named like a model, it waits: whoever comes first sees it.
    """

    state: Posted


class Close(Message, tag="close"):
    """This peer is done with the room; others may still be in it."""


class Credit(Message, tag="credit"):
    """`n` more frames may come; `number` is that of the newest one received."""

    n: Annotated[int, Meta(ge=0, le=MAX_CREDITS)]
    number: Number = 0


FromClient = (
    Hello
    | Set
    | Do
    | Finger
    | Rpc
    | LoadPicture
    | ResetRoom
    | SelectView
    | Subscribe
    | Unsubscribe
    | Channels
    | Ping
    | Echo
    | Open
    | Enter
    | Promote
    | Leave
    | WantFrames
    | Listen
    | Ask
    | Snapshot
    | More
    | Feed
    | Close
    | Credit
    | Said
)


# --- what a server sends -----------------------------------------------------------------


class Greeting(Message, tag="greeting"):
    """Who is here: the models, as in `GET /api/models`."""

    protocol: int
    version: str
    models: list[dict[str, Any]]


class UnknownPeer(Message, tag="stranger"):
    """I do not know you, or not any more: greet me."""


class FrameMessage(Message, tag="frame", omit_defaults=False, kw_only=True):
    """Goes with a third part, a frame (app.protocol.frames), for all who want it as `keys` say."""

    number: int
    keys: list[FrameKey]


class HowItRuns(
    Message, tag="figures", rename={"stats": "figures"}, omit_defaults=False, kw_only=True
):
    """A room's figures, twice a second."""

    stats: RoomStats


class Report(Message, tag="report"):
    """The answer to `ask`, as in `GET /api/rooms/<room>/state`."""

    state: dict[str, Any]


class Chunk(Message, tag="chunk", kw_only=True):
    """Goes with a third part: bytes of snapshot `id` from `at` on, of `size` in all."""

    id: Number
    at: Number
    size: Number


class Fed(Message, tag="fed"):
    """The answer to `feed`, with the same id: the state that is shown now, or that `waits`."""

    state: dict[str, Any]
    waits: bool = False


FromServer = (
    ServerMessage | Greeting | UnknownPeer | FrameMessage | HowItRuns | Report | Chunk | Fed
)


class Address(Struct, frozen=True):
    """The two fields that every message may have beside its own."""

    room: Word | None = None
    visitor: int | None = None


NOWHERE = Address()

_encoder = msgspec.json.Encoder()
_address: msgspec.json.Decoder[Address] = msgspec.json.Decoder(Address)
_from_client: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
_from_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)


class WireError(ValueError):
    """Bytes that are none of ours."""


def pack(message: FromClient | FromServer, address: Address = NOWHERE) -> bytes:
    """`message` as JSON, with the fields of `address`."""
    body = _encoder.encode(message)
    fields = []
    # Some of the web contract's messages name their room themselves.
    if address.room is not None and not hasattr(message, "room"):
        fields.append(b'"room":' + _encoder.encode(address.room))
    if address.visitor is not None:
        fields.append(b'"visitor":%d' % address.visitor)
    # Every message has its type, so there is something to go on with after the comma.
    return b"{" + b",".join([*fields, body[1:]])


def from_client(data: bytes) -> tuple[FromClient, Address]:
    """What a client sent, and whom it is about. Raises WireError."""
    return _both(_from_client, data)


def from_server(data: bytes) -> tuple[FromServer, Address]:
    """What a server sent, and whom it is for. Raises WireError."""
    return _both(_from_server, data)


def deflate(body: bytes) -> bytes:
    """`body` in the form of DEFLATE."""
    return zlib.compress(body)


def inflate(packed: bytes, limit: int) -> bytes:
    """Undo `deflate`. Raises WireError, also if that would be more than `limit` bytes."""
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(packed, limit)
    except zlib.error as fault:
        raise WireError(str(fault)) from None
    if not unpacker.eof:
        raise WireError(f"more than {limit} bytes, or cut short")
    return body


def _both(decoder: msgspec.json.Decoder[Any], data: bytes) -> tuple[Any, Address]:
    try:
        return decoder.decode(data), _address.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise WireError(str(fault)[:300]) from None
