"""`POST /api/rooms/<room>/upload?as=trap` (or `density`): a picture becomes part of the room.

The body is the picture's file, `Content-Type` its type, and `Authorization: Bearer` brings the
resume token that `welcome` gave: only who is in the room uploads. All that can be told from the
head of a request is told before its body is read. The answer is 202 with {stored, width, height};
in the room the picture is one more command, answered by `state` with the action `picture`, or by an
`error` to whoever sent it. `GET` with a token returns what its visitor may upload: {uses, types,
max_bytes, wall_mu, why}; where `uses` is empty, `why` says why.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, MutableMapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import bottle

from app.protocol.commands import LoadPicture
from app.protocol.messages import Role
from app.settings.exhibit import Settings
from app.transport.limits import MAX_UPLOADS, UPLOAD_PAUSE_S, UPLOAD_S
from app.web.auth.permissions import EVERYBODY, OPERATOR, only
from app.web.auth.tokens import Identity
from app.web.http import responses
from app.web.http.access import authorization
from app.web.http.body_limits import BodyLimits, small_bodies
from app.web.http.offload import apart
from app.web.http.rejection import Rejection
from app.web.http.routing import route
from app.web.rooms.room_registry import RoomRegistry
from app.web.rooms.web_room import WebRoom
from app.web.routes.picture_reader import PictureError, read_picture
from app.web.routes.picture_store import NotAllowedError, PictureStore
from models.contract import PictureUse
from models.picture_trap import PICTURE_WALL_MU

log = logging.getLogger(__name__)

TICKET = "vortarium.upload"
WHO: Mapping[str, frozenset[Role]] = {
    "off": frozenset(),
    "operator": OPERATOR,
    "everyone": EVERYBODY,
}
ALSO_CALLED = {
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png",
}  # fmt: skip
"""What programs call these types that have another name."""
_PATH = re.compile(r"/api/rooms/([^/]+)/upload")


class UploadGrant(NamedTuple):
    """An upload that was admitted."""

    web_room: WebRoom
    visitor: int
    kind: str
    use: PictureUse


class Uploads:
    """Admits uploads by their heads, and takes those that it admitted."""

    def __init__(
        self, registry: RoomRegistry, identity: Identity, settings: Settings, store: PictureStore
    ) -> None:
        self._registry = registry
        self._identity = identity
        self._who = WHO[settings.uploads]
        self._types = {f"image/{kind}": kind for kind in settings.upload_types}
        self._max_bytes = settings.upload_bytes
        self._store = store
        self._may_see = WHO[settings.upload_names]
        self._last: dict[int, float] = {}
        self._under_way: set[int] = set()
        self._keeping_failed = False

    def admit(self, environ: MutableMapping[str, Any]) -> BodyLimits | Rejection:
        """How large a body may be; every other route takes small ones."""
        found = _PATH.fullmatch(_decoded(environ["PATH_INFO"]))
        if found is None or environ["REQUEST_METHOD"] != "POST":
            return small_bodies(environ)
        grant = self._grant(found[1], environ)
        if isinstance(grant, Rejection):
            return grant
        self._last[grant.visitor] = time.monotonic()
        self._under_way.add(grant.visitor)
        environ[TICKET] = grant
        return BodyLimits(
            self._max_bytes, UPLOAD_S, partial(self._under_way.discard, grant.visitor)
        )

    def receive(self, environ: Mapping[str, Any]) -> Any:
        """Read the picture and hand it to the room."""
        grant: UploadGrant | None = environ.get(TICKET)
        if grant is None:
            return responses.text(404, "there is no such room")
        body = environ["wsgi.input"].read()
        try:
            picture = apart(read_picture, body, grant.kind)
            stored = apart(self._keep, grant, picture.png)
        except PictureError as wrong:
            return responses.text(422, str(wrong))
        except NotAllowedError as refused:
            return responses.text(403, str(refused))
        height, width = picture.levels.shape
        command = LoadPicture(
            width=width, height=height, levels=picture.levels.tobytes(), use=grant.use
        )
        grant.web_room.link.send(grant.visitor, command)
        return responses.json({"stored": stored, "width": width, "height": height}, 202)

    def rules(self, room: str, environ: Mapping[str, Any]) -> Any:
        """Return what the sender of the request may upload."""
        asker = self._asker(room, environ)
        return responses.json(
            {
                "uses": [] if isinstance(asker, Rejection) else asker[0].pictures,
                "types": list(self._types),
                "max_bytes": self._max_bytes,
                "wall_mu": PICTURE_WALL_MU,
                "why": asker.text if isinstance(asker, Rejection) else "",
            }
        )

    def names(self, environ: Mapping[str, Any]) -> Any:
        """What kept pictures are called, for those who may know."""
        operator = self._identity.is_operator(authorization(environ))
        if ("operator" if operator else "guest") not in self._may_see:
            return responses.text(403, f"names of pictures are {only(self._may_see or OPERATOR)}")
        names = apart(self._store.names)
        return responses.json({"names": names})

    def _asker(self, room: str, environ: Mapping[str, Any]) -> tuple[WebRoom, int] | Rejection:
        """The room, and the visitor in it who asks and may upload."""
        if not self._who:
            return Rejection("403 Forbidden", "this exhibit takes no pictures")
        scheme, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        known = self._identity.resumed(token) if scheme.lower() == "bearer" else None
        if known is None:
            return Rejection("401 Unauthorized", "a visitor's token is needed, as welcome gave it")
        web_room = self._registry.web_rooms.get(room)
        if web_room is None:
            return Rejection("404 Not Found", f"no room {room!r} runs")
        viewer = web_room.viewers.get(known.id)
        if viewer is None:
            return Rejection("403 Forbidden", "only who is in the room may upload")
        if viewer.visitor.role not in self._who:
            return Rejection("403 Forbidden", f"uploads are {only(self._who)}")
        if web_room.locked and viewer.role != "operator":
            return Rejection("403 Forbidden", "an operator has locked the controls")
        if not web_room.pictures:
            return Rejection("409 Conflict", f"{web_room.model} takes no pictures")
        return web_room, known.id

    def _grant(self, room: str, environ: Mapping[str, Any]) -> UploadGrant | Rejection:
        asker = self._asker(room, environ)
        if isinstance(asker, Rejection):
            return asker
        web_room, visitor = asker
        use = parse_qs(str(environ.get("QUERY_STRING", ""))).get("as", [web_room.pictures[0]])[0]
        if use not in web_room.pictures:
            return Rejection("400 Bad Request", f"as must be one of {', '.join(web_room.pictures)}")
        declared = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
        kind = self._types.get(ALSO_CALLED.get(declared, declared))
        if kind is None:
            return Rejection("415 Unsupported Media Type", f"send one of {', '.join(self._types)}")
        length = str(environ.get("CONTENT_LENGTH", ""))
        if not length.isdecimal() or int(length) == 0:
            return Rejection("411 Length Required", "send a Content-Length")
        if int(length) > self._max_bytes:
            return Rejection("413 Content Too Large", f"at most {self._max_bytes} bytes")
        now = time.monotonic()
        self._last = {who: at for who, at in self._last.items() if now - at < UPLOAD_PAUSE_S}
        if visitor in self._last or visitor in self._under_way:
            return Rejection("429 Too Many Requests", f"one picture in {UPLOAD_PAUSE_S:g} s")
        if len(self._under_way) >= MAX_UPLOADS:
            return Rejection("503 Service Unavailable", "too many uploads at once; try again")
        return UploadGrant(web_room, visitor, kind, use)

    def _keep(self, grant: UploadGrant, png: bytes) -> str | None:
        try:
            name = self._store.keep(grant.web_room.name, grant.use, png)
        except OSError as fault:
            if not self._keeping_failed:
                log.warning("pictures cannot be kept: %s", fault)
            self._keeping_failed = True
            return None
        self._keeping_failed = False
        return name


def _decoded(path: str) -> str:
    """A WSGI path as text."""
    return path.encode("latin-1").decode("utf-8", "replace")


def add_upload_routes(app: Any, uploads: Uploads) -> None:
    """Put them on `app`."""

    @route(app, "GET", "/api/rooms/<room>/upload")
    def upload_rules(room: str) -> Any:
        """What a visitor of the room may upload: {uses, types, max_bytes, wall_mu, why}."""
        return uploads.rules(room, bottle.request.environ)

    @route(app, "GET", "/api/pictures")
    def kept_pictures() -> Any:
        """The names of kept pictures, the newest first: {names}."""
        return uploads.names(bottle.request.environ)

    @route(app, "POST", "/api/rooms/<room>/upload")
    def upload(**_room: str) -> Any:
        """A picture, which becomes a trap or an initial density: see app.web.routes.uploads."""
        return uploads.receive(bottle.request.environ)
