"""The table of permissions covers all there is, and what is missing in it reaches nobody."""

from __future__ import annotations

import bottle
import pytest

from app.protocol.messages import ClientMessage
from app.web.auth.permissions import MESSAGES
from app.web.auth.route_guard import RouteGuard
from app.web.auth.tokens import Identity


def test_every_message_has_its_row() -> None:
    assert set(MESSAGES) == set(ClientMessage.__args__)


def test_a_route_without_a_row_is_seen_when_it_is_made() -> None:
    app = bottle.Bottle()
    app.install(RouteGuard(Identity("secret")))
    app.get("/secrets")(lambda: "all of them")
    (route,) = app.routes
    with pytest.raises(KeyError, match="GET /secrets"):
        route.prepare()
