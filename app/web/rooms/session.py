"""One visitor's conversation, from `hello` to the end."""

from __future__ import annotations

import hmac
import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gevent
import msgspec

from app.protocol import frames
from app.protocol.chat import Bye, Farewell
from app.protocol.errors import ContractError
from app.protocol.idle import Here
from app.protocol.messages import (
    PROTOCOL,
    Ack,
    Channels,
    Do,
    Error,
    ErrorCode,
    Finger,
    Hello,
    Id,
    Login,
    MessageError,
    Ping,
    Pong,
    Role,
    RoleGranted,
    Rpc,
    SelectView,
    Set,
    Subscribe,
    Unsubscribe,
    Visitor,
    VisitorCommand,
    decode,
    encode,
)
from app.rooms.visitors import clean_name
from app.transport.flow_control import FrameFlow
from app.transport.limits import (
    FLOOD_MESSAGES,
    HELLO_S,
    LINK_BITS_PER_S,
    MESSAGES_BURST,
    MESSAGES_PER_S,
    SILENT_S,
)
from app.transport.token_bucket import Attempts, Bucket
from app.web.auth.join_codes import JoinCodes
from app.web.auth.permissions import MESSAGES, WAITING, only
from app.web.auth.pin_check import Pins
from app.web.auth.tokens import Identity
from app.web.http.access import is_loopback
from app.web.http.websocket import TEXT, PeerGoneError, WebSocket, framed
from app.web.rooms.chat_handlers import chat_actions
from app.web.rooms.invitations import Invitations
from app.web.rooms.room_registry import RoomRegistry
from app.web.rooms.viewer import Viewer
from app.web.rooms.web_room import WebRoom

log = logging.getLogger(__name__)

ENCODINGS = {"jpeg": frames.JPEG, "raw": frames.RAW}


@dataclass(frozen=True)
class SessionContext:
    """What sessions share."""

    registry: RoomRegistry
    identity: Identity
    kiosk_token: str
    join_codes: JoinCodes
    feed_token: str
    invitations: Invitations
    guesses: Attempts
    """Guesses at the join code, per address."""
    pins: Pins


class BadHelloError(Exception):
    """A `hello` that ends the connection."""

    def __init__(self, reply: Error) -> None:
        super().__init__(reply.message)
        self.reply = reply


def converse(socket: WebSocket, address: str, context: SessionContext) -> None:
    """Serve one upgraded connection until it ends."""
    try:
        viewer, web_room = _greet(socket, address, context)
    except PeerGoneError as gone:
        log.debug("%s left before hello: %s", address, gone)
        socket.finish()
        return
    except BadHelloError as bad:
        with suppress(PeerGoneError):
            socket.send(framed(TEXT, encode(bad.reply)))
            socket.close(1008, bad.reply.message)
        socket.finish()
        return
    session = Session(viewer, web_room, socket, context)
    try:
        session.run()
    except PeerGoneError as gone:
        log.debug("%s: %s", viewer.visitor.name, gone)
    finally:
        context.registry.leave(web_room, viewer)
        viewer.finish()


