"""The operator's console over HTTP: see app.protocol.console."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import bottle
import msgspec

from app import __version__
from app.process.launch import EXIT_AGAIN, EXIT_OK
from app.process.log_tail import LogTail
from app.protocol.console import (
    Announce,
    AnyAct,
    CloseRoomAct,
    Kick,
    Lock,
    MuteRoom,
    MuteVisitor,
    Pardon,
    Quit,
    Restart,
    RestartAll,
    act_decoder,
    login_decoder,
)
from app.protocol.errors import ContractError
from app.web.auth.pin_check import Pins
from app.web.auth.tokens import Identity
from app.web.http import responses
from app.web.http.routing import route
from app.web.rooms.invitations import Invitations
from app.web.rooms.room_registry import RoomRegistry
from app.web.rooms.viewer import Viewer
from app.web.rooms.web_room import WebRoom

log = logging.getLogger(__name__)


class ActError(Exception):
    """An act that cannot be done; the text says why."""


class Console:
    """What operators see and do."""

    def __init__(
        self,
        registry: RoomRegistry,
        identity: Identity,
        pins: Pins,
        invitations: Invitations,
        tail: LogTail,
        stop: Callable[[int], None],
    ) -> None:
        """`stop(exit_code)` ends the server."""
        self._registry = registry
        self._identity = identity
        self._pins = pins
        self._invitations = invitations
        self._tail = tail
        self._stop = stop
        self._began = time.monotonic()

    def login(self, body: bytes, address: str) -> Any:
        """A key for whoever knows the PIN."""
        try:
            command = login_decoder.decode(body)
            self._pins.check(command.pin, address)
        except msgspec.MsgspecError as fault:
            return responses.text(400, str(fault))
        except ContractError as wrong:
            return responses.text(429 if wrong.code == "too_fast" else 403, str(wrong))
        log.info("an operator logs in from %s", address)
        visitor = self._identity.new("operator", "Operator")
        resume = self._identity.resume_token(visitor)
        return responses.json({"key": self._identity.operator_key(), "resume": resume})

    def report(self) -> dict[str, Any]:
        """How everything is."""
        guests = self._invitations.now()
        return {
            "version": __version__,
            "uptime_s": round(time.monotonic() - self._began),
            "visitors_ever": self._registry.memory.kept.visitors,
            "server_starts": self._registry.memory.kept.starts,
            "rooms": [self._room(web_room) for web_room in self._registry.web_rooms.values()],
            "bans": len(self._registry.bans),
            "guests": {"address": guests.address, "name": guests.name, "code": guests.code},
            "talk": self._registry.chat.on,
            "log": self._tail.lines(),
        }

    def act(self, body: bytes, address: str) -> Any:
        """Do what an operator wants; 409 says why it cannot be done."""
        try:
            command = act_decoder.decode(body)
            self._do(command)
        except msgspec.MsgspecError as fault:
            return responses.text(400, str(fault))
        except (ActError, ContractError) as fault:
            return responses.text(409, str(fault))
        log.info("the operator at %s: %s", address, command)
        return responses.json({"done": True})

    def _do(self, command: AnyAct) -> None:
        match command:
            case Kick():
                self._kick(command)
            case Pardon():
                self._registry.bans.clear()
            case Lock():
                self._web_room(command.room).lock(command.locked)
            case Restart():
                self._web_room(command.room).restart()
            case RestartAll():
                self._stop(EXIT_AGAIN)
            case CloseRoomAct():
                self._registry.close_room(None, command.room)
            case MuteVisitor():
                self._registry.chat.mute_visitor(None, command.visitor, command.muted)
            case MuteRoom():
                self._registry.chat.mute_room(None, command.room, command.muted)
            case Announce():
                self._registry.chat.broadcast(None, command.text)
            case Quit():
                self._stop(EXIT_OK)

    def _kick(self, command: Kick) -> None:
        web_rooms = self._registry.web_rooms.values()
        for viewer in [v for s in web_rooms for v in (*s.viewers.values(), *s.admission.line)]:
            if viewer.visitor.id == command.visitor:
                if viewer.role != "guest":
                    raise ActError(f"{viewer.visitor.name} belongs to the staff")
                self._registry.bans.add(command.visitor, viewer.address, command.minutes)
                viewer.close(1008, "an operator has sent you away")
                return
        raise ActError(f"no visitor {command.visitor} is here")

    def _web_room(self, room: str) -> WebRoom:
        web_room = self._registry.web_rooms.get(room)
        if web_room is None:
            raise ActError(f"no room {room!r} runs")
        return web_room

    def _room(self, web_room: WebRoom) -> dict[str, Any]:
        chat, stats = self._registry.chat, web_room.stats
        return {
            "name": web_room.name,
            "model": web_room.model,
            "locked": web_room.locked,
            "muted": chat.is_muted(web_room.name),
            "fps": stats.fps,
            "steps_per_s": stats.steps_per_s,
            "sim_time": stats.sim_time,
            "restarts": stats.restarts,
            "visitors": [
                *(self._visitor(viewer, False) for viewer in web_room.viewers.values()),
                *(self._visitor(viewer, True) for viewer in web_room.admission.line),
            ],
        }

    def _visitor(self, viewer: Viewer, waiting: bool) -> dict[str, Any]:
        who, speakers = viewer.visitor, self._registry.chat.speakers
        return {
            "id": who.id,
            "name": who.name,
            "colour": who.colour,
            "role": who.role,
            "address": viewer.address,
            "round_trip_ms": viewer.round_trip_ms,
            "lines": speakers.count(who.id),
            "muted": speakers.is_muted(who.id),
            "waiting": waiting,
        }


def add_console(app: Any, console: Console) -> None:
    """Put its routes on `app`."""

    @route(app, "POST", "/api/operator/login")
    def login() -> Any:
        """Become operator: {"pin"} gives {"key"}, which other requests carry as Bearer."""
        request = bottle.request
        return console.login(request.body.read(), request.environ.get("REMOTE_ADDR", ""))

    @route(app, "GET", "/api/operator")
    def report() -> Any:
        """How everything is: rooms, their visitors, how guests come in, the log's last lines."""
        return responses.json(console.report())

    @route(app, "POST", "/api/operator/act")
    def act() -> Any:
        """Do one of the acts of app.protocol.console, a JSON object."""
        request = bottle.request
        return console.act(request.body.read(), request.environ.get("REMOTE_ADDR", ""))
