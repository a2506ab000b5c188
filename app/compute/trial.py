"""A first frame of each model in a user's file, so that only what runs replaces what runs."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path

from app.engines.local import fitting
from app.protocol import frames
from app.protocol.frames import FrameKey
from app.rooms.room import Room
from models.contract import FieldModel, Model
from models.user_file import UserFileError


def make_trial(path: Path, found: Mapping[str, type[Model]], params: Mapping[str, object]) -> None:
    """Make each model, step it and draw it. Raises UserFileError, with file and line."""
    for name, kind in found.items():
        try:
            room = Room(name, name, kind, fitting(kind, params), lambda *_: None, lambda _: None)
            room.advance(lambda: None)
            views = kind.views if issubclass(kind, FieldModel) else ()
            room.compose([FrameKey(view.name, frames.RAW) for view in views])
        except Exception as fault:
            where = _place(path, fault)
            raise UserFileError(f"{where}: {name}: {type(fault).__name__}: {fault}") from fault


def _place(path: Path, fault: Exception) -> str:
    """The innermost line in the user's folder; else the file."""
    for frame in reversed(traceback.extract_tb(fault.__traceback__)):
        if Path(frame.filename).parent == path.parent:
            return f"{frame.filename}, line {frame.lineno}"
    return str(path)
