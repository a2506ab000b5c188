"""Lets a request through to its route only if app.web.auth.permissions says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import bottle

from app.protocol.messages import Role
from app.web.auth.permissions import ROUTES, only
from app.web.auth.tokens import Identity
from app.web.http import responses
from app.web.http.access import authorization, is_loopback


def name_of(route: Any) -> str:
    """A route of Bottle's as it stands in the table."""
    return f"{route.method} {route.rule}"


class RouteGuard:
    """A plugin of Bottle's. A route that is missing in the table raises KeyError when made."""

    name = "guard"
    api = 2

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def apply(self, answer: Callable[..., Any], route: Any) -> Callable[..., Any]:
        """`answer`, for those who may have it."""
        right = ROUTES[name_of(route)]

        @wraps(answer)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            request = bottle.request
            operator = self._identity.is_operator(authorization(request.environ))
            role: Role = "operator" if operator else "guest"
            here = right.here and is_loopback(request.environ.get("REMOTE_ADDR", ""))
            if role not in right.roles and not here:
                return responses.text(403, only(right.roles))
            return answer(*args, **kwargs)

        return guarded
