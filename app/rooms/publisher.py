"""Channels: live values, computed only while somebody listens and told only when they change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.protocol.messages import ChannelValue
from app.rooms.description import ROOM_CHANNELS
from app.rooms.figures import Figures
from app.rooms.presence import Emit
from models.contract import Model


class Publisher:
    """What a room's listeners have heard last."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._told: dict[str, Any] = {}

    def publish(self, names: Collection[str], figures: Figures, model: Model) -> None:
        """Emit the values of `names` that changed; one newly listened to is told at once."""
        for name in names:
            if name in ROOM_CHANNELS:
                value: Any = getattr(figures, name)
            elif name in model.channels:
                value = model.channel(name)
            else:
                continue
            if name not in self._told or self._told[name] != value:
                self._told[name] = value
                self._emit(ChannelValue(name=name, value=value), None)
        for name in self._told.keys() - set(names):
            del self._told[name]
