"""A frame: one picture of the fluid with its fingers, tracers and vortices, in bytes.

Little-endian, version 1:

    header   <2sBBHHIdffBBHH   "VF", version 1, encoding (1 JPEG, 2 raw), Nx, Ny, sequence number
                               (at byte 8), simulation time, lo, hi, view, number of fingers,
                               tracers, vortices
    finger   <IBBHHHH          visitor, touch, flags (1 = down), pointer x y, potential x y
    tracer   <HH               x y
    vortex   <HHh              x y, sign
    picture                    row 0 is the largest y; value = lo + (hi - lo) * byte / 255

Positions are fractions of the box times 65535, y up. `view` counts in the model's list of views.
The sequence number is 32 bits and never goes back while a room runs; the picture is a grey JPEG
or Nx * Ny bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

# Quality levels that viewers share, best first; a viewer with less bandwidth gets a lower one.
QUALITIES = (80, 60, 45, 30)


MAGIC = b"VF"
VERSION = 1
JPEG, RAW = 1, 2
FINGER_DOWN = 1
MAX_FINGERS = 255
MAX_POINTS = 65535
_HEADER = struct.Struct("<2sBBHHIdffBBHH")
_FINGER = struct.Struct("<IBBHHHH")
_SEQ_OFFSET = 8
_TRACER_BYTES = 4
_VORTEX = np.dtype([("x", "<u2"), ("y", "<u2"), ("sign", "<i2")])

Fractions = npt.NDArray[np.floating[Any]]
Point = tuple[float, float]


class FrameError(ValueError):
    """Bytes that are not a frame of this version."""


class FingerMark(NamedTuple):
    """A finger in a frame; positions are fractions of the box, y up."""

    visitor: int
    touch: int
    down: bool
    pointer: Point
    potential: Point


class VortexMark(NamedTuple):
    """A vortex in a frame: fractions of the box, and the sign of its circulation."""

    x: float
    y: float
    sign: int


class WireFrame(NamedTuple):
    """A frame as objects; `tracers` has shape (count, 2)."""

    encoding: int
    nx: int
    ny: int
    seq: int
    time: float
    lo: float
    hi: float
    view: int
    fingers: Sequence[FingerMark]
    tracers: Fractions
    vortices: Sequence[VortexMark]
    picture: bytes


def pack(frame: WireFrame) -> bytes:
    """The bytes of `frame`; fingers and points past the format's limits are left out."""
    fingers = frame.fingers[:MAX_FINGERS]
    vortices = frame.vortices[:MAX_POINTS]
    tracers = frame.tracers[:MAX_POINTS]
    header = _HEADER.pack(
        MAGIC, VERSION, frame.encoding, frame.nx, frame.ny, frame.seq, frame.time,
        frame.lo, frame.hi, frame.view, len(fingers), len(tracers), len(vortices),
    )  # fmt: skip
    marks = b"".join(
        _FINGER.pack(
            f.visitor, f.touch, FINGER_DOWN if f.down else 0, *map(_u16, (*f.pointer, *f.potential))
        )
        for f in fingers
    )
    swirls = np.array([(_u16(v.x), _u16(v.y), v.sign) for v in vortices], _VORTEX)
    return b"".join((header, marks, _u16_array(tracers), swirls.tobytes(), frame.picture))


def unpack(data: bytes) -> WireFrame:
    """The frame in `data`. Raises FrameError for anything else."""
    if len(data) < _HEADER.size:
        raise FrameError(f"a frame has at least {_HEADER.size} bytes, not {len(data)}")
    (magic, version, encoding, nx, ny, seq, time, lo, hi, view, fingers, tracers, vortices) = (
        _HEADER.unpack_from(data)
    )
    if magic != MAGIC or version != VERSION:
        raise FrameError(f"not a frame of version {VERSION}")
    tracers_at = _HEADER.size + fingers * _FINGER.size
    vortices_at = tracers_at + tracers * _TRACER_BYTES
    picture_at = vortices_at + vortices * _VORTEX.itemsize
    if len(data) < picture_at or (encoding == RAW and len(data) != picture_at + nx * ny):
        raise FrameError("a frame that is cut short or too long")
    marks = [
        FingerMark(visitor, touch, bool(flags & FINGER_DOWN), _fraction(x, y), _fraction(px, py))
        for visitor, touch, flags, x, y, px, py in _FINGER.iter_unpack(
            data[_HEADER.size : tracers_at]
        )
    ]
    points = np.frombuffer(data, "<u2", 2 * tracers, tracers_at).reshape(-1, 2) / 65535
    swirls = np.frombuffer(data, _VORTEX, vortices, vortices_at)
    vortex_marks = [VortexMark(*_fraction(v["x"], v["y"]), int(v["sign"])) for v in swirls]
    return WireFrame(
        encoding, nx, ny, seq, time, lo, hi, view, marks, points, vortex_marks, data[picture_at:]
    )


def sequence_number(data: bytes) -> int:
    """The sequence number of a packed frame, without unpacking it."""
    return int.from_bytes(data[_SEQ_OFFSET : _SEQ_OFFSET + 4], "little")


def raw_levels(frame: WireFrame) -> npt.NDArray[np.uint8]:
    """The picture of a RAW frame as levels of shape (Ny, Nx)."""
    return np.frombuffer(frame.picture, np.uint8).reshape(frame.ny, frame.nx)


def _u16(fraction: float) -> int:
    return min(max(round(fraction * 65535), 0), 65535)


def _u16_array(fractions: Fractions) -> bytes:
    return np.rint(np.clip(fractions, 0.0, 1.0) * 65535).astype("<u2").tobytes()


def _fraction(x: int, y: int) -> Point:
    return float(x) / 65535, float(y) / 65535


class FrameKey(NamedTuple):
    """The form of a viewer's frames: viewers with equal keys share the bytes."""

    view: str
    encoding: int
    quality: int = 0
    """Index into QUALITIES; 0 for raw."""
