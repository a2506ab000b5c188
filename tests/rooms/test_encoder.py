"""Pictures become frames the right way up, and JPEG shows what raw shows."""

from __future__ import annotations

import numpy as np
import pytest

from app.protocol import frames
from app.protocol.frames import QUALITIES, FrameKey
from app.rooms.encoder import Overlay, encode_frame, jpeg
from models.contract import Picture
from tests.support import client
from tests.support.toy import Wave

NOTHING = Overlay([], np.zeros((0, 2)), [])


def shown(key: FrameKey, picture: Picture, overlay: Overlay = NOTHING) -> client.Frame:
    return client.decode(encode_frame(key, 1, picture, overlay, 77, 2.5))


def test_row_0_is_the_largest_y_and_columns_are_x() -> None:
    model = Wave()
    model.step(5)
    frame = shown(FrameKey("density", frames.RAW), model.picture("density"))
    assert (frame.nx, frame.ny) == (24, 16)
    # The toy's density grows with y, and is highest in x where its hump is.
    assert frame.levels[0].mean() > frame.levels[-1].mean()
    assert frame.values == pytest.approx(model.density(), abs=3 / 255)
    crest = model.position / (2 * np.pi) * 24
    assert frame.levels.mean(axis=0).argmax() == round(crest) % 24


def test_a_jpeg_shows_what_raw_shows() -> None:
    picture = Wave().picture("density")
    raw = shown(FrameKey("density", frames.RAW), picture)
    for quality in range(len(QUALITIES)):
        lossy = shown(FrameKey("density", frames.JPEG, quality), picture)
        assert (lossy.nx, lossy.ny, lossy.lo, lossy.hi) == (raw.nx, raw.ny, raw.lo, raw.hi)
        assert np.abs(lossy.values - raw.values).mean() < 0.1


def test_lower_quality_is_smaller() -> None:
    rng = np.random.default_rng(1)
    levels = rng.integers(0, 255, (64, 96), dtype=np.uint8)
    sizes = [len(jpeg(levels, quality)) for quality in QUALITIES]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.6 * sizes[0]


def test_the_overlay_and_the_clock_are_in_the_frame() -> None:
    overlay = Overlay(
        [frames.FingerMark(5, 1, True, (0.25, 0.5), (0.75, 1.0))],
        np.array([[0.125, 0.5]]),
        [frames.VortexMark(0.5, 0.25, -1)],
    )
    frame = shown(FrameKey("density", frames.RAW), Wave().picture("density"), overlay)
    assert (frame.seq, frame.time, frame.view) == (77, 2.5, 1)
    [mark] = frame.fingers
    assert (mark.visitor, mark.touch, mark.flags) == (5, 1, 1)
    assert mark.pointer == pytest.approx((0.25, 0.5), abs=1e-4)
    assert mark.potential == pytest.approx((0.75, 1.0), abs=1e-4)
    assert frame.tracers == [(8192, 32768)]
    assert frame.vortices == [(32768, 16384, -1)]
