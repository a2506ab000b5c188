"""A frame as a program sees it: the picture as numbers, in the model's own orientation."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from app.protocol import frames
from app.protocol.compute import MAX_ANSWER_BYTES
from app.protocol.frames import FingerMark, Fractions, FrameError, VortexMark


@dataclass(frozen=True, eq=False)
class Frame:
    """One moment of a room; places are fractions of the box, y upwards."""

    values: npt.NDArray[np.float64]
    """Shape (Nx, Ny), x first, y upwards, in `unit`; as fine as a 255th of the picture's range."""
    view: str
    """What `values` show, such as "density"."""
    unit: str
    time: float
    """Simulation time, in the model's unit."""
    seq: int
    """Grows from frame to frame; a number left out is a frame that was not waited for."""
    fingers: Sequence[FingerMark]
    tracers: Fractions
    """Shape (count, 2)."""
    vortices: Sequence[VortexMark]
    """Those found, if the view marks them."""


def from_wire(packed: frames.WireFrame, views: Sequence[Mapping[str, Any]]) -> Frame:
    """`packed` as numbers; it shows one of the model's `views`. Raises FrameError."""
    view = views[packed.view]
    levels = _jpeg_levels(packed) if packed.encoding == frames.JPEG else frames.raw_levels(packed)
    return Frame(
        values=packed.lo + (packed.hi - packed.lo) * levels[::-1].T.astype(np.float64) / 255.0,
        view=view["name"],
        unit=view["unit"],
        time=packed.time,
        seq=packed.seq,
        fingers=packed.fingers,
        tracers=packed.tracers,
        vortices=packed.vortices,
    )


def _jpeg_levels(packed: frames.WireFrame) -> npt.NDArray[np.uint8]:
    """The picture of a JPEG frame as levels of shape (Ny, Nx)."""
    if packed.nx * packed.ny > MAX_ANSWER_BYTES:
        raise FrameError(f"a picture of {packed.nx} x {packed.ny} is too large")
    try:
        with Image.open(io.BytesIO(packed.picture), formats=("JPEG",)) as image:
            if image.size != (packed.nx, packed.ny) or image.mode != "L":
                raise FrameError(f"a picture that is not grey and {packed.nx} x {packed.ny}")
            return np.asarray(image)
    except (UnidentifiedImageError, OSError, SyntaxError) as fault:
        raise FrameError(f"a picture that is no JPEG: {fault}") from None
