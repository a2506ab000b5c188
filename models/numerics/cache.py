"""Where compiled kernels and FFT plans are kept between runs: the user's cache folder."""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import platformdirs

log = logging.getLogger(__name__)

Code = TypeVar("Code")

BROKEN = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
"""What reading garbage as a pickle raises."""


def cache_folder() -> Path:
    """The folder, whether or not it exists yet."""
    return Path(platformdirs.user_cache_dir("vortarium", appauthor=False))


def use_numba_cache() -> None:
    """Tell numba, before it is first imported, to keep its machine code in our folder."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "numba"))


def numba_cache_folder() -> Path:
    """Where it keeps that."""
    use_numba_cache()
    return Path(os.environ["NUMBA_CACHE_DIR"])


def rebuilt_if_broken(build: Callable[[], Code]) -> Code:
    """What `build` compiles, or reads from numba's folder. If that is broken, it is emptied first.

    Numba reads its files with pickle and raises whatever pickle does.
    """
    try:
        return build()
    except BROKEN as error:
        folder = numba_cache_folder()
        log.warning("machine code in %s is not readable (%r): compiling it again", folder, error)
        shutil.rmtree(folder, ignore_errors=True)
        return build()


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
