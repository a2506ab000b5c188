"""What visitors may send for a picture: everything that Pillow could trip over."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.protocol.commands import MAX_PICTURE_SIDE
from app.settings.exhibit import PICTURE_TYPES
from app.web.routes.picture_reader import FORMATS, KEPT_SIDE, PictureError, read_picture


def half(width: int = 60, height: int = 40) -> Image.Image:
    """White, with a black quarter at the top left."""
    picture = Image.new("L", (width, height), 255)
    picture.paste(0, (0, 0, width // 2, height // 2))
    return picture


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def quarters(data: bytes, kind: str) -> list[list[bool]]:
    """Which quarters are bright, row by row from the top."""
    levels = read_picture(data, kind).levels
    h, w = (side // 2 for side in levels.shape)
    return [[bool(levels[y : y + h, x : x + w].mean() > 128) for x in (0, w)] for y in (0, h)]


UPRIGHT = [[False, True], [True, True]]


def test_the_settings_types_can_all_be_read() -> None:
    assert tuple(FORMATS) == PICTURE_TYPES


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("png", "L"), ("png", "RGB"), ("png", "P"), ("png", "1"), ("png", "RGBA"), ("png", "LA"),
        ("jpeg", "L"), ("jpeg", "RGB"), ("jpeg", "CMYK"), ("webp", "RGB"), ("webp", "RGBA"),
        ("gif", "P"), ("gif", "L"),
    ],
)  # fmt: skip
def test_every_kind_of_colour_becomes_grey_and_stays_upright(kind: str, mode: str) -> None:
    data = encoded(half().convert(mode), FORMATS[kind])
    assert quarters(data, kind) == UPRIGHT
    read = read_picture(data, kind)
    assert read.levels.shape == (40, 60)
    assert read.levels.min() <= 2
    assert read.levels.max() >= 253


def test_sixteen_bits_are_not_cut_off() -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)
    read = read_picture(encoded(Image.fromarray(np.tile(ramp, (64, 1))), "PNG"), "png")
    assert abs(float(read.levels[:, 32].mean()) - 128) < 12


def test_what_is_transparent_is_paper() -> None:
    ink = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    ink.paste((0, 0, 0, 255), (0, 0, 20, 20))
    assert quarters(encoded(ink, "PNG"), "png") == UPRIGHT
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([0, 0, 0, 9, 9, 9])
    palette.paste(0, (0, 0, 20, 20))
    assert quarters(encoded(palette, "PNG", transparency=1), "png") == UPRIGHT


def test_a_logo_for_dark_pages_is_seen() -> None:
    for mode in ("RGBA", "LA"):
        logo = Image.new("RGBA", (40, 40), (255, 255, 255, 255))
        logo.paste((255, 255, 255, 0), (0, 0, 20, 20))
        assert quarters(encoded(logo.convert(mode), "PNG"), "png") == UPRIGHT
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([255, 255, 255, 250, 250, 250])
    palette.paste(0, (0, 0, 20, 20))
    for kind in ("png", "gif"):
        assert quarters(encoded(palette, FORMATS[kind], transparency=0), kind) == UPRIGHT


def test_hidden_colours_of_what_is_transparent_are_not_seen() -> None:
    """Programs leave anything there."""
    ink = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    ink.paste((90, 200, 10, 0), (20, 20, 40, 40))
    ink.paste((0, 0, 0, 255), (0, 0, 20, 20))
    assert quarters(encoded(ink, "PNG"), "png") == UPRIGHT


def test_a_narrow_range_of_sixteen_bits_is_seen() -> None:
    """As of a camera of 10 bits, with a dead point."""
    deep = np.full((60, 60), 700, np.uint16)
    deep[:30, :30] = 300
    deep[50, 50] = 65535
    assert quarters(encoded(Image.fromarray(deep), "PNG"), "png") == UPRIGHT


def test_sixteen_bits_may_be_transparent() -> None:
    deep = np.full((40, 40), 9000, np.uint16)
    deep[:20, :20] = 100
    data = encoded(Image.fromarray(deep), "PNG", transparency=9000)
    assert quarters(data, "png") == UPRIGHT


def test_colours_that_are_equally_bright_are_told_apart() -> None:
    red, green = (200, 0, 0), (0, 102, 0)
    drawn = Image.new("RGB", (40, 40), red)
    drawn.paste(green, (0, 0, 20, 20))
    assert np.ptp(np.asarray(drawn.convert("L"))) < 8
    assert quarters(encoded(drawn, "PNG"), "png") == UPRIGHT


def test_a_thin_line_on_pale_paper_is_seen() -> None:
    """Fewer points than are left out at either end."""
    page = Image.new("L", (100, 100), 250)
    page.paste(235, (50, 10, 51, 60))
    levels = read_picture(encoded(page, "PNG"), "png").levels
    assert (levels[30, 50], levels[30, 20]) == (0, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phones_orientation_is_undone(orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = half(64, 64)
    if orientation in turns:
        stored = stored.transpose(turns[orientation])
    assert quarters(encoded(stored, "JPEG", exif=exif, quality=95), "jpeg") == UPRIGHT


def test_of_several_pictures_the_first_counts() -> None:
    others = [Image.new("L", (60, 40), grey) for grey in (0, 90, 255)]
    for kind in ("gif", "webp", "png"):
        data = encoded(half(), FORMATS[kind], save_all=True, append_images=others, duration=50)
        assert quarters(data, kind) == UPRIGHT


def test_what_is_kept_is_small_grey_and_says_nothing_of_its_maker() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A maker whom nobody shall know"
    data = encoded(half(1200, 800).convert("RGB"), "JPEG", exif=exif, comment=b"secret place")
    read = read_picture(data, "jpeg")
    assert max(read.levels.shape) == MAX_PICTURE_SIDE
    assert b"maker" not in read.png
    assert b"secret" not in read.png
    with Image.open(io.BytesIO(read.png)) as kept:
        assert (kept.format, kept.mode, max(kept.size)) == ("PNG", "L", KEPT_SIDE)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, body: bytes, *more: bytes, bits: int = 8) -> bytes:
    """A PNG of any claims."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))
    picture = chunk(b"IDAT", zlib.compress(body, 9))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + picture + chunk(b"IEND", b"")


