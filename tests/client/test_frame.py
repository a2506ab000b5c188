"""From a frame's bytes to an array, and what is no frame."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from app.client.frame import from_wire
from app.protocol import frames
from app.protocol.compute import MAX_ANSWER_BYTES

VIEWS = [{"name": "density", "unit": "1"}, {"name": "phase", "unit": "rad"}]


def frame(encoding: int, picture: bytes, nx: int = 3, ny: int = 2) -> frames.WireFrame:
    return frames.WireFrame(
        encoding, nx, ny, 7, 1.5, -1.0, 1.0, 1, [], np.zeros((0, 2)), [], picture
    )  # fmt: skip


def image(form: str, mode: str = "L", size: tuple[int, int] = (3, 2)) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, form)
    return buffer.getvalue()


def test_row_0_of_a_picture_is_the_largest_y() -> None:
    shown = from_wire(frame(frames.RAW, bytes([255, 0, 0, 0, 51, 102])), VIEWS)
    assert shown.values.shape == (3, 2)
    np.testing.assert_allclose(shown.values, [[-1, 1], [-0.6, -1], [-0.2, -1]])
    assert (shown.view, shown.unit, shown.time, shown.seq) == ("phase", "rad", 1.5, 7)


def test_a_jpeg_is_read_alike() -> None:
    shown = from_wire(frame(frames.JPEG, image("JPEG")), VIEWS)
    np.testing.assert_allclose(shown.values, np.full((3, 2), -1.0))


@pytest.mark.parametrize(
    "picture",
    [b"", b"rubbish", image("PNG"), image("JPEG", "RGB"), image("JPEG", size=(2, 3)),
     image("JPEG")[:-40]],
)  # fmt: skip
def test_what_is_no_such_jpeg_is_refused(picture: bytes) -> None:
    with pytest.raises(frames.FrameError):
        from_wire(frame(frames.JPEG, picture), VIEWS)


def test_a_huge_jpeg_is_not_even_looked_at() -> None:
    assert MAX_ANSWER_BYTES < 65535 * 65535
    with pytest.raises(frames.FrameError, match="too large"):
        from_wire(frame(frames.JPEG, image("JPEG"), 65535, 65535), VIEWS)