def _greet(socket: WebSocket, address: str, context: SessionContext) -> tuple[Viewer, WebRoom]:
    """Wait for `hello` and let the visitor in. Raises BadHelloError, PeerGoneError."""
    late = _bad("bad_message", f"hello must come within {HELLO_S:g} s", msgspec.UNSET)
    with gevent.Timeout(HELLO_S, late):  # pings and fragments do not extend it
        data = socket.receive(SILENT_S)
    try:
        hello = decode(data)
    except MessageError as wrong:
        raise BadHelloError(wrong.reply) from None
    if not isinstance(hello, Hello):
        raise _bad("bad_message", "the first message must be hello", hello.id)
    if hello.protocol != PROTOCOL:
        raise _bad("bad_message", f"protocol {PROTOCOL} is spoken here", hello.id)
    visitor = _recognise(hello, address, context)
    wait = context.registry.bans.wait_s(visitor.id, address)
    if wait > 0 and visitor.role == "guest":
        text = f"an operator has sent you away; come again in {math.ceil(wait / 60)} min"
        raise _bad("busy", text, hello.id)
    at_home = visitor.role == "kiosk"
    viewer = Viewer(socket, visitor, address, FrameFlow(None if at_home else LINK_BITS_PER_S))
    accepted = [ENCODINGS[name] for name in dict.fromkeys(hello.accept)] or [frames.JPEG]
    # On this very machine raw bytes cost less than making and reading a JPEG.
    near = at_home and context.registry.engine.near
    preferred = frames.RAW if near else frames.JPEG
    viewer.encodings = tuple(sorted(accepted, key=lambda encoding: encoding != preferred))
    try:
        web_room = context.registry.web_room(hello.room, hello.model, visitor.role)
        context.registry.admit(web_room, viewer, hello.id, is_loopback(address), hello.queue)
    except ContractError as refused:
        viewer.send(Error(id=hello.id, code=refused.code, message=str(refused)))
        viewer.close(1008, str(refused))
        viewer.finish()
        raise PeerGoneError(1008, str(refused)) from None
    return viewer, web_room


def _recognise(hello: Hello, address: str, context: SessionContext) -> Visitor:
    """Who says hello: somebody back, the kiosk, or a guest with the right to come in."""
    local = is_loopback(address)
    known = context.identity.resumed(hello.resume) if hello.resume else None
    if known is not None:
        role: Role = "guest" if known.role == "kiosk" and not local else known.role
        return msgspec.structs.replace(known, role=role)
    token = hello.token or ""
    if local and hmac.compare_digest(token.encode(), context.kiosk_token.encode()):
        return context.identity.new("kiosk", clean_name(hello.name or "Kiosk"))
    if not local:
        wait = context.guesses.wait_s(address)
        if wait > 0:
            raise _bad("too_fast", f"too many wrong codes; again in {wait:.0f} s", hello.id)
        if not context.join_codes.accepts(token):
            context.guesses.wrong(address)
            raise _bad("forbidden", "the join code shown by the exhibit is needed", hello.id)
        context.guesses.right(address)
    context.registry.memory.count_visitor()
    return context.identity.new("guest", clean_name(hello.name or ""))


def _bad(code: ErrorCode, message: str, request: Id) -> BadHelloError:
    return BadHelloError(Error(id=request, code=code, message=message))


