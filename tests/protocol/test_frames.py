"""Frames: bytes by the document, both ways, and pictures the right way up."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.protocol import frames
from app.protocol.frames import FingerMark, FrameError, VortexMark, WireFrame, pack, unpack
from tests.support import client

u16 = st.integers(0, 65535)
fraction = u16.map(lambda n: n / 65535)
point = st.tuples(fraction, fraction)
float32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
fingers = st.builds(
    FingerMark, st.integers(0, 2**32 - 1), st.integers(0, 255), st.booleans(), point, point
)
vortices = st.builds(VortexMark, fraction, fraction, st.integers(-32768, 32767))


def made(**changes: Any) -> WireFrame:
    plain: dict[str, Any] = {
        "encoding": frames.RAW, "nx": 3, "ny": 2, "seq": 9, "time": 1.5, "lo": -1.0, "hi": 2.0,
        "view": 1, "fingers": [], "tracers": np.zeros((0, 2)), "vortices": [],
        "picture": bytes(range(6)),
    }  # fmt: skip
    return WireFrame(**{**plain, **changes})


@given(
    st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1),
    st.floats(allow_nan=False), float32, float32, st.integers(0, 255),
    st.lists(fingers, max_size=4), st.lists(point, max_size=5), st.lists(vortices, max_size=4),
    st.data(),
)  # fmt: skip
def test_a_frame_survives_its_bytes(
    nx: int, ny: int, seq: int, time: float, lo: float, hi: float, view: int,
    marks: list[FingerMark], tracers: list[tuple[float, float]], swirls: list[VortexMark],
    data: st.DataObject,
) -> None:  # fmt: skip
    picture = data.draw(st.binary(min_size=nx * ny, max_size=nx * ny))
    points = np.array(tracers).reshape(-1, 2)
    frame = WireFrame(frames.RAW, nx, ny, seq, time, lo, hi, view, marks, points, swirls, picture)
    packed = pack(frame)
    again = unpack(packed)
    assert np.array_equal(again.tracers, points)
    assert again._replace(tracers=points) == frame
    assert pack(again) == packed
    assert frames.sequence_number(packed) == seq


def test_the_bytes_are_those_of_the_document() -> None:
    frame = made(
        fingers=[FingerMark(70000, 2, True, (0.0, 1.0), (1.0, 0.0))],
        tracers=np.array([[0.0, 1.0]]),
        vortices=[VortexMark(1.0, 0.0, -1)],
    )
    assert pack(frame) == (
        b"VF" + bytes([1, 2, 3, 0, 2, 0, 9, 0, 0, 0])
        + struct.pack("<d", 1.5) + struct.pack("<ff", -1.0, 2.0)
        + bytes([1, 1, 1, 0, 1, 0])
        + bytes([0x70, 0x11, 1, 0, 2, 1, 0, 0, 255, 255, 255, 255, 0, 0])
        + bytes([0, 0, 255, 255])
        + bytes([255, 255, 0, 0, 255, 255])
        + bytes(range(6))
    )  # fmt: skip


@given(st.lists(point, max_size=3), st.lists(fingers, max_size=3))
def test_an_outsider_reads_the_same(
    tracers: list[tuple[float, float]], marks: list[FingerMark]
) -> None:
    frame = made(tracers=np.array(tracers).reshape(-1, 2), fingers=marks)
    seen = client.decode(pack(frame))
    assert (seen.nx, seen.ny, seen.seq, seen.time) == (3, 2, 9, 1.5)
    assert (seen.lo, seen.hi, seen.view) == (-1.0, 2.0, 1)
    assert seen.levels.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert [(m.visitor, m.touch, bool(m.flags), m.pointer, m.potential) for m in seen.fingers] == (
        [tuple(mark) for mark in marks]
    )
    assert [(x / 65535, y / 65535) for x, y in seen.tracers] == tracers


def test_positions_outside_the_box_are_clipped_not_wrapped() -> None:
    frame = made(
        tracers=np.array([[-0.1, 1.1]]),
        fingers=[FingerMark(1, 0, True, (-3.0, 3.0), (1.0000001, 0.5))],
        vortices=[VortexMark(2.0, -2.0, 1)],
    )
    again = unpack(pack(frame))
    assert again.tracers.tolist() == [[0.0, 1.0]]
    assert again.fingers[0].pointer == (0.0, 1.0)
    assert again.fingers[0].potential[0] == 1.0
    assert again.vortices == [VortexMark(1.0, 0.0, 1)]


def test_what_is_past_the_limits_is_left_out() -> None:
    many = [FingerMark(1, 0, True, (0.5, 0.5), (0.5, 0.5))] * 300
    again = unpack(pack(made(fingers=many, tracers=np.full((70_000, 2), 0.25))))
    assert len(again.fingers) == 255
    assert len(again.tracers) == 65535
    assert again.picture == bytes(range(6))


@pytest.mark.parametrize("cut", [0, 1, 10, 33, 34, 39])
def test_bytes_cut_short_are_refused(cut: int) -> None:
    with pytest.raises(FrameError):
        unpack(pack(made())[:cut])


def test_what_is_no_frame_is_refused() -> None:
    good = pack(made())
    for bad in (b"XX" + good[2:], good[:2] + b"\x02" + good[3:], good + b"x"):
        with pytest.raises(FrameError):
            unpack(bad)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_frame_or_refused(data: bytes) -> None:
    with suppress(FrameError):
        unpack(b"VF\x01" + data)


def test_levels_have_y_first() -> None:
    assert frames.raw_levels(made()).tolist() == [[0, 1, 2], [3, 4, 5]]
