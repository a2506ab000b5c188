"""The state that a room was fed last, which outlives its model."""

from __future__ import annotations

from collections.abc import Mapping

from app.protocol.compute import Fed
from app.protocol.messages import Error
from models.contract import Model
from models.parameters import ParameterError, Value


class FeedState:
    """The newest state of a room's feeds."""

    def __init__(self) -> None:
        self._state: dict[str, Value] = {}

    def apply(self, model: Model, state: Mapping[str, object]) -> Fed | Error:
        """Apply `state` to `model` and return the answer to its sender."""
        try:
            self._state = model.take_in(state)
        except ParameterError as fault:
            return Error(code=fault.code, message=str(fault))
        return Fed(state=self._state)

    def renew(self, model: Model) -> None:
        """Apply the last state to a new `model`."""
        if self._state:
            model.take_in(self._state)
