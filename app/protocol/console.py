"""The operators' commands over HTTP, and the messages about them to pages.

`POST /api/operator/login` with {"pin": ...} gives a key; with it as `Authorization: Bearer`,
`GET /api/operator` reports the exhibit's state, and `POST /api/operator/act` takes one of the acts
here, a JSON object whose `act` names the struct. A console is in no room; `resume`, which comes
with the key, is for a `hello` by which the operator joins one as a visitor.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from app.protocol.base import Message, Word
from app.protocol.chat import ChatText, VisitorId

MAX_BAN_MINUTES = 24 * 60


class ConsoleLogin(Struct, forbid_unknown_fields=True):
    """Log in with the operator's PIN."""

    pin: Annotated[str, Meta(max_length=64)]


class Act(Struct, tag_field="act", forbid_unknown_fields=True):
    """A command of an operator."""


class Kick(Act, tag="kick"):
    """Send a visitor away and keep them out for a while; likewise their address, if it is a guest's
    on another machine. With 0 minutes they may come back at once."""

    visitor: VisitorId
    minutes: Annotated[int, Meta(ge=0, le=MAX_BAN_MINUTES)] = 10


class Pardon(Act, tag="pardon"):
    """Lift all bans."""


class Lock(Act, tag="lock"):
    """Allow only operators to change parameters, use actions and tools, load pictures or set
    objects in `room`; or everybody again. Fingers stir in any case."""

    room: Word
    locked: bool = True


class Restart(Act, tag="restart"):
    """Restart the model of `room` with the values of a first start; all its visitors stay."""

    room: Word


class RestartAll(Act, tag="restart_all"):
    """Restart server and window; every browser reconnects by itself, as the same visitor."""


class CloseRoomAct(Act, tag="close"):
    """Send everybody out of `room`, and end it."""

    room: Word


class MuteVisitor(Act, tag="mute"):
    """Forbid a visitor to write anywhere, or allow it again."""

    visitor: VisitorId
    muted: bool = True


class MuteRoom(Act, tag="mute_room"):
    """Allow only operators to write in `room`, or everybody again."""

    room: Word
    muted: bool = True


class Announce(Act, tag="announce"):
    """Write a line to everybody in every room."""

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
    """Whether an operator has locked the controls of this room. Sent after `welcome` if they are
    locked, and on each change."""

    locked: bool
