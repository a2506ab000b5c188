"""`available_commands` over the web: all that a program may say and ask, told by declarations."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from app.protocol.messages import ClientMessage
from app.web.auth.permissions import EVERYBODY, MESSAGES, ROUTES
from app.web.auth.route_guard import name_of


def available(routes: Iterable[Any], catalogue: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Messages of the WebSocket, `routes` of HTTP (Bottle's), and what each model takes.

    `models` has for each model, under the message that takes it, a name and what it means: `do`
    and `set` say the same as super_hydro's `available_commands` over ZeroMQ.
    """
    return {
        "messages": _messages(),
        "routes": [_route(route) for route in routes],
        "models": {name: _of_model(about) for name, about in catalogue.items()},
    }


def _messages() -> list[dict[str, Any]]:
    """`fields` is a JSON schema of the whole message."""
    kinds = ClientMessage.__args__
    _, schemas = msgspec.json.schema_components(kinds)
    return [
        {
            "type": kind.__struct_config__.tag,
            "description": _first_paragraph(kind),
            "roles": sorted(MESSAGES[kind]),
            "fields": schemas[kind.__name__],
        }
        for kind in kinds
    ]


def _route(route: Any) -> dict[str, Any]:
    """`here`: whoever asks from the exhibit's own machine may as well."""
    right = ROUTES[name_of(route)]
    return {
        "method": route.method,
        "path": route.rule,
        "description": _first_paragraph(route.callback),
        "roles": sorted(right.roles),
        "here": right.here or right.roles == EVERYBODY,
    }


def _of_model(about: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {
        "do": dict(about["actions"]),
        "set": {parameter["name"]: parameter["help"] for parameter in about["parameters"]},
        "view": {view["name"]: view["label"] for view in about["views"]},
        "subscribe": dict(about["channels"]),
    }


def _first_paragraph(thing: Any) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
