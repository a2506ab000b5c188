"""Guest, kiosk, operator: every message and every route, tried by each.

A message or route that is missing from the tables here fails the tests: whoever adds one says
here who may use it.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import pytest

from app.web.http.access import lan_address
from tests.support.client import ClosedError
from tests.support.serving import PIN, Serving

ROLES = ("guest", "kiosk", "operator")
ALL = set(ROLES)
STAFF = {"kiosk", "operator"}

MESSAGES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "hello": ({"protocol": 1}, ALL),
    "login": ({"pin": PIN}, ALL),
    "set": ({"params": {"cooling": 0.5}}, ALL),
    "do": ({"action": "pause"}, ALL),
    "view": ({"name": "phase"}, ALL),
    "finger": ({"touch": 0, "x": 0.5, "y": 0.5}, ALL),
    "ack": ({"seq": 1}, ALL),
    "ping": ({"t": 1.0}, ALL),
    "here": ({}, ALL),
    "channels": ({}, ALL),
    "subscribe": ({"names": ["fps"]}, ALL),
    "unsubscribe": ({"names": ["fps"]}, ALL),
    "echo": ({"data": [1]}, ALL),
    "say": ({"text": "hi"}, ALL),
    "broadcast": ({"text": "hi"}, {"operator"}),
    "join": ({"room": "Quench"}, ALL),
    "leave": ({"room": "Quench"}, ALL),
    "rooms": ({}, ALL),
    "mute": ({"room": "BEC", "muted": True}, {"operator"}),
    "close_room": ({"room": "nowhere"}, {"operator"}),
    "rpc": ({"op": "set", "target": "model.cooling", "args": [0.5]}, ALL),
    "bye": ({}, ALL),
}
"""Every message that a client may send: an example, and who may send it."""

# Over HTTP: "here" asks from the exhibit's own machine, "kiosk" with its token, "operator" with
# their key and, as "guest", from another address.
ANYBODY = {"guest", "here", "kiosk", "operator"}
ROUTES: dict[str, set[str]] = {
    "GET /": ANYBODY,
    "GET /ws": ANYBODY,
    "GET /models/<name>": ANYBODY,
    "GET /operator": ANYBODY,
    "GET /ui/<path:path>": ANYBODY,
    "GET /static/<name>": ANYBODY,
    "GET /static/<name>/": ANYBODY,
    "GET /static/<name>/<path:path>": ANYBODY,
    "GET /manual": ANYBODY,
    "GET /manual/": ANYBODY,
    "GET /manual/<name>": ANYBODY,
    "GET /manual/search.json": ANYBODY,
    "GET /favicon.ico": ANYBODY,
    "GET /healthz": ANYBODY,
    "GET /metrics": {"here", "kiosk", "operator"},
    "GET /api/models": ANYBODY,
    "GET /api/models/<name>/source": ANYBODY,
    "GET /api/models/<name>/thumbnail.jpg": ANYBODY,
    "GET /api/rooms/<room>/state": ANYBODY,
    "GET /api/rooms/<room>/snapshot.npz": ANYBODY,
    # Whose visitors may, the setting says: tests/web/routes/test_uploads.py.
    "GET /api/rooms/<room>/upload": ANYBODY,
    "POST /api/rooms/<room>/upload": ANYBODY,
    # Unless the setting says otherwise: tests/blackbox/test_site.py.
    "GET /api/pictures": {"operator"},
    # None of them as such, but who knows the feeds' token: tests/web/routes/test_feeds.py.
    "POST /api/rooms/<room>/feed": set(),
    "GET /api/commands": ANYBODY,
    "GET /api/features": ANYBODY,
    # Who knows the PIN: tests/web/routes/test_operator.py.
    "POST /api/operator/login": ANYBODY,
    "GET /api/operator": {"operator"},
    "POST /api/operator/act": {"operator"},
    "POST /quit": {"operator"},
}
EXAMPLES = {"name": "BEC", "room": "BEC", "path:path": "css/theme.css"}


def test_every_message_by_every_role(serving: Serving) -> None:
    listed = json.loads(serving.get("api/commands")[1])["messages"]
    assert {entry["type"] for entry in listed} == set(MESSAGES)
    witness = serving.visitor("guest")
    for kind, (fields, allowed) in MESSAGES.items():
        assert set(next(e["roles"] for e in listed if e["type"] == kind)) == allowed
        for role in ROLES:
            client = serving.visitor(role)
            witness.sync()
            witness.messages.clear()
            before = serving.state()
            client.send(type=kind, id="tried", **fields)
            with suppress(ClosedError):  # after bye
                client.sync()
            answers = [m for m in client.messages if m.get("id") == "tried"]
            refused = [m for m in answers if m.get("code") == "forbidden"]
            assert bool(refused) == (role not in allowed), (kind, role, answers)
            if refused:
                assert serving.state() == before, (kind, role)
                witness.sync()
                assert witness.messages == [], (kind, role)
            client.close()
            witness.hear("visitors", lambda m, gone=client.id: gone in m["left"])
            witness.ask("do", action="start")


def test_only_staff_open_rooms_of_their_own(serving: Serving) -> None:
    serving.visitor("guest")
    for role in ROLES:
        room = f"{role}'s own"
        client = serving.stranger()
        if role == "operator":
            # Who logged in comes back as operator, by the token that this gave them.
            granted = serving.visitor("guest").ask("login", pin=PIN)
            client.send(type="hello", protocol=1, room=room, model="BEC", resume=granted["resume"])
        else:
            token = serving.launch.kiosk_token if role == "kiosk" else None
            client.send(type="hello", protocol=1, room=room, model="BEC", token=token)
        if role in STAFF:
            assert client.hear("welcome")["room"] == room
        else:
            assert client.hear("error")["code"] == "forbidden"
            assert client.closed() == 1008
        assert (room in serving.state()[0]) == (role in STAFF)


def test_every_route_by_everybody(serving: Serving) -> None:
    host = lan_address()
    if host == "127.0.0.1":
        pytest.skip("this machine has no network, so nobody asks from elsewhere")
    elsewhere = serving.url.replace("127.0.0.1", host)
    listed = json.loads(serving.get("api/commands")[1])["routes"]
    assert {f"{entry['method']} {entry['path']}" for entry in listed} == set(ROUTES)
    key = serving.visitor("guest").ask("login", pin=PIN)["key"]
    kiosk = serving.launch.kiosk_token
    # Last, for the one who may ends the exhibit by it.
    for name in sorted(ROUTES, key=lambda name: name == "POST /quit"):
        method, _, rule = name.partition(" /")
        path = re.sub(r"<([\w:]+)>", lambda found: EXAMPLES[found[1]], rule)
        tries = {
            "guest": serving.get(path, "", method, elsewhere),
            "here": serving.get(path, "", method),
            "kiosk": serving.get(path, kiosk, method),
            "operator": serving.get(path, key, method, elsewhere),
        }
        may = {who for who, (status, _) in tries.items() if status != 403}
        assert may == ROUTES[name], name
    assert serving.process.wait(10) == 0
