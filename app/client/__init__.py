"""A client for programs and notebooks: `from app.client import Room`.

It needs NumPy, Pillow, msgspec, pyzmq and wsproto, and none of what a server or a window needs.
"""

from __future__ import annotations

from app.client.errors import RoomError
from app.client.frame import Frame
from app.client.room import Room

__all__ = ["Frame", "Room", "RoomError"]
