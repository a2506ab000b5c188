"""Reads visitors' pictures, whatever is in them, into a few grey levels.

Pillow does the reading, of the one format that was declared and no other, so that a file that is
two things at once is what its sender said or nothing. A picture's size is looked at before it is
unpacked; of several pictures in one file the first counts.
"""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
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
PAPERS = ("white", "black")
"""What shows through where a picture is transparent: most of them are drawings in ink. The second
is for those of which nothing is seen on the first."""
CUTOFF_PERCENT = 1
"""So many of all points, the darkest, become black, and as many white."""


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
    kept = Image.fromarray(_stretched(grey))
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


def _grey(picture: Image.Image) -> ByteArray:
    """Upright, as a person sees it, and no larger than it is kept. Raises PictureError."""
    picture.draft("RGB", (2 * KEPT_SIDE, 2 * KEPT_SIDE))  # a JPEG need not be unpacked whole
    turned = ImageOps.exif_transpose(picture)
    if turned.mode.startswith("I"):
        turned = _eight_bits(turned)
    transparent = turned.has_transparency_data
    small = turned.convert("RGBA" if transparent else "RGB")
    small.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.LANCZOS)
    for paper in PAPERS if transparent else PAPERS[:1]:
        levels = _contrast(_on(small, paper))
        if np.ptp(levels) >= LEAST_CONTRAST:
            return levels
    raise PictureError("this picture is all of one grey")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """One of 16 bits, which Pillow would cut off at 255, and cameras do not use whole."""
    deep = np.asarray(picture)
    if np.ptp(deep) < LEAST_CONTRAST:
        return Image.new("L", picture.size)
    levels = Image.fromarray(_stretched(deep))
    clear = picture.info.get("transparency")
    if not isinstance(clear, int):
        return levels
    return Image.merge(
        "LA", (levels, Image.fromarray(np.where(deep == clear, 0, 255).astype("u1")))
    )


def _on(picture: Image.Image, paper: str) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    opaque = Image.new("RGBA", picture.size, paper)
    opaque.alpha_composite(picture)
    return opaque.convert("RGB")


def _contrast(picture: Image.Image) -> ByteArray:
    """The brightness; of one whose colours are equally bright, the colour that differs most."""
    grey = np.asarray(picture.convert("L"))
    if np.ptp(grey) >= LEAST_CONTRAST:
        return grey
    return max((np.asarray(band) for band in picture.split()), key=np.ptp)


def _stretched(levels: npt.NDArray[Any]) -> ByteArray:
    """From 0 to 255; few that stand out count only where there is nothing else."""
    low, high = np.percentile(levels, (CUTOFF_PERCENT, 100 - CUTOFF_PERCENT))
    if high - low < LEAST_CONTRAST:
        low, high = levels.min(), levels.max()
    scaled = (levels.astype(np.float32) - low) * np.float32(255 / (high - low))
    rounded: ByteArray = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return rounded
