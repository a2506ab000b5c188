"""HTTP routes of the web contract.

Bottle keeps the current request and response per thread, and all greenlets share one: so a
handler reads its request before it waits for anything, and one that waits returns an
HTTPResponse of its own. Headers that every response needs are added outside of Bottle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import bottle
from gevent.event import AsyncResult
from gevent.timeout import Timeout

from app import __version__
from app.paths import UI
from app.protocol import frames
from app.rooms.encoder import jpeg
from app.settings.exhibit import Settings
from app.settings.site_options import LANDING
from app.web.auth.route_guard import RouteGuard
from app.web.http import responses
from app.web.http.handler import WEBSOCKET_PATH
from app.web.http.routing import route
from app.web.rooms.chat import Chat
from app.web.rooms.session import SessionContext, converse
from app.web.rooms.web_room import WebRoom
from app.web.routes.feeds import add_feeds
from app.web.routes.info import add_routes
from app.web.routes.manual import add_manual
from app.web.routes.operator import Console, add_console
from app.web.routes.snapshots import add_snapshots
from app.web.routes.static_pages import add_static_pages, content_type
from app.web.routes.uploads import Uploads, add_upload_routes

ANSWER_S = 3.0
SECURITY_HEADERS = [
    (
        "Content-Security-Policy",
        (
            "default-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
            "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        ),
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-cache"),
]


def application(
    context: SessionContext,
    stop: Callable[[], None],
    settings: Settings,
    uploads: Uploads,
    console: Console,
) -> Any:
    """The WSGI application; `stop` ends the exhibit."""
    app = bottle.Bottle()
    app.default_error_handler = lambda error: responses.text(error.status_code, str(error.body))
    app.install(RouteGuard(context.identity))
    registry = context.registry
    add_routes(app, registry, settings)
    add_snapshots(app, registry)
    add_upload_routes(app, uploads)
    add_feeds(app, registry, context.feed_token)
    add_console(app, console)

    @route(app, "GET", WEBSOCKET_PATH)
    def websocket() -> Any:
        """The WebSocket: messages and frames (app.protocol)."""
        environ = bottle.request.environ
        socket = environ.get("wsgi.websocket")
        if socket is None:
            return responses.text(426, "a WebSocket upgrade is needed")
        converse(socket, environ.get("REMOTE_ADDR", ""), context)
        return ""

    @route(app, "GET", "/")
    def landing() -> Any:
        """The landing page, every model; or what the setting `home` names."""
        if settings.home == LANDING:
            return _page("index.html")
        page = settings.home if settings.home.startswith("static/") else f"models/{settings.home}"
        return bottle.HTTPResponse("", 302, {"Location": quote(page)})

    @route(app, "GET", "/models/<name>")
    def model_page(name: str) -> Any:
        """A model's page; it joins the room of that name, or `?room=`."""
        known = registry.engine.catalogue()
        if name not in known and not bottle.request.query.room:
            return responses.text(404, f"no model {name!r}; there are {', '.join(known)}")
        return _page("model.html")

    @route(app, "GET", "/operator")
    def operator() -> Any:
        """The operator's console."""
        return _page("operator.html")

    @route(app, "GET", "/ui/<path:path>")
    def own_file(path: str) -> Any:
        """The pages' own files."""
        return bottle.static_file(path, root=str(UI), mimetype=content_type(path))

    add_manual(app)
    add_static_pages(app, settings.static)

    @route(app, "GET", "/favicon.ico")
    def icon() -> Any:
        """The icon, for browsers that guess where it is."""
        return bottle.static_file("icon.svg", root=str(UI))

    @route(app, "GET", "/healthz")
    def health() -> Any:
        """Status, version and how each room runs."""
        rooms = [_health(web_room, registry.chat) for web_room in registry.web_rooms.values()]
        return responses.json({"status": "ok", "version": __version__, "rooms": rooms})

    @route(app, "GET", "/api/models")
    def listing() -> Any:
        """Every model's declaration."""
        return responses.json(list(registry.engine.catalogue().values()))

    @route(app, "GET", "/api/models/<name>/thumbnail.jpg")
    def thumbnail(name: str) -> Any:
        """The newest frame of the room of that name if it runs, else a stored still."""
        web_room = registry.web_rooms.get(name)
        newest = web_room.newest_picture() if web_room is not None else None
        if newest is None:
            return bottle.static_file(f"{name}.jpg", root=str(UI / "stills"))
        return bottle.HTTPResponse(_as_jpeg(newest), 200, {"Content-Type": "image/jpeg"})

    @route(app, "GET", "/api/rooms/<room>/state")
    def state(room: str) -> Any:
        """{running, params, fingers, sim_time} of a room that runs."""
        web_room = registry.web_rooms.get(room)
        if web_room is None:
            return responses.text(404, f"no room {room!r} runs")
        answer: AsyncResult[Any] = AsyncResult()
        web_room.ask_state(answer.set)
        try:
            return responses.json(answer.get(timeout=ANSWER_S))
        except Timeout:
            return responses.text(503, "the room does not answer")

    @route(app, "POST", "/quit")
    def quit_exhibit() -> Any:
        """End the exhibit."""
        stop()
        return responses.text(200, "the exhibit ends")

    for each in app.routes:
        each.prepare()  # so that one without permissions is seen at once
    return _with_security_headers(app)


def _with_security_headers(app: Any) -> Any:
    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            given = {name.lower() for name, _ in headers}
            extra = [pair for pair in SECURITY_HEADERS if pair[0].lower() not in given]
            return start_response(status, [*headers, *extra], exc_info)

        body: Iterable[bytes] = app(environ, start)
        return body

    return wrapped


def _health(web_room: WebRoom, chat: Chat) -> dict[str, Any]:
    stats = web_room.stats
    return {
        "name": web_room.name,
        "model": web_room.model,
        "visitors": len(web_room.viewers),
        "waiting": len(web_room.admission.line),
        "fps": stats.fps,
        "steps_per_s": stats.steps_per_s,
        "sim_time": stats.sim_time,
        "restarts": stats.restarts,
        "round_trips_ms": {
            viewer.visitor.name: viewer.round_trip_ms for viewer in web_room.viewers.values()
        },
        "talk": ("muted" if chat.is_muted(web_room.name) else "on") if chat.on else "off",
        "lines_said": {
            viewer.visitor.name: chat.speakers.count(viewer.visitor.id)
            for viewer in web_room.viewers.values()
        },
    }


def _as_jpeg(frame: bytes) -> bytes:
    shown = frames.unpack(frame)
    if shown.encoding == frames.JPEG:
        return shown.picture
    levels = frames.raw_levels(shown)
    return jpeg(levels, 85)


def _page(name: str) -> Any:
    return bottle.static_file(name, root=str(UI), mimetype="text/html")
