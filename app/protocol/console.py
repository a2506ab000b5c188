"""What operators tell the exhibit over HTTP, and what pages hear of it.

`POST /api/operator/login` with {"pin": ...} gives a key; with it as `Authorization: Bearer`,
`GET /api/operator` tells how everything is, and `POST /api/operator/act` takes one of the acts
here, a JSON object whose `act` names the struct. A console needs no place in any room; `resume`,
which comes with the key, is for a `hello` by which the operator joins one as a visitor.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from app.protocol.base import Message, Word
from app.protocol.chat import ChatText, VisitorId

MAX_BAN_MINUTES = 24 * 60


class ConsoleLogin(Struct, forbid_unknown_fields=True):
    """Who knows the PIN is an operator."""

    pin: Annotated[str, Meta(max_length=64)]


class Act(Struct, tag_field="act", forbid_unknown_fields=True):
    """Something an operator does."""


class Kick(Act, tag="kick"):
    """Send a visitor away, and keep him out for a while; with him, his address if it is a guest's
    on another machine. With 0 minutes he may come back at once."""

    visitor: VisitorId
    minutes: Annotated[int, Meta(ge=0, le=MAX_BAN_MINUTES)] = 10


class Pardon(Act, tag="pardon"):
    """Let everybody in again who was sent away."""


class Lock(Act, tag="lock"):
    """In `room`, let nobody but operators change parameters, use actions and tools, load pictures
    or set objects; or all again. Fingers stir in any case."""

    room: Word
    locked: bool = True


class Restart(Act, tag="restart"):
    """Make the model of `room` anew, with the values of a first start; all its visitors stay."""

    room: Word


class RestartAll(Act, tag="restart_all"):
    """Start server and window again; every browser comes back by itself, as the same visitor."""


class CloseRoomAct(Act, tag="close"):
    """Send everybody out of `room`, and end it."""

    room: Word


class MuteVisitor(Act, tag="mute"):
    """Let a visitor write nowhere, or again."""

    visitor: VisitorId
    muted: bool = True


class MuteRoom(Act, tag="mute_room"):
    """Let nobody but operators write in `room`, or all again."""

    room: Word
    muted: bool = True


class Announce(Act, tag="announce"):
    """A line for everybody in every room."""

    text: ChatText


class Quit(Act, tag="quit"):
    """End the exhibit."""


AnyAct = (
    Kick
    | Pardon
    | Lock
    | Restart
    | RestartAll
    | CloseRoomAct
    | MuteVisitor
    | MuteRoom
    | Announce
    | Quit
)

login_decoder: msgspec.json.Decoder[ConsoleLogin] = msgspec.json.Decoder(ConsoleLogin)
act_decoder: msgspec.json.Decoder[AnyAct] = msgspec.json.Decoder(AnyAct)


class Locked(Message, tag="locked", omit_defaults=False, kw_only=True):
    """Are the controls of this room locked by an operator? Told after `welcome` if they are, and
    on each change."""

    locked: bool
