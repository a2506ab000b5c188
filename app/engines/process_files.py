"""Which files a user's model was made from, and whether they have changed since."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

MAX_FILES = 200
INSTALLED = {"site-packages", "dist-packages"}

Stamp = tuple[int, int, int] | None
"""A file's time of change in ns, its size and its number; None: it is not there."""
Stamps = dict[str, Stamp]


def stamp(path: str) -> Stamp:
    """What changes when an editor saves, also by putting another file in its place."""
    try:
        about = Path(path).stat()
    except OSError:
        return None
    return (about.st_mtime_ns, about.st_size, about.st_ino)


def stamps(paths: Iterable[str]) -> Stamps:
    """Those of `paths` as they are now."""
    return {path: stamp(path) for path in paths}


class ImportRecorder:
    """Notes what a file imports from its own folder, as it was just before it was read.

    It stands before the finder of files (see importlib) and finds nothing itself.
    """

    def __init__(self, file: Path) -> None:
        self._folder = file.parent
        self.files: Stamps = stamps([str(file)])

    def begin(self) -> None:
        """Note what is imported from now on."""
        sys.meta_path.insert(sys.meta_path.index(PathFinder), self)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See importlib.abc.MetaPathFinder."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin:
            self._note(Path(spec.origin))
        elif spec is None and path is None:
            self._note(self._folder / f"{name}.py")  # it may be written yet
        return None

    def _note(self, origin: Path) -> None:
        if origin.is_relative_to(self._folder) and len(self.files) < MAX_FILES:
            inside = origin.relative_to(self._folder).parts
            if not INSTALLED.intersection(inside):
                self.files.setdefault(str(origin), stamp(str(origin)))
