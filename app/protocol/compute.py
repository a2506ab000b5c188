"""The bytes between a compute server and its clients, version 1.

One TCP port, one ROUTER socket. Our own client is a DEALER; ZeroMQ parts:

    greeting    "", "VT1"  is answered by  "", JSON of `Greeting`
                "", "VT1 deflate"  by the same, packed by zlib: ten times sooner on a slow link
    afterwards  "VT1", JSON [, bytes]      in both directions; the bytes of `frame` and `chunk`

The greeting looks like a request of super_hydro's protocol, whose server answers it with
"Unknown Message": this tells a client which server it has reached. A compute server also serves
super_hydro's own clients (app.compute.legacy): all other messages with an empty first part are
theirs.

The JSON is that of the web contract (app.protocol.messages) and of the structs here, with two
fields more: `room`, and `visitor`, the sender or the receiver. A peer with one visitor need not
name either. A web server announces its visitors with `enter`; a program on its own sends `hello`
as in the web contract and gets `welcome`. Of the web contract's messages `hello`, `set`, `do`,
`finger`, `rpc`, `view`, `subscribe`, `unsubscribe`, `channels` and `ping` are understood; and
`said`, a line from one of the peer's visitors, which goes to all peers in the room.

`picture` and `rest` (app.protocol.commands) are what a web server makes of a visitor's upload, and
of an idle room. A program that only posts states needs no visitor: it may send `feed` alone.

A frame goes out against a credit, always the newest: `credit` gives `n` more, and names the number
of the newest frame that came (`frame.number`, counted for each link). At most 3 frames are under
way, whatever the credit, and a link gets at most 5 Mbit/s: quality is lowered first, then the
rate, so `keys` may name better forms than the frame has; its header has the actual one.

A peer that sends nothing for SILENT_S is gone, with its visitors; a peer that gets `stranger` has
to greet and to open its rooms again. Messages that cannot be delivered end the link.
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
"""What a client grants at first; afterwards one for each received frame."""
MAX_CREDITS = 16
MAX_KEYS = 64
CHUNK_BYTES = 64 * 1024
"""A tenth of a second on the slowest link that is good enough for frames."""
KEPT_S = 10.0
"""A snapshot is dropped when none of it was requested for this long."""
UNKNOWN = b"Unknown Message"
"""The answer of super_hydro's server to our greeting, and to anything it does not understand."""

Number = Annotated[int, Meta(ge=0, le=2**32 - 1)]
SnapshotPart = Literal["psi", "density", "t", "params", "tracers", "shape"]
"""What a snapshot may hold; see app.rooms.snapshot."""
WHOLE: tuple[SnapshotPart, ...] = ("psi", "density", "t", "params")
"""The parts of a snapshot for a program that wants the data."""
Posted = Annotated[dict[Word, Scalar], Meta(max_length=32)]
"""A state that is fed; a model declares its parts in `feed`, see `GET /api/models`."""


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
    """Add a visitor; answered by `welcome`."""

    who: Visitor


class Promote(Message, tag="promote"):
    """Change a visitor's role."""

    who: Visitor


class Leave(Message, tag="leave"):
    """Remove the visitor."""


class WantFrames(Message, tag="look"):
    """Set the forms in which frames of the room are wanted from now on."""

    keys: Annotated[list[FrameKey], Meta(max_length=MAX_KEYS)]


class Listen(Message, tag="listen"):
    """Set the room's channels whose values are wanted from now on."""

    names: Annotated[list[Word], Meta(max_length=MAX_KEYS)]


class Ask(Message, tag="ask"):
    """Ask for the room's state. Answered by `report`, with the same id."""


class Snapshot(Message, tag="snapshot", kw_only=True):
    """Arrays of one instant as npz (app.rooms.snapshot), in pieces of at most CHUNK_BYTES.

    A piece is a `chunk` with the same id, and goes out only on request, so that the data fill no
    queue and delay no frame: this requests the first, `more` each of the others, in order and
    within KEPT_S. `error` with the id gives the reason if there is none.
    """

    id: Number
    parts: Annotated[list[SnapshotPart], Meta(max_length=MAX_KEYS)] = msgspec.field(
        default_factory=lambda: list(WHOLE)
    )


class More(Message, tag="more", kw_only=True):
    """Request the piece of snapshot `id` that follows its first `at` bytes."""

    id: Number
    at: Number


class Feed(Message, tag="feed"):
    """Apply `state` to the room's model, whole or not at all. Answered by `fed` or `error`.

    For a room that does not run and is named like a model, it is kept for the first visitor.
    """

    state: Posted


class Close(Message, tag="close"):
    """Leave the room for this peer; others may still be in it."""


class Credit(Message, tag="credit"):
    """Allow `n` more frames; `number` is that of the newest one received."""

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
    """The server's version and models, the latter as in `GET /api/models`."""

    protocol: int
    version: str
    models: list[dict[str, Any]]


class UnknownPeer(Message, tag="stranger"):
    """The peer is not, or no longer, known and has to greet."""


class FrameMessage(Message, tag="frame", omit_defaults=False, kw_only=True):
    """Comes with a third part, a frame (app.protocol.frames), for all who want one of `keys`."""

    number: int
    keys: list[FrameKey]


class StatsMessage(
    Message, tag="figures", rename={"stats": "figures"}, omit_defaults=False, kw_only=True
):
    """A room's statistics, twice a second."""

    stats: RoomStats


class Report(Message, tag="report"):
    """The answer to `ask`, as in `GET /api/rooms/<room>/state`."""

    state: dict[str, Any]


class Chunk(Message, tag="chunk", kw_only=True):
    """Comes with a third part: bytes of snapshot `id` from `at` on, of `size` in all."""

    id: Number
    at: Number
    size: Number


class Fed(Message, tag="fed"):
    """The answer to `feed`, with the same id: the state that is shown now, or that `waits`."""

    state: dict[str, Any]
    waits: bool = False


FromServer = (
    ServerMessage | Greeting | UnknownPeer | FrameMessage | StatsMessage | Report | Chunk | Fed
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
