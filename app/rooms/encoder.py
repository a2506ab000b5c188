"""From a model's picture to a frame's bytes: once for each view, encoding and quality."""

from __future__ import annotations

import io
from typing import NamedTuple

from PIL import Image

from app.protocol import frames
from app.protocol.frames import QUALITIES, FrameKey
from models.contract import Picture
from models.numerics.arrays import ByteArray


class Overlay(NamedTuple):
    """What lies on the picture: fingers, tracers of shape (count, 2), vortices."""

    fingers: list[frames.FingerMark]
    tracers: frames.Fractions
    vortices: list[frames.VortexMark]


def jpeg(levels: ByteArray, quality: int) -> bytes:
    """`levels` (Ny, Nx) as a grey JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(levels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def encode_frame(
    key: FrameKey, view_index: int, picture: Picture, overlay: Overlay, seq: int, t: float
) -> bytes:
    """The frame for all viewers of `key`."""
    ny, nx = picture.levels.shape
    if key.encoding == frames.JPEG:
        data = jpeg(picture.levels, QUALITIES[key.quality])
    else:
        data = picture.levels.tobytes()
    frame = frames.WireFrame(
        encoding=key.encoding,
        nx=nx,
        ny=ny,
        seq=seq,
        time=t,
        lo=picture.lo,
        hi=picture.hi,
        view=view_index,
        fingers=overlay.fingers,
        tracers=overlay.tracers,
        vortices=overlay.vortices,
        picture=data,
    )
    return frames.pack(frame)
