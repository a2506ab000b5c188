"""Reads visitors' pictures, whatever is in them, into a few grey levels.

Pillow does the reading, of the one format that was declared and no other, so that a file that is
two things at once is what its sender said or nothing. A picture's size is looked at before it is
unpacked; of several pictures in one file the first counts.
"""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps

from app.protocol.commands import MAX_PICTURE_SIDE
from models.numerics.arrays import ByteArray

FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF"}
"""Types that can be allowed, and Pillow's names of them."""

MAX_PIXELS = 25_000_000
"""A camera's 24 megapixels; as colours with transparency, 100 MB while it is read."""
MAX_PROPORTION = 16
KEPT_SIDE = 256
LEAST_CONTRAST = 8
"""Of 255: what has less is a plain surface."""
PAPER = "white"
"""What shows through where a picture is transparent: most of them are drawings in ink."""


class PictureError(ValueError):
    """A picture that cannot be used; the text says why."""


class ReadPicture(NamedTuple):
    """A picture as the room gets it, and as it is kept."""

    levels: ByteArray
    """Shape (height, width), at most MAX_PICTURE_SIDE each way, row 0 at the top."""
    png: bytes
    """Grey, at most KEPT_SIDE each way, and nothing else of what the file held."""


def read_picture(data: bytes, kind: str) -> ReadPicture:
    """The picture in `data`, one of FORMATS. Slow: for a thread. Raises PictureError."""
    try:
        with Image.open(io.BytesIO(data), formats=(FORMATS[kind],)) as opened:
            _check_size(*opened.size)
            grey = _grey(opened)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(_too_large()) from None
    except Exception as fault:
        raise PictureError(f"this is not a whole {FORMATS[kind]} picture") from fault
    if np.ptp(np.asarray(grey)) < LEAST_CONTRAST:
        raise PictureError("this picture is all of one grey")
    kept = ImageOps.autocontrast(grey, cutoff=1)
    file = io.BytesIO()
    kept.save(file, "PNG")
    kept.thumbnail((MAX_PICTURE_SIDE, MAX_PICTURE_SIDE), Image.Resampling.LANCZOS)
    return ReadPicture(np.asarray(kept), file.getvalue())


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PictureError(_too_large())
    if max(width, height) > MAX_PROPORTION * min(width, height):
        raise PictureError(f"a picture may be at most {MAX_PROPORTION} times as long as wide")


def _too_large() -> str:
    return f"a picture may have at most {MAX_PIXELS / 1e6:g} million points"


def _grey(picture: Image.Image) -> Image.Image:
    """Upright, opaque, grey, and no larger than it is kept."""
    picture.draft("RGB", (2 * KEPT_SIDE, 2 * KEPT_SIDE))  # a JPEG need not be unpacked whole
    turned = ImageOps.exif_transpose(picture)
    if turned.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
        turned = Image.fromarray((np.asarray(turned, np.uint32) >> 8).astype(np.uint8))
    if turned.has_transparency_data:
        layers = turned.convert("RGBA")
        turned = Image.new("RGBA", turned.size, PAPER)
        turned.alpha_composite(layers)
    grey = turned.convert("RGB").convert("L")
    grey.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    return grey
