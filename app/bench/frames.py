"""How large frames are, and how long it takes to make one."""

from __future__ import annotations

import time

from app.bench.exhibit import MODEL
from app.bench.figures import BenchOptions, Budget, Row, percentile, progress
from app.bench.steps import field_models
from app.bench.stirred import ROUND_FRAMES, VISITOR, stir_point
from app.protocol import frames
from app.protocol.frames import FrameKey
from app.protocol.messages import Finger
from app.rooms.room import Room
from models.contract import FieldModel

SECONDS = 4.0
"""For each model, which is stirred all the while."""
MIN_FRAMES = 20
MAX_BYTES = 8 * 1024


def measure(options: BenchOptions) -> list[Row]:
    """Rows {model, encoding, tracers, bytes_p50, bytes_p95, encode_ms}.

    Frames of the first view at the model's defaults, without tracers, which take 4 bytes each.
    `encode_ms` is the median time from the field to the packed frame.
    """
    seconds = options.seconds or SECONDS
    return [row for name, kind in field_models(options) for row in _rows(name, kind, seconds)]


def _rows(name: str, kind: type[FieldModel], seconds: float) -> list[Row]:
    progress(f"frames: {name}")
    room = Room("bench", name, kind, {"tracers": 0}, lambda *_: None, lambda _: None)
    room.enter(VISITOR, None)
    view = kind.views[0].name
    keys = {"jpeg": FrameKey(view, frames.JPEG), "raw": FrameKey(view, frames.RAW)}
    sizes: dict[str, list[float]] = {encoding: [] for encoding in keys}
    times_ms: dict[str, list[float]] = {encoding: [] for encoding in keys}
    began = time.perf_counter()
    count = 0
    while time.perf_counter() - began < seconds or count < MIN_FRAMES:
        x, y = stir_point(count / ROUND_FRAMES)
        room.handle(VISITOR.id, Finger(touch=0, x=x, y=y))
        room.advance(lambda: None)
        for encoding, key in keys.items():
            before = time.perf_counter()
            (frame,) = room.compose({key}).values()
            times_ms[encoding].append(1000 * (time.perf_counter() - before))
            sizes[encoding].append(len(frame))
        count += 1
    return [_row(name, encoding, sizes[encoding], times_ms[encoding]) for encoding in keys]


def _row(name: str, encoding: str, sizes: list[float], times_ms: list[float]) -> Row:
    row: Row = {
        "model": name,
        "encoding": encoding,
        "tracers": 0,
        "bytes_p50": round(percentile(sizes, 50)),
        "bytes_p95": round(percentile(sizes, 95)),
        "encode_ms": round(percentile(times_ms, 50), 3),
    }
    if name == MODEL and encoding == "jpeg":
        row["budgets"] = {"bytes_p95": Budget(at_most=MAX_BYTES)}
    return row