class Session:
    """Reads a welcomed visitor's messages and acts on them."""

    def __init__(
        self, viewer: Viewer, web_room: WebRoom, socket: WebSocket, context: SessionContext
    ) -> None:
        self._viewer = viewer
        self._web_room = web_room
        self._socket = socket
        self._context = context
        self._messages = Bucket(MESSAGES_PER_S, MESSAGES_BURST)
        self._flood = Bucket(MESSAGES_PER_S, FLOOD_MESSAGES)
        self._last_rate_error = 0.0
        self._closing = False
        self._acts: dict[type, Callable[[Any], None]] = {
            Hello: self._hello_again,
            Login: self._login,
            Set: self._command,
            Do: self._command,
            Finger: self._command,
            Rpc: self._command,
            SelectView: self._view,
            Ack: lambda message: viewer.acked(message.seq),
            Ping: self._ping,
            Channels: lambda message: web_room.list_channels(viewer, message.id),
            Subscribe: self._subscribe,
            Unsubscribe: lambda message: web_room.unsubscribe(viewer, message.names, message.id),
            Bye: self._bye,
            Here: self._here,
            **chat_actions(viewer, web_room, context.registry),
        }

    def run(self) -> None:
        """Handle messages until PeerGoneError."""
        while True:
            data = self._socket.receive(SILENT_S)
            inside = self._web_room.viewers.get(self._viewer.visitor.id) is self._viewer
            if not (inside or self._viewer.waiting):
                raise PeerGoneError(1000, "here from elsewhere now")
            if self._closing or not self._paced():
                continue
            try:
                message = decode(data)
            except MessageError as wrong:
                self._viewer.send(wrong.reply)
                continue
            allowed = MESSAGES[type(message)]
            if self._viewer.role not in allowed:
                self._refuse("forbidden", f"this is {only(allowed)}", message.id)
                continue
            if self._viewer.waiting and type(message) not in WAITING:
                self._refuse("forbidden", "please wait: the room is full", message.id)
                continue
            try:
                self._acts[type(message)](message)
            except ContractError as refused:
                self._refuse(refused.code, str(refused), message.id)

    def _paced(self) -> bool:
        """Is this message within the rate? A flood ends the connection."""
        if self._messages.wait_s(1) == 0:
            self._messages.spend(1)
            return True
        if self._flood.wait_s(1) > 0:
            self._viewer.close(1008, "too many messages")
            raise PeerGoneError(1008, "flood")
        self._flood.spend(1)
        now = time.monotonic()
        if now - self._last_rate_error > 1.0:
            self._last_rate_error = now
            self._refuse("too_fast", f"at most {MESSAGES_PER_S:.0f} messages a second")
        return False

    def _refuse(self, code: ErrorCode, text: str, request: Id = msgspec.UNSET) -> None:
        self._viewer.send(Error(id=request, code=code, message=text))

    def _hello_again(self, message: Hello) -> None:
        self._refuse("bad_message", "hello was said already", message.id)

    def _command(self, message: VisitorCommand) -> None:
        if self._web_room.idle_monitor is not None:
            self._web_room.idle_monitor.on_command(message)
        if self._web_room.locked and self._viewer.role != "operator" and not is_harmless(message):
            self._refuse("forbidden", "an operator has locked the controls", message.id)
            return
        self._web_room.link.send(self._viewer.visitor.id, message)

    def _here(self, message: Here) -> None:
        if self._web_room.idle_monitor is not None:
            self._web_room.idle_monitor.mark_active()

    def _view(self, message: SelectView) -> None:
        fault = self._web_room.look_at(self._viewer, message.name)
        if fault is not None:
            self._refuse("bad_value", fault, message.id)

    def _subscribe(self, message: Subscribe) -> None:
        fault = self._web_room.subscribe(self._viewer, message.names, message.id)
        if fault is not None:
            self._refuse("bad_value", fault, message.id)

    def _ping(self, message: Ping) -> None:
        if message.rtt is not None:
            self._viewer.round_trips_ms.append(message.rtt)
        self._viewer.send(Pong(id=message.id, t=message.t))

    def _bye(self, message: Bye) -> None:
        """Close the connection; messages before the client's close frame are ignored."""
        self._closing = True
        self._viewer.send(Farewell(id=message.id))
        self._viewer.close(1000, "bye")

    def _login(self, message: Login) -> None:
        """Check the PIN and make the visitor an operator."""
        try:
            self._context.pins.check(message.pin, self._viewer.address)
        except ContractError as wrong:
            self._refuse(wrong.code, str(wrong), message.id)
            return
        visitor = msgspec.structs.replace(self._viewer.visitor, role="operator")
        self._viewer.visitor = visitor
        if not self._viewer.waiting:
            self._web_room.link.promote(visitor)
        self._web_room.admission.promoted(self._viewer)
        identity = self._context.identity
        self._viewer.send(
            RoleGranted(
                id=message.id,
                role="operator",
                key=identity.operator_key(),
                resume=identity.resume_token(visitor),
            )
        )
        if self._viewer.welcomed:
            self._context.invitations.show(self._viewer, self._web_room)


def is_harmless(message: VisitorCommand) -> bool:
    """Whether `message` is allowed while the controls are locked."""
    return isinstance(message, Finger) or (isinstance(message, Rpc) and message.op == "get")
