"""Programs outside that post states: `POST /api/rooms/<room>/feed`.

The body is a JSON object, the state; `Authorization: Bearer <token>` says that the program may.
Which parts a state has, a model tells in `feed` of `GET /api/models`; a state is whole, so what it
leaves out has its default. Answered by

    200  {"state": ...}: every page of the room shows it
    202  {"state": ...}: nobody is in the room; whoever comes first will see it
    400  malformed, or the model does not take it: nothing has changed, and the text says why
    403  not the token
    404  no such room: none of that name runs, and no model has that name
    413  too large
    429  too fast
    503  the room does not answer now

A state lasts as long as its room; of those posted before anybody came, only the newest is kept.
"""

from __future__ import annotations

import hmac
from typing import Any, BinaryIO

import bottle
import msgspec
from gevent.event import AsyncResult
from gevent.timeout import Timeout

from app.protocol.compute import Fed, Posted
from app.protocol.messages import Error
from app.transport.limits import FEEDS_BURST, FEEDS_PER_S, MAX_FEED_BYTES
from app.transport.token_bucket import Bucket
from app.web.http import responses
from app.web.http.access import authorization
from app.web.http.routing import route
from app.web.rooms.room_registry import RoomRegistry
from app.web.rooms.web_room import WebRoom
from models.parameters import ParameterError

ANSWER_S = 3.0

HttpAnswer = tuple[int, str | dict[str, Any]]
"""The HTTP status, and a text or JSON."""

_decoder: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(Posted)


def add_feeds(app: Any, registry: RoomRegistry, token: str) -> None:
    """Put their route on `app`; `token` is what they must know."""
    feeds = Feeds(registry, token)

    @route(app, "POST", "/api/rooms/<room>/feed")
    def feed(room: str) -> Any:
        """Let a room's model follow the JSON object of the body, a state; with the feeds' token."""
        request = bottle.request
        bearer = authorization(request.environ)
        status, content = feeds.post(room, bearer, request.content_length, request.body)
        if isinstance(content, str):
            return responses.text(status, content)
        return responses.json(content, status)


class Feeds:
    """Takes in states for all rooms."""

    def __init__(self, registry: RoomRegistry, token: str) -> None:
        self._registry = registry
        self._token = token.encode()
        self._paces: dict[str, Bucket] = {}

    def post(self, room: str, bearer: str, length: int, body: BinaryIO) -> HttpAnswer:
        """The answer to one request; its head says of `body` that it has `length` bytes."""
        scheme, _, given = bearer.partition(" ")
        right = hmac.compare_digest(given.encode(), self._token)
        if scheme.lower() != "bearer" or not right:
            return 403, "a feed needs its token: `Authorization: Bearer ...`"
        web_room = self._registry.web_rooms.get(room)
        listed = self._registry.engine.catalogue()
        if web_room is None and room not in listed:
            known = ", ".join(dict.fromkeys([*self._registry.web_rooms, *listed]))
            return 404, f"no room {room!r}; there are {known}"
        if not self._in_time(room):
            return 429, f"at most {FEEDS_PER_S:g} states a second for a room"
        if length > MAX_FEED_BYTES:
            return 413, f"a state has at most {MAX_FEED_BYTES} bytes"
        try:
            state = _decoder.decode(body.read())
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
            return 400, f"a state is a JSON object of numbers, words and switches: {fault}"[:300]
        return self._keep(room, listed[room], state) if web_room is None else _put(web_room, state)

    def _in_time(self, room: str) -> bool:
        known = {*self._registry.web_rooms, *self._registry.engine.catalogue()}
        self._paces = {name: pace for name, pace in self._paces.items() if name in known}
        pace = self._paces.setdefault(room, Bucket(FEEDS_PER_S, FEEDS_BURST))
        if pace.wait_s(1) > 0:
            return False
        pace.spend(1)
        return True

    def _keep(self, room: str, about: dict[str, Any], state: dict[str, Any]) -> HttpAnswer:
        """For whoever comes first."""
        try:
            return 202, {"state": self._registry.waiting.keep(room, about, state)}
        except ParameterError as fault:
            return 400, str(fault)


def _put(web_room: WebRoom, state: dict[str, Any]) -> HttpAnswer:
    answer: AsyncResult[Fed | Error] = AsyncResult()
    web_room.link.feed(state, answer.set)
    try:
        match answer.get(timeout=ANSWER_S):
            case Fed(state=shown):
                return 200, {"state": shown}
            case Error(code="busy", message=text):
                return 503, text
            case Error(message=text):
                return 400, text
    except Timeout:
        pass
    return 503, "the room does not answer"
