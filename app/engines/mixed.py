"""Listed models and a user's, each where they belong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.engines.base import Engine, Listener, RoomLink
from app.protocol.messages import RoomState


class MixedEngine:
    """Several engines as one; of models with the same name the first engine's is taken."""

    near = True

    def __init__(self, *engines: Engine) -> None:
        self._engines = engines

    def catalogue(self) -> dict[str, dict[str, Any]]:
        """The models of all engines."""
        known: dict[str, dict[str, Any]] = {}
        for engine in self._engines:
            known = {**known, **{k: v for k, v in engine.catalogue().items() if k not in known}}
        return known

    def source(self, model: str) -> str:
        """Its code. Raises SourceError, and KeyError for an unknown model."""
        return self._engine_of(model).source(model)

    def open(
        self,
        room: str,
        model: str,
        listener: Listener,
        params: Mapping[str, object] | None = None,
        state: RoomState | None = None,
    ) -> RoomLink:
        """A new room. Raises KeyError for an unknown model."""
        return self._engine_of(model).open(room, model, listener, params, state)

    def poll(self) -> None:
        """Mend what is broken."""
        for engine in self._engines:
            engine.poll()

    def close(self) -> None:
        """End all rooms."""
        for engine in self._engines:
            engine.close()

    def _engine_of(self, model: str) -> Engine:
        for engine in self._engines:
            if model in engine.catalogue():
                return engine
        raise KeyError(f"no model {model!r}; there are {', '.join(self.catalogue())}")
