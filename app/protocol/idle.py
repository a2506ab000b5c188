"""Messages about a room in which nobody does anything any more.

With the setting `idle` and a kiosk in the room, `idle` tells everybody there what happens:
`countdown` (it begins anew in `left_s` seconds), then `attract` (it has; the kiosk's page stirs it
with a ghost finger, whose touch is GHOST_TOUCH) and, from the first sign of somebody on, `busy`.
Such a sign is any finger but the ghost's, `set`, `do`, `rpc` (but to get), or `here`. A newcomer is
told the present phase after his `welcome`; who is told nothing is where nothing of this happens.
"""

from __future__ import annotations

from typing import Literal

from app.protocol.base import Message

GHOST_TOUCH = 255
"""A visitor has fewer fingers; a finger of this number is nobody's."""

Phase = Literal["busy", "countdown", "attract"]


class Here(Message, tag="here"):
    """Somebody is here, though he neither stirs nor changes anything; answered by nothing."""


class Idle(Message, tag="idle", omit_defaults=False, kw_only=True):
    """The room's phase; `left_s`: seconds of the countdown."""

    phase: Phase
    left_s: float
