"""Composes the frames of a model for all its viewers."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterable

import numpy as np

from app.protocol import frames
from app.protocol.frames import FrameKey
from app.rooms.encoder import Overlay, encode_frame
from models.contract import FieldModel, Picture

VORTICES_S = 0.1
"""Vortices are searched for at most this often, and only while a view shows them."""


class Composer:
    """Frames with growing sequence numbers; what viewers share is made once."""

    def __init__(self) -> None:
        self._seq = itertools.count(1)
        self._vortices: list[frames.VortexMark] = []
        self._found_at = -math.inf

    def adopt_state(self, other: Composer) -> None:
        """Continue the numbering of `other`."""
        self._seq = itertools.count(next(other._seq) + 1)

    def count_past(self, seq: int) -> None:
        """Continue numbering above `seq`, which viewers have seen."""
        self._seq = itertools.count(max(next(self._seq), seq + 1))

    def forget_vortices(self) -> None:
        """Make the next frame that shows vortices search for them again, as after a jump."""
        self._found_at = -math.inf

    def compose(
        self, model: FieldModel, fingers: list[frames.FingerMark], keys: Iterable[FrameKey]
    ) -> dict[FrameKey, bytes]:
        """Make one frame for each of `keys` whose view the model has.

        Raises FloatingPointError for a value that is not finite.
        """
        index = {view.name: number for number, view in enumerate(model.views)}
        pictures: dict[str, Picture] = {}
        tracers = model.tracers()
        seq = next(self._seq) & 0xFFFFFFFF
        composed = {}
        for key in keys:
            if key.view not in index:
                continue
            view = model.views[index[key.view]]
            if key.view not in pictures:
                pictures[key.view] = _checked(model.picture(key.view), tracers, model.t)
            vortices = self._find(model) if view.marks_vortices else []
            overlay = Overlay(fingers, tracers, vortices)
            composed[key] = encode_frame(
                key, index[key.view], pictures[key.view], overlay, seq, model.t
            )
        return composed

    def _find(self, model: FieldModel) -> list[frames.VortexMark]:
        now = time.monotonic()
        if now - self._found_at >= VORTICES_S:
            self._found_at = now
            self._vortices = [frames.VortexMark(v.x, v.y, v.sign) for v in model.vortices()]
        return self._vortices


def _checked(picture: Picture, tracers: frames.Fractions, t: float) -> Picture:
    if not (math.isfinite(picture.hi - picture.lo) and math.isfinite(t)):
        raise FloatingPointError("the picture's scale or the time is not finite")
    if not np.isfinite(tracers).all():
        raise FloatingPointError("a tracer's place is not finite")
    return picture
