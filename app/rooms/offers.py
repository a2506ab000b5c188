"""What every room offers, whatever its model."""

from __future__ import annotations

ROOM_ACTIONS = {
    "start": "Let time run.",
    "pause": "Hold time still.",
    "step": "Pause, and take a single time step.",
    "reset": "Start again from the initial state; parameters stay as they are.",
    "reset_tracers": "Scatter the tracers anew.",
}
ROOM_CHANNELS = {
    "steps_per_s": "Time steps per second.",
    "fps": "Pictures per second.",
    "heartbeat": "Counts every 10 s of the room's life, paused or not.",
    "notes": "The board of notes: texts by name.",
}