TEXT_BOMB = b"k\0\0" + zlib.compress(bytes(10**8))
WHOLE_PNG = encoded(half(), "PNG")
WHOLE_GIF = encoded(half(), "GIF")
WHOLE_JPEG = encoded(half(), "JPEG")


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (png(5001, 5000, bytes(1000)), "png", "25 million"),
        (png(20_000, 20_000, bytes(1000)), "png", "25 million"),
        (png(2**31 - 1, 2**31 - 1, b""), "png", "25 million"),
        (png(100_000, 200, b""), "png", "16 times"),
        (png(3, 2000, b""), "png", "16 times"),
        (png(0, 10, b""), "png", "PNG"),
        (png(64, 64, bytes(100)), "png", "PNG"),
        (png(64, 64, bytes(10**7)), "png", "one grey"),
        (png(8, 8, bytes(100), chunk(b"zTXt", TEXT_BOMB)), "png", "PNG"),
        (WHOLE_PNG[: len(WHOLE_PNG) // 2], "png", "PNG"),
        (WHOLE_PNG[:40], "png", "PNG"),
        (WHOLE_JPEG[: len(WHOLE_JPEG) // 2], "jpeg", "JPEG"),
        (WHOLE_JPEG[:3], "jpeg", "JPEG"),
        (WHOLE_GIF[:20], "gif", "GIF"),
        (b"", "png", "PNG"),
        (b"hello", "png", "PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "png", "PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run", "png", "PNG"),
        (WHOLE_GIF, "png", "PNG"),
        (WHOLE_PNG, "jpeg", "JPEG"),
        (WHOLE_JPEG, "webp", "WEBP"),
        (b"GIF89a/*\xff\xff\xff\xff*/=1;alert(1)//", "gif", "GIF"),
        (b"RIFF\xff\xff\xff\x7fWEBPVP8 " + bytes(50), "webp", "WEBP"),
        (encoded(Image.new("L", (50, 50), 130), "PNG"), "png", "one grey"),
        (encoded(Image.new("RGBA", (50, 50), (1, 2, 3, 0)), "PNG"), "png", "one grey"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(data: bytes, kind: str, words: str) -> None:
    with pytest.raises(PictureError, match=words) as refused:
        read_picture(data, kind)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_two_things_is_kept_as_a_picture_only() -> None:
    """A page or a program behind a picture does not get into what is kept."""
    for tail in (b"<script>alert(1)</script>", b"PK\x03\x04" + bytes(100)):
        read = read_picture(WHOLE_PNG + tail, "png")
        assert tail[:6] not in read.png


def test_no_bytes_make_it_raise_anything_else() -> None:
    rng = np.random.default_rng(1)
    for kind, whole in (("png", WHOLE_PNG), ("gif", WHOLE_GIF), ("jpeg", WHOLE_JPEG)):
        for _ in range(150):
            broken = bytearray(whole)
            for at in rng.integers(0, len(broken), 6):
                broken[at] = int(rng.integers(0, 256))
            try:
                read = read_picture(bytes(broken), kind)
            except PictureError:
                continue
            assert max(read.levels.shape) <= MAX_PICTURE_SIDE
