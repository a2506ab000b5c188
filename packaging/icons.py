"""Make the app's icons in packaging/icons/ from the page's: `python packaging/icons.py`.

ui/icon.svg is drawn by Qt and stored by Pillow in each system's own format.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from PyQt6.QtCore import QBuffer, QIODevice
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtSvg import QSvgRenderer

ROOT = Path(__file__).resolve().parents[1]
DRAWING = ROOT / "ui" / "icon.svg"
FOLDER = ROOT / "packaging" / "icons"
PIXELS = 1024
PNG_PIXELS = 256
ICO_PIXELS = (16, 24, 32, 48, 64, 128, 256)


def drawn(pixels: int) -> Image.Image:
    """The icon as a square of `pixels`, transparent outside."""
    canvas = QImage(pixels, pixels, QImage.Format.Format_ARGB32)
    canvas.fill(0)
    painter = QPainter(canvas)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    canvas.save(buffer, "PNG")
    return Image.open(io.BytesIO(bytes(buffer.data()))).convert("RGBA")


def main() -> int:
    """Write the icons; the exit code."""
    FOLDER.mkdir(exist_ok=True)
    large = drawn(PIXELS)
    large.resize((PNG_PIXELS, PNG_PIXELS), Image.Resampling.LANCZOS).save(
        FOLDER / "vortarium.png", optimize=True
    )
    large.save(FOLDER / "vortarium.ico", sizes=[(pixels, pixels) for pixels in ICO_PIXELS])
    large.save(FOLDER / "vortarium.icns")
    return 0


if __name__ == "__main__":
    sys.exit(main())
