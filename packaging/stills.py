"""Make the stills of the landing page, ui/stills/NAME.jpg: `python packaging/stills.py [NAME ...]`.

Each model runs for a few seconds of its time, then its first view is kept as a grey JPEG; the page
colours it as it colours live pictures. What is calm by itself is stirred by a ghost finger. What
has no grid is photographed from its own page, in colour (packaging/portraits.py).
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from portraits import portrait  # noqa: E402

import models  # noqa: E402
from app.rooms.encoder import jpeg  # noqa: E402
from models.contract import FieldModel  # noqa: E402

FRAMES, STEPS = 150, 20
STIRRED = ("BEC", "BECQuantumFriction", "BECVortices", "SOC1", "SOC2")
QUALITY = 88
FINGER = "ghost"


def still(name: str) -> bytes:
    """The JPEG of the model `name`: grey, or of one without a grid in colour."""
    model = models.get(name)()
    if not isinstance(model, FieldModel):
        return portrait(name)
    for frame in range(FRAMES):
        angle = 2.2 * math.pi * frame / FRAMES
        radius = 0.3 * frame / FRAMES
        if name in STIRRED:
            model.touch(FINGER, 0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle))
        model.step(STEPS)
    return jpeg(model.picture(model.views[0].name).levels, QUALITY)


def main() -> int:
    """Write the stills of the models named, or of all; the exit code."""
    folder = ROOT / "ui" / "stills"
    folder.mkdir(exist_ok=True)
    for name in sys.argv[1:] or models.names():
        data = still(name)
        (folder / f"{name}.jpg").write_bytes(data)
        sys.stdout.write(f"{name}: {len(data)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
