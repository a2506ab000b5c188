"""Messages about an idle room, one in which nobody is active any more.

With the setting `idle` and a kiosk in the room, `idle` announces the phases to everybody there:
`countdown` (the room resets in `left_s` seconds), then `attract` (it has been reset; the kiosk's
page stirs it with a ghost finger, whose touch is GHOST_TOUCH) and, from the first activity on,
`busy`. Activity is any finger but the ghost's, `set`, `do`, `rpc` (but to get), or `here`. A
newcomer gets the present phase after `welcome`; without `idle`, the room has no such phases.
"""

from __future__ import annotations

from typing import Literal

from app.protocol.base import Message

GHOST_TOUCH = 255
"""A visitor has fewer fingers; a finger of this number belongs to no visitor."""

Phase = Literal["busy", "countdown", "attract"]


class Here(Message, tag="here"):
    """Report that somebody is present without stirring or changing anything; not answered."""


class Idle(Message, tag="idle", omit_defaults=False, kw_only=True):
    """The room's phase; `left_s`: seconds of the countdown."""

    phase: Phase
    left_s: float
