"""The statistics that show a room's health."""

from __future__ import annotations

from msgspec import Struct


class RoomStats(Struct, frozen=True):
    """A room's health: frames and steps per second, time in the model's unit, restarts.

    `heartbeat` counts spans of HEARTBEAT_S since the room began, whatever its model does.
    """

    fps: float = 0.0
    steps_per_s: float = 0.0
    sim_time: float = 0.0
    restarts: int = 0
    heartbeat: int = 0
