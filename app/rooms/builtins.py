"""Actions and channels that every room has, whatever its model."""

from __future__ import annotations

from models.contract import ActionError, Model

ROOM_ACTIONS = {
    "start": "Run.",
    "pause": "Pause.",
    "step": "Pause, and take a single time step.",
    "reset": "Start again from the initial state; parameters stay as they are.",
    "reset_tracers": "Scatter the tracers again.",
}
ROOM_CHANNELS = {
    "steps_per_s": "Time steps per second.",
    "fps": "Pictures per second.",
    "heartbeat": "Counts every 10 s of the room's life, paused or not.",
    "notes": "The board of notes: texts by name.",
}


def room_actions(model: type[Model]) -> dict[str, str]:
    """Return those of ROOM_ACTIONS that work with `model`."""
    taken = model.takes_from_room
    return {name: text for name, text in ROOM_ACTIONS.items() if taken is None or name in taken}


def check_action(action: str, model: type[Model]) -> None:
    """Raise ActionError unless a room with `model` has `action`."""
    known = (*room_actions(model), *model.actions)
    if action not in known:
        raise ActionError(f"no action {action!r}; there are {', '.join(known)}")
