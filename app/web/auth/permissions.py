"""Who may do what, in one place: every message, every route, and rooms of one's own.

A message or route that is missing here reaches nobody: `Session` and the routes look it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.protocol.chat import (
    Broadcast,
    Bye,
    CloseRoom,
    Echo,
    JoinRoom,
    LeaveRoom,
    ListRooms,
    Mute,
    Say,
)
from app.protocol.idle import Here
from app.protocol.messages import (
    Ack,
    Channels,
    Do,
    Finger,
    Hello,
    Login,
    Message,
    Ping,
    Role,
    Rpc,
    SelectView,
    Set,
    Subscribe,
    Unsubscribe,
)

EVERYBODY: frozenset[Role] = frozenset({"guest", "kiosk", "operator"})
STAFF: frozenset[Role] = frozenset({"kiosk", "operator"})
OPERATOR: frozenset[Role] = frozenset({"operator"})

OWN_ROOMS = STAFF
"""Who may open rooms, and chat rooms, that are not named like a listed model."""

MESSAGES: Mapping[type[Message], frozenset[Role]] = {
    Hello: EVERYBODY,
    Login: EVERYBODY,
    Set: EVERYBODY,
    Do: EVERYBODY,
    SelectView: EVERYBODY,
    Finger: EVERYBODY,
    Ack: EVERYBODY,
    Ping: EVERYBODY,
    Here: EVERYBODY,
    Channels: EVERYBODY,
    Subscribe: EVERYBODY,
    Unsubscribe: EVERYBODY,
    Echo: EVERYBODY,
    Say: EVERYBODY,
    Broadcast: OPERATOR,
    JoinRoom: EVERYBODY,
    LeaveRoom: EVERYBODY,
    ListRooms: EVERYBODY,
    CloseRoom: OPERATOR,
    Mute: OPERATOR,
    Bye: EVERYBODY,
    Rpc: EVERYBODY,
}

WAITING: frozenset[type[Message]] = frozenset({Login, Ping, Bye})
"""What may be sent from the queue of a full room."""


class Right(NamedTuple):
    """Who may ask a route; `here`: and whoever asks from this very machine.

    Over HTTP there are operators, by their key (`Authorization: Bearer`), and guests.
    """

    roles: frozenset[Role] = EVERYBODY
    here: bool = False


ANYBODY = Right()

ROUTES: Mapping[str, Right] = {
    "GET /": ANYBODY,
    "GET /ws": ANYBODY,
    "GET /models/<name>": ANYBODY,
    "GET /operator": ANYBODY,
    "GET /manual": ANYBODY,
    "GET /manual/": ANYBODY,
    "GET /manual/<name>": ANYBODY,
    "GET /manual/search.json": ANYBODY,
    "GET /ui/<path:path>": ANYBODY,
    "GET /static/<name>": ANYBODY,
    "GET /static/<name>/": ANYBODY,
    "GET /static/<name>/<path:path>": ANYBODY,
    "GET /favicon.ico": ANYBODY,
    "GET /healthz": ANYBODY,
    "GET /metrics": Right(OPERATOR, here=True),
    "GET /api/models": ANYBODY,
    "GET /api/models/<name>/source": ANYBODY,
    "GET /api/models/<name>/thumbnail.jpg": ANYBODY,
    "GET /api/rooms/<room>/state": ANYBODY,
    "GET /api/rooms/<room>/snapshot.npz": ANYBODY,
    "GET /api/rooms/<room>/upload": ANYBODY,
    "POST /api/rooms/<room>/upload": ANYBODY,  # and then as the setting `uploads` says
    "GET /api/pictures": ANYBODY,  # and then as the setting `upload-names` says
    "POST /api/rooms/<room>/feed": ANYBODY,  # who knows the token (app.web.routes.feeds)
    "GET /api/commands": ANYBODY,
    "GET /api/features": ANYBODY,
    "POST /api/operator/login": ANYBODY,  # who knows the PIN (app.web.auth.pin_check)
    "GET /api/operator": Right(OPERATOR),
    "POST /api/operator/act": Right(OPERATOR),
    "POST /quit": Right(OPERATOR),
}


def only(roles: frozenset[Role]) -> str:
    """Return the text for everybody else."""
    return f"only for {' and '.join(sorted(roles))}"
