"""Channels: live values, computed only while subscribed and sent only when they change."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any

from app.protocol.messages import ChannelValue
from app.protocol.stats import RoomStats
from app.rooms.builtins import ROOM_CHANNELS
from app.rooms.json_values import NotJsonError, to_json
from app.rooms.notes import Notes
from app.rooms.presence import Emit
from models.contract import Model
from models.exposed import watch

log = logging.getLogger(__name__)


class Publisher:
    """Keeps the last published value of each of a room's channels."""

    def __init__(
        self, emit: Emit, model: type[Model], notes: Notes, wake: Callable[[], None]
    ) -> None:
        """`wake` is called, in any thread, when a tracked value with subscribers has changed: once,
        however often it does, until `publish` is called.
        """
        self._emit = emit
        self._tracked: dict[str, tuple[object, str]] = {"notes": (notes, "texts")}
        for target, leaf in model.served.items():
            if leaf.member.kind == "tracked":
                self._tracked[target] = (leaf.owner, leaf.member.name)
        for channel, (owner, name) in self._tracked.items():
            watch(owner, name, self, channel)
        self._wake = wake
        self._told: dict[str, Any] = {}
        self.has_news = False

    def changed(self, channel: str) -> None:
        """Note that the value of `channel` changed (see models.exposed); from any thread."""
        if channel in self._told and not self.has_news:
            self.has_news = True
            self._wake()

    def read(self, name: str, stats: RoomStats, model: Model) -> Any:
        """Return the present value of a channel, as JSON. Raises KeyError, NotJsonError."""
        if name in self._tracked:
            return to_json(getattr(*self._tracked[name]))
        if name in ROOM_CHANNELS:
            return getattr(stats, name)
        return to_json(model.channel(name))

    def publish(self, names: Collection[str], stats: RoomStats, model: Model) -> None:
        """Emit the values of `names` that changed; those of new subscriptions at once."""
        # Before the values are read, so that later changes are noticed again.
        self.has_news = False
        for name in names:
            if not (name in self._tracked or name in ROOM_CHANNELS or name in model.channels):
                continue
            try:
                value = self.read(name, stats, model)
            except NotJsonError as wrong:
                value = None
                if self._told.get(name, self) is not None:
                    log.warning("channel %s has no value: %s", name, wrong)
            if name not in self._told or self._told[name] != value:
                self._told[name] = value
                self._emit(ChannelValue(name=name, value=value), None)
        for name in self._told.keys() - set(names):
            del self._told[name]
