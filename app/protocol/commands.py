"""Commands that a room carries out between two steps, whatever sent them.

`VisitorCommand` comes from visitors. `LoadPicture` and `ResetRoom` do not: a web server makes the
one from an upload that it has checked (`POST /api/rooms/<room>/upload`) and the other when nobody
has done anything in a room for a while (app.web.rooms.idle_monitor). They go to rooms here and on
compute servers alike.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from msgspec import Meta

from app.protocol.messages import Message, VisitorCommand
from models.contract import PictureUse
from models.numerics.arrays import ByteArray

MAX_PICTURE_SIDE = 128
"""Of a picture on its way to a room: 22 KB in base64."""

Side = Annotated[int, Meta(ge=1, le=MAX_PICTURE_SIDE)]


class LoadPicture(Message, tag="picture"):
    """Restart with a picture. `levels` (base64 in JSON): rows from the top, 0 is black."""

    width: Side
    height: Side
    levels: Annotated[bytes, Meta(max_length=MAX_PICTURE_SIDE**2)]
    use: PictureUse

    def __post_init__(self) -> None:
        if len(self.levels) != self.width * self.height:
            raise ValueError(f"{self.width} x {self.height} levels are needed")

    def grey(self) -> ByteArray:
        """The levels, shape (height, width)."""
        return np.frombuffer(self.levels, np.uint8).reshape(self.height, self.width)


class ResetRoom(Message, tag="rest"):
    """Reset the room for the next visitor: first values, running, the fluid from its start.

    The `state` that announces it has no visitor in `by`, so that other exhibits that share the room
    do not count it as activity.
    """


Command = VisitorCommand | LoadPicture | ResetRoom
