"""Where uploaded pictures are kept: re-encoded, under names of ours, the oldest going first.

A picture is called after its room and its use, and numbered where that name is taken, unless the
allow-list for overwriting has it.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path

from app.paths import write_whole

MAX_KEPT_BYTES = 50_000_000
MAX_SLUG_CHARS = 40


class NotAllowedError(Exception):
    """No allow-list has the name that a picture would get."""


class PictureStore:
    """One folder. Its methods touch the disk: they are for a thread, and lock."""

    def __init__(
        self, folder: Path, create: Sequence[str], overwrite: Sequence[str], max_count: int
    ) -> None:
        """`create`, `overwrite`: patterns such as BEC-*.png; `max_count` of 0 keeps none."""
        self._folder = folder
        self._create = create
        self._overwrite = overwrite
        self._max_count = max_count
        self._lock = threading.Lock()

    def keep(self, room: str, use: str, png: bytes) -> str | None:
        """Write `png`; the name it got. Raises NotAllowedError, and OSError of the disk."""
        if self._max_count == 0:
            return None
        with self._lock:
            name = self._name(f"{_slug(room)}-{use}")
            write_whole(self._folder / name, png)
            self._let_go()
        return name

    def names(self) -> list[str]:
        """Of all that is kept, the newest first."""
        with self._lock:
            return [path.name for _, path in self._kept()]

    def _kept(self) -> list[tuple[os.stat_result, Path]]:
        """The newest first."""
        kept = [(path.lstat(), path) for path in self._folder.glob("*.png")]
        kept.sort(key=lambda entry: entry[0].st_mtime_ns, reverse=True)
        return kept

    def _name(self, stem: str) -> str:
        names = (f"{stem}.png" if number == 1 else f"{stem}-{number}.png" for number in count(1))
        for name in names:
            path = self._folder / name
            taken = path.is_symlink() or path.exists()
            if any(fnmatchcase(name, one) for one in (self._overwrite if taken else self._create)):
                break
            if not taken:
                raise NotAllowedError(f"no picture may be kept as {name} here")
        return name

    def _let_go(self) -> None:
        """Delete the oldest pictures beyond what may be kept."""
        total = 0
        for rank, (status, path) in enumerate(self._kept()):
            total += status.st_size
            if rank > 0 and (rank >= self._max_count or total > MAX_KEPT_BYTES):
                path.unlink(missing_ok=True)


def _slug(room: str) -> str:
    """`room` as part of a file's name on any system."""
    return re.sub(r"[^A-Za-z0-9]+", "-", room).strip("-")[:MAX_SLUG_CHARS] or "room"
