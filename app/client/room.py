"""A room as a program or notebook uses it."""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.client.conversation import Conversation
from app.client.entry import JoinRequest, PictureEncoding
from app.client.errors import RoomError
from app.client.exposed import Exposed, Listing
from app.client.frame import Frame, from_wire
from app.client.handlers import ChannelHandler
from app.client.link_thread import LinkThread
from app.client.requests import Requests
from app.client.way import way_to
from app.protocol.chat import Echo, Echoed, Said, Say
from app.protocol.frames import WireFrame as Packed
from app.protocol.messages import (
    ChannelNames,
    Channels,
    Do,
    Finger,
    RoomState,
    Scalar,
    SelectView,
    Set,
    State,
    Subscribe,
    Unsubscribe,
    Visitor,
    Welcome,
    You,
)
from app.rooms.snapshot import Arrays

TIMEOUT_S = 10.0


class Room:
    """A visit to one room, of a compute server or of an exhibit.

        with Room("tcp://host:27000", "BEC", key="compute-client.key") as room:
            room.set(cooling=0.02)
            picture = room.frame().values

    Leave it by `with` or `close`; a program that ends has left it too.

    A thread of its own keeps the connection; all methods may be called from every thread, those of
    `subscribe`'s handlers included. When the server is lost, the room comes back by itself as the
    same visitor, with what it subscribed to and its view. Meanwhile methods wait for it, at most
    `timeout_s`, and then raise ConnectionError; so does at once what had been asked and was not
    answered yet. RoomError means that the room refused; TimeoutError that it did not answer.
    """

    def __init__(
        self,
        address: str,
        room: str | None = None,
        *,
        model: str | None = None,
        code: str | None = None,
        key: str | Path | None = None,
        server_key: str | None = None,
        name: str = "",
        picture: PictureEncoding = "raw",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Join `room` (none: the server's first one), made for `model` if it does not run.

        `address` is that of a compute server (`tcp://host:27000`) or of an exhibit
        (`http://host:8765`), which asks guests from elsewhere for its join `code`. `key` is the
        key file for a compute server, `server_key` its key if not the one in that file.

        Raises ValueError for a wrong address, KeyFileError for a wrong key file, ConnectionError
        when nobody answers there as a server should, and RoomError when it does not let us in:
        code `forbidden` (the join code), `room_full`, `unknown_room`, `unknown_model`, `busy`.
        `picture`: "raw" frames are without loss, "jpeg" ones smaller; "none" come for "none".
        """
        entry = JoinRequest(room, model, name, code, picture)
        make = way_to(address, entry, key, server_key)
        self.address = address
        self._pictures = picture != "none"
        self._closed = False
        self._conversation = Conversation(address)
        self._thread = LinkThread(self._conversation, partial(make, self._conversation))
        self._requests = Requests(self._conversation, self._thread, timeout_s)
        # A program that ends without a word leaves its visitor standing about for a while.
        atexit.register(self.close)
        try:
            self._conversation.wait_here(timeout_s)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave; twice does no harm."""
        self._closed = True
        atexit.unregister(self.close)
        self._thread.close()

    def __repr__(self) -> str:
        here = "here" if self._conversation.here else "away"
        return f"<Room {self.name!r} at {self.address}, {here}>"

    def __getattr__(self, name: str) -> Exposed:
        """An object that the room exposes: `model`, `notes`, or one of its model's file."""
        start = f"{name}."
        if name.startswith("_") or not any(e["name"].startswith(start) for e in self._exposed()):
            raise AttributeError(f"a room has no {name!r}; its about['exposed'] names its objects")
        return Exposed(name, self._requests, self._exposed)

    def _exposed(self) -> Listing:
        listing: Listing = self.about.get("exposed", ())
        return listing

    # --- what is there --------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The room's name."""
        return self._welcome.room

    @property
    def you(self) -> You:
        """The visitor that this program is."""
        return self._welcome.you

    @property
    def about(self) -> Mapping[str, Any]:
        """The model: its parameters, actions, views and channels, as in `GET /api/models`."""
        return self._welcome.model

    @property
    def visitors(self) -> list[Visitor]:
        """Everybody who is in the room now."""
        return self._conversation.visitors()

    @property
    def params(self) -> dict[str, Scalar]:
        """Every parameter's value, as physical values; a copy."""
        return self.state().params

    def state(self) -> RoomState:
        """Running or paused, parameters and simulation time, as last heard of."""
        return self._conversation.state()

    def get(self, name: str) -> Scalar:
        """A parameter's value. Raises RoomError `unknown_parameter`."""
        params = self.params
        if name not in params:
            text = f"no parameter {name!r}; there are {', '.join(params)}"
            raise RoomError("unknown_parameter", text)
        return params[name]

    # --- commands -------------------------------------------------------------------------

    def set(self, **params: Scalar) -> dict[str, Scalar]:
        """Change parameters, all of them or none; what they are now.

        Raises RoomError `unknown_parameter`, `bad_value` or `out_of_range`.
        """
        reply = self._requests.ask(Set(params=params))
        assert isinstance(reply, State)
        return reply.params

    def act(self, action: str, **args: Any) -> None:
        """One of the actions in `about`: start, pause, step, reset, or the model's own.

        Raises RoomError, above all `bad_value`.
        """
        self._requests.ask(Do(action=action, args=args))

    def finger(self, x: float, y: float, down: bool = True, touch: int = 0) -> None:
        """Put, move or lift a finger; x and y are fractions of the box, y upwards.

        Raises RoomError `bad_message` for places outside the box. Does not wait for the room.
        """
        self._requests.send(Finger(touch=touch, x=float(x), y=float(y), down=bool(down)))

    def say(self, text: str) -> Said:
        """Write to all in the room. Raises RoomError `forbidden` or `too_fast`."""
        reply = self._requests.ask(Say(text=text))
        assert isinstance(reply, Said)
        return reply

    def echo(self, data: Any) -> Any:
        """`data`, any JSON, as it comes back from the server: the whole way there, and back.

        Raises RoomError `bad_message` for data nested too deeply, and TypeError.
        """
        reply = self._requests.ask(Echo(data=data))
        assert isinstance(reply, Echoed)
        return reply.data

    @property
    def lines(self) -> list[Said]:
        """What was said in the room since this program came, at most the last twenty lines."""
        return self._conversation.lines()

    # --- what is seen ---------------------------------------------------------------------

    def view(self, name: str) -> None:
        """Let frames show that view from now on. Raises RoomError `bad_value`."""
        self._conversation.choose_view(name)
        self._requests.send(SelectView(name=name))

    def frame(self, timeout_s: float | None = None) -> Frame:
        """The newest frame; waits for the first one, at most `timeout_s`.

        Raises TimeoutError, ConnectionError, and ValueError where there are no pictures.
        """
        patience_s = self._requests.timeout_s if timeout_s is None else timeout_s
        newest = self._newest(patience_s)
        if newest is None:
            raise TimeoutError(f"no frame came within {patience_s:g} s")
        return from_wire(newest, self.about["views"])

    def frames(self) -> Iterator[Frame]:
        """Each newest frame, until the room is closed; those that came meanwhile are left out.

        Waits while the room is paused. Raises what `frame` does, but no TimeoutError.
        """
        before = None
        while True:
            try:
                newest = self._newest(self._requests.timeout_s, but=before)
            except ConnectionError:
                if self._closed:
                    return
                raise
            if newest is not None:
                before = newest
                yield from_wire(newest, self.about["views"])

    def snapshot(self, timeout_s: float = 60.0) -> Arrays:
        """One instant without loss: psi (or field), density, t and params (JSON), as arrays.

        Raises RoomError `failed`, above all for a model without a grid, TimeoutError, and
        ConnectionError.
        """
        return self._requests.snapshot(timeout_s)

    # --- what is heard --------------------------------------------------------------------

    def channels(self) -> list[str]:
        """The names of the room's live values; `about["channels"]` says what they are."""
        reply = self._requests.ask(Channels())
        assert isinstance(reply, ChannelNames)
        return reply.names

    def subscribe(self, name: str, handler: ChannelHandler) -> None:
        """Have `handler(value)` called at once and at each change of channel `name`.

        Handlers run one after the other in a thread of their own, in which all of this class may
        be used. One that is slow misses values, never the newest. Raises RoomError `bad_value`.
        """
        if self._conversation.handlers.add(name, handler):
            try:
                self._requests.ask(Subscribe(names=[name]))
            except BaseException:
                self._conversation.handlers.remove(name, handler)
                raise

    def unsubscribe(self, name: str, handler: ChannelHandler | None = None) -> None:
        """Call `handler` (none given: all of them) for `name` no more."""
        if self._conversation.handlers.remove(name, handler):
            self._requests.ask(Unsubscribe(names=[name]))

    def _newest(self, patience_s: float, but: Packed | None = None) -> Packed | None:
        if not self._pictures:
            raise ValueError("this room was joined for no pictures; picture='raw' brings them")
        return self._conversation.wait_frame(patience_s, but)

    @property
    def _welcome(self) -> Welcome:
        welcome = self._conversation.welcome
        assert welcome is not None, "a room is joined when it is made"
        return welcome
