"""A room with a toy in it, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from app.protocol.messages import Do, Finger, Rpc, ServerMessage, Set, Visitor
from app.rooms.room import Room
from models.contract import Model
from tests.support.toy import Wave


class Heard:
    """Everything that a room emitted, with whom it was for."""

    def __init__(self) -> None:
        self.all: list[tuple[dict[str, Any], int | None]] = []

    def emit(self, message: ServerMessage, to: int | None) -> None:
        """The room's `emit`: what was said, as JSON."""
        # The message may be changed by whoever sends it, so it is kept as bytes would be.
        self.all.append((msgspec.json.decode(msgspec.json.encode(message)), to))

    def take(self, kind: str) -> list[dict[str, Any]]:
        """Messages of one type since the last time."""
        found = [message for message, _ in self.all if message["type"] == kind]
        self.all = [pair for pair in self.all if pair[0]["type"] != kind]
        return found

    def last(self, kind: str) -> dict[str, Any]:
        """The newest message of a type."""
        return self.take(kind)[-1]


class Hall:
    """A room and its visitors Anna (1) and Bert (2)."""

    def __init__(self, model: type[Model], **params: Any) -> None:
        self.heard = Heard()
        self.posted: SimpleQueue[Callable[[Room], None]] = SimpleQueue()
        self.room = Room("hall", model.__name__, model, params, self.heard.emit, self.posted.put)
        for number, name in ((1, "Anna"), (2, "Bert")):
            self.room.enter(Visitor(id=number, name=name, colour=""), UNSET)
        self.heard.all.clear()

    def set(self, visitor: int = 1, **params: Any) -> None:
        """A visitor's `set`, with the id 9."""
        self.room.handle(visitor, Set(id=9, params=params))

    def do(self, action: str, visitor: int = 1, **args: Any) -> None:
        """A visitor's `do`, with the id 9."""
        self.room.handle(visitor, Do(id=9, action=action, args=args))

    def rpc(self, op: str, target: str, *args: Any, by: int = 1, **kwargs: Any) -> Any:
        """A visitor's `rpc`, with the id 9: its value, or the code that refuses it."""
        self.room.handle(by, Rpc(id=9, op=op, target=target, args=list(args), kwargs=kwargs))  # type: ignore[arg-type]
        return self.answer()

    def answer(self) -> Any:
        """What has been answered last: a value, or the code of an error."""
        ((message, _),) = [pair for pair in self.heard.all if pair[0]["type"] in ("reply", "error")]
        self.heard.all = [pair for pair in self.heard.all if pair[0] is not message]
        assert message["id"] == 9
        return message["value"] if message["type"] == "reply" else message["code"]

    def catch_up(self, patience_s: float = 10.0) -> None:
        """Let in what another thread has posted, waiting for it."""
        self.posted.get(timeout=patience_s)(self.room)

    def finger(self, visitor: int, touch: int, x: float, y: float, down: bool = True) -> None:
        """A visitor's finger."""
        self.room.handle(visitor, Finger(id=9, touch=touch, x=x, y=y, down=down))

    def fingers(self) -> set[tuple[int, int]]:
        """(visitor, touch) of all that are down."""
        return {(mark.visitor, mark.touch) for mark in self.room.finger_marks() if mark.down}


@pytest.fixture
def hall() -> Hall:
    """Anna and Bert before a wave."""
    return Hall(Wave)


@pytest.fixture
def make_hall() -> Callable[..., Hall]:
    """Anna and Bert before something else."""
    return Hall
