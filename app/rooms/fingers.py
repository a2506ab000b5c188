"""The fingers in the fluid: caps, and drags that must end before they may stir again."""

from __future__ import annotations

from typing import cast

from app.protocol.frames import FingerMark
from models.contract import ActionError, FieldModel, FingerLimitError, Model

MAX_FINGERS_PER_VISITOR = 10
MAX_FINGERS_PER_ROOM = 40

Key = tuple[int, int]
"""Visitor and touch."""


class RoomFingers:
    """The fingers that are down in one room; the model may be replaced by another."""

    def __init__(self) -> None:
        self._down: set[Key] = set()
        self._ended: set[Key] = set()

    def adopt_state(self, other: RoomFingers) -> None:
        """Take over the fingers of `other` as drags that must end, because its fluid is gone."""
        self._ended = other._ended | other._down

    def touch(self, model: Model, key: Key, x: float, y: float) -> None:
        """Put a finger down or move it. Raises ActionError, FingerLimitError past the caps."""
        if not isinstance(model, FieldModel):
            raise ActionError("this exhibit has no fluid to touch")
        if key in self._ended:
            return
        if key not in self._down:
            mine = sum(1 for visitor, _ in self._down if visitor == key[0])
            if mine >= MAX_FINGERS_PER_VISITOR or len(self._down) >= MAX_FINGERS_PER_ROOM:
                raise FingerLimitError(
                    f"at most {MAX_FINGERS_PER_VISITOR} fingers a visitor and "
                    f"{MAX_FINGERS_PER_ROOM} in a room"
                )
        model.touch(key, x, y)
        self._down.add(key)

    def lift(self, model: Model, key: Key) -> None:
        """Lift a finger if it is down; its next touch stirs."""
        self._ended.discard(key)
        self._lift(model, key)

    def forget(self, model: Model, visitor: int) -> None:
        """Lift all fingers of a visitor."""
        for key in [key for key in self._down if key[0] == visitor]:
            self._lift(model, key)
        self._ended = {key for key in self._ended if key[0] != visitor}

    def end_drags(self, model: Model) -> None:
        """Require that each finger that is down be lifted first, because the fluid is replaced."""
        self._ended |= self._down
        for key in list(self._down):
            self._lift(model, key)

    def _lift(self, model: Model, key: Key) -> None:
        if key in self._down and isinstance(model, FieldModel):
            model.lift(key)
        self._down.discard(key)


def marks(model: Model) -> list[FingerMark]:
    """Return every finger that is down or fades, as frames show it."""
    if not isinstance(model, FieldModel):
        return []
    return [
        FingerMark(*cast(Key, state.key), state.down, state.pointer, state.potential)
        for state in model.fingers()
    ]
