"""HTTP routes of the web contract.

Bottle keeps the current request and response per thread, and all greenlets share one: so a
handler reads its request before it waits for anything, and one that waits returns an
HTTPResponse of its own. Headers that every response needs are added outside of Bottle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import bottle
import msgspec
from gevent.event import AsyncResult
from gevent.timeout import Timeout

from app import __version__
from app.protocol import frames
from app.resources import UI
from app.rooms.encoder import jpeg
from app.web.handler import WEBSOCKET_PATH
from app.web.session import Reception, converse
from app.web.stage import Stage
from app.web.static_pages import add_static_pages, content_type

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


def application(reception: Reception, stop: Callable[[], None], static: Mapping[str, str]) -> Any:
    """The WSGI application; `stop` ends the exhibit, `static` are folders by name."""
    app = bottle.Bottle()
    app.default_error_handler = lambda error: _text(error.status_code, str(error.body))
    lobby = reception.lobby

    @app.get(WEBSOCKET_PATH)  # type: ignore[untyped-decorator]
    def websocket() -> Any:
        environ = bottle.request.environ
        socket = environ.get("wsgi.websocket")
        if socket is None:
            return _text(426, "a WebSocket upgrade is needed")
        converse(socket, environ.get("REMOTE_ADDR", ""), reception)
        return ""

    @app.get("/")  # type: ignore[untyped-decorator]
    def landing() -> Any:
        return _page("index.html")

    @app.get("/models/<name>")  # type: ignore[untyped-decorator]
    def model_page(name: str) -> Any:
        known = lobby.engine.catalogue()
        if name not in known and not bottle.request.query.room:
            return _text(404, f"no model {name!r}; there are {', '.join(known)}")
        return _page("model.html")

    @app.get("/operator")  # type: ignore[untyped-decorator]
    def operator() -> Any:
        return _page("operator.html")

    @app.get("/ui/<path:path>")  # type: ignore[untyped-decorator]
    def own_file(path: str) -> Any:
        return bottle.static_file(path, root=str(UI), mimetype=content_type(path))

    add_static_pages(app, static)

    @app.get("/favicon.ico")  # type: ignore[untyped-decorator]
    def icon() -> Any:
        return bottle.static_file("icon.svg", root=str(UI))

    @app.get("/healthz")  # type: ignore[untyped-decorator]
    def health() -> Any:
        rooms = [_health(stage) for stage in lobby.stages.values()]
        return _json({"status": "ok", "version": __version__, "rooms": rooms})

    @app.get("/api/models")  # type: ignore[untyped-decorator]
    def listing() -> Any:
        return _json(list(lobby.engine.catalogue().values()))

    @app.get("/api/models/<name>/thumbnail.jpg")  # type: ignore[untyped-decorator]
    def thumbnail(name: str) -> Any:
        stage = lobby.stages.get(name)
        newest = stage.newest_picture() if stage is not None else None
        if newest is None:
            return bottle.static_file(f"{name}.jpg", root=str(UI / "stills"))
        return bottle.HTTPResponse(_as_jpeg(newest), 200, {"Content-Type": "image/jpeg"})

    @app.get("/api/rooms/<room>/state")  # type: ignore[untyped-decorator]
    def state(room: str) -> Any:
        stage = lobby.stages.get(room)
        if stage is None:
            return _text(404, f"no room {room!r} runs")
        answer: AsyncResult[Any] = AsyncResult()
        stage.ask_state(answer.set)
        try:
            return _json(answer.get(timeout=ANSWER_S))
        except Timeout:
            return _text(503, "the room does not answer")

    @app.post("/quit")  # type: ignore[untyped-decorator]
    def quit_exhibit() -> Any:
        if not reception.identity.is_operator(bottle.request.get_header("Authorization", "")):
            return _text(403, "only an operator ends the exhibit")
        stop()
        return _text(200, "the exhibit ends")

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


def _health(stage: Stage) -> dict[str, Any]:
    figures = stage.figures
    return {
        "name": stage.name,
        "model": stage.model,
        "visitors": len(stage.viewers),
        "fps": figures.fps,
        "steps_per_s": figures.steps_per_s,
        "sim_time": figures.sim_time,
        "restarts": figures.restarts,
        "round_trips_ms": {
            viewer.visitor.name: viewer.round_trip_ms for viewer in stage.viewers.values()
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


def _json(value: Any) -> Any:
    body = msgspec.json.encode(value)
    return bottle.HTTPResponse(body, 200, {"Content-Type": "application/json"})


def _text(status: int, text: str) -> Any:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return bottle.HTTPResponse(f"{text}\n".encode(), status, headers)
