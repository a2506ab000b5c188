"""The room that a program joins, and the visitor as which it does."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from app.protocol.messages import PROTOCOL, Hello

PictureEncoding = Literal["raw", "jpeg", "none"]
"""How frames come: without loss, smaller, or (who only listens and sets) not at all."""


class JoinRequest(Struct, frozen=True):
    """What the first `hello` says."""

    room: str | None
    model: str | None
    name: str
    code: str | None
    picture: PictureEncoding

    def hello(self, request: int, resume: str | None = None) -> Hello:
        """Make the `hello` of a new visitor, or of the one that `resume` identifies."""
        return Hello(
            id=request,
            protocol=PROTOCOL,
            room=self.room,
            model=self.model,
            name=self.name or None,
            token=self.code,
            resume=resume,
            accept=("raw",) if self.picture == "raw" else ("jpeg", "raw"),
        )
