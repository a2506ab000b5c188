"""Routes by which the exhibit tells about itself: code, commands, features, figures."""

from __future__ import annotations

from typing import Any

import bottle

from app.rooms.source import SourceError, as_html
from app.settings.exhibit import Settings
from app.web.http import responses
from app.web.http.offload import apart
from app.web.http.routing import route
from app.web.rooms.room_registry import RoomRegistry
from app.web.routes import metrics
from app.web.routes.api_listing import available

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def add_routes(app: Any, registry: RoomRegistry, settings: Settings) -> None:
    """Put them on `app`."""

    @route(app, "GET", "/api/features")
    def features() -> Any:
        """What this exhibit offers beside the fluid: {code: may the models' code be read?}."""
        return responses.json({"code": settings.show_code})

    @route(app, "GET", "/api/models/<name>/source")
    def source(name: str) -> Any:
        """The model's Python code: HTML, or plain text with `?plain` or `Accept: text/plain`."""
        if not settings.show_code:
            return responses.text(404, "this exhibit does not show its models' code")
        known = registry.engine.catalogue()
        if name not in known:
            return responses.text(404, f"no model {name!r}; there are {', '.join(known)}")
        accept = bottle.request.get_header("Accept", "")
        plain = "plain" in bottle.request.query or accept.startswith("text/plain")
        try:
            code = registry.engine.source(name)
        except SourceError as missing:
            return responses.text(404, str(missing))
        kind = "text/plain" if plain else "text/html"
        # Colouring a long file takes longer than a frame.
        body = code if plain else apart(as_html, code)
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Vary": "Accept"}
        return bottle.HTTPResponse(body.encode(), 200, headers)

    @route(app, "GET", "/api/commands")
    def commands() -> Any:
        """This list: messages, routes, and what each model takes."""
        return responses.json(available(app.routes, registry.engine.catalogue()))

    @route(app, "GET", "/metrics")
    def stats() -> Any:
        """How the rooms run, as Prometheus text."""
        now = metrics.snapshot(registry.web_rooms.values())
        body = apart(metrics.exposition, now)
        return bottle.HTTPResponse(body, 200, {"Content-Type": METRICS_TYPE})
