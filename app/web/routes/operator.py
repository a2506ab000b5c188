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
    CloseRoom,
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
from app.web.auth.pin_check import PinError, Pins
from app.web.auth.tokens import Identity
from app.web.http import responses
from app.web.rooms.chat import TalkError
from app.web.rooms.invitations import Invitations
from app.web.rooms.room_registry import Lobby
from app.web.rooms.viewer import Viewer
from app.web.rooms.web_room import Stage

log = logging.getLogger(__name__)


class ActError(Exception):
    """An act that cannot be done; the text says why."""


class Console:
    """What operators see and do."""

    def __init__(
        self,
        lobby: Lobby,
        identity: Identity,
        pins: Pins,
        invitations: Invitations,
        tail: LogTail,
        stop: Callable[[int], None],
    ) -> None:
        """`stop(exit_code)` ends the server."""
        self._lobby = lobby
        self._identity = identity
        self._pins = pins
        self._invitations = invitations
        self._tail = tail
        self._stop = stop
        self._began = time.monotonic()

    def login(self, body: bytes, address: str) -> Any:
        """A key for whoever knows the PIN."""
        try:
            wish = login_decoder.decode(body)
            self._pins.check(wish.pin, address)
        except msgspec.MsgspecError as fault:
            return responses.text(400, str(fault))
        except PinError as wrong:
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
            "visitors_ever": self._lobby.memory.kept.visitors,
            "server_starts": self._lobby.memory.kept.starts,
            "rooms": [self._room(stage) for stage in self._lobby.stages.values()],
            "bans": len(self._lobby.bans),
            "guests": {"address": guests.address, "name": guests.name, "code": guests.code},
            "talk": self._lobby.talk.on,
            "log": self._tail.lines(),
        }

    def act(self, body: bytes, address: str) -> Any:
        """Do what an operator wants; 409 says why it cannot be done."""
        try:
            wish = act_decoder.decode(body)
            self._do(wish)
        except msgspec.MsgspecError as fault:
            return responses.text(400, str(fault))
        except (ActError, TalkError) as fault:
            return responses.text(409, str(fault))
        log.info("the operator at %s: %s", address, wish)
        return responses.json({"done": True})

    def _do(self, wish: AnyAct) -> None:
        match wish:
            case Kick():
                self._kick(wish)
            case Pardon():
                self._lobby.bans.clear()
            case Lock():
                self._stage(wish.room).lock(wish.locked)
            case Restart():
                self._stage(wish.room).restart()
            case RestartAll():
                self._stop(EXIT_AGAIN)
            case CloseRoom():
                self._lobby.close_room(None, wish.room)
            case MuteVisitor():
                self._lobby.talk.mute_visitor(None, wish.visitor, wish.muted)
            case MuteRoom():
                self._lobby.talk.mute_room(None, wish.room, wish.muted)
            case Announce():
                self._lobby.talk.broadcast(None, wish.text)
            case Quit():
                self._stop(EXIT_OK)

    def _kick(self, wish: Kick) -> None:
        stages = self._lobby.stages.values()
        for viewer in [v for s in stages for v in (*s.viewers.values(), *s.door.line)]:
            if viewer.visitor.id == wish.visitor:
                if viewer.role != "guest":
                    raise ActError(f"{viewer.visitor.name} belongs to the staff")
                self._lobby.bans.add(wish.visitor, viewer.address, wish.minutes)
                viewer.close(1008, "an operator has sent you away")
                return
        raise ActError(f"no visitor {wish.visitor} is here")

    def _stage(self, room: str) -> Stage:
        stage = self._lobby.stages.get(room)
        if stage is None:
            raise ActError(f"no room {room!r} runs")
        return stage

    def _room(self, stage: Stage) -> dict[str, Any]:
        talk, figures = self._lobby.talk, stage.figures
        return {
            "name": stage.name,
            "model": stage.model,
            "locked": stage.locked,
            "muted": talk.is_muted(stage.name),
            "fps": figures.fps,
            "steps_per_s": figures.steps_per_s,
            "sim_time": figures.sim_time,
            "restarts": figures.restarts,
            "visitors": [
                *(self._visitor(viewer, False) for viewer in stage.viewers.values()),
                *(self._visitor(viewer, True) for viewer in stage.door.line),
            ],
        }

    def _visitor(self, viewer: Viewer, waiting: bool) -> dict[str, Any]:
        who, speakers = viewer.visitor, self._lobby.talk.speakers
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

    @app.post("/api/operator/login")  # type: ignore[untyped-decorator]
    def login() -> Any:
        """Become operator: {"pin"} gives {"key"}, which other requests carry as Bearer."""
        request = bottle.request
        return console.login(request.body.read(), request.environ.get("REMOTE_ADDR", ""))

    @app.get("/api/operator")  # type: ignore[untyped-decorator]
    def report() -> Any:
        """How everything is: rooms, their visitors, how guests come in, the log's last lines."""
        return responses.json(console.report())

    @app.post("/api/operator/act")  # type: ignore[untyped-decorator]
    def act() -> Any:
        """Do one of the acts of app.protocol.console, a JSON object."""
        request = bottle.request
        return console.act(request.body.read(), request.environ.get("REMOTE_ADDR", ""))
