"""States fed to rooms that do not run yet: the first visitor will see the newest."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from app.protocol.compute import Fed
from app.protocol.messages import Error
from models.feeds import check_state
from models.parameters import Value, from_schema

log = logging.getLogger(__name__)


class AcceptsFeeds(Protocol):
    """The way to a room (see engines.base.RoomLink)."""

    def feed(self, state: Mapping[str, Any], answer: Any) -> None:
        """Post `state`."""


class WaitingStates:
    """One for each room at most; those rooms are named like listed models."""

    def __init__(self) -> None:
        self._states: dict[str, dict[str, Value]] = {}

    def __contains__(self, room: object) -> bool:
        return room in self._states

    def keep(
        self, room: str, about: Mapping[str, Any], state: Mapping[str, Any]
    ) -> dict[str, Value]:
        """Keep `state` for `room`, whole; checked now, while its sender can correct it.

        `about` is its model's entry of `GET /api/models`. Raises ParameterError.
        """
        checked = check_state([from_schema(part) for part in about.get("feed", ())], state)
        self._states[room] = checked
        return checked

    def hand_over(self, room: str, link: AcceptsFeeds) -> None:
        """Give `room`, which opens, the state that waits for it, if there is one."""
        state = self._states.pop(room, None)
        if state is not None:
            link.feed(state, partial(_report, room))


def _report(room: str, answer: Fed | Error) -> None:
    if isinstance(answer, Error):
        log.warning("room %s: the state fed before it opened is lost: %s", room, answer.message)
