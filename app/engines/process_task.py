"""What a process for a user's models is to do; it comes as the settings of its Launch."""

from __future__ import annotations

from msgspec import Struct

from app.rooms.call_threads import USUAL, CallLimits
from app.transport.keys import Keys


class Task(Struct, frozen=True, kw_only=True):
    """Serve rooms at `endpoint` with the models in `file`, or only say what these are."""

    file: str
    fps: float
    params: dict[str, int]
    calls: CallLimits = USUAL
    log_level: str = "info"
    reload: bool = False
    """The file is loaded again when it changes."""
    trial: bool = False
    """Take a file only if its models make a first frame."""
    endpoint: str = ""
    keys: Keys | None = None
    usual_s: float | None = None
    """What making the model took in an earlier process."""
