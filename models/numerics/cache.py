"""Where compiled kernels and FFT plans are kept between runs: the user's cache folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The folder, whether or not it exists yet."""
    return Path(platformdirs.user_cache_dir("vortarium", appauthor=False))


def use_numba_cache() -> None:
    """Tell numba, before it is first imported, to keep its machine code in our folder."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "numba"))


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` so that a reader sees the old bytes or the new. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
