"""In-place Fourier transforms, planned once for each array and silent about memory after that.

pyFFTW plans by measuring; what it learns (wisdom) is kept in the user's cache folder. `study`
looks longer, for seconds, and finds plans that are faster by a fifth: whoever comes later has
them. Without pyFFTW, SciPy's or NumPy's transforms do the same, with a temporary array at each
call.
"""

from __future__ import annotations

import json
import logging
import threading
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from models.numerics.arrays import ComplexArray
from models.numerics.cache import cache_folder, write_atomically

log = logging.getLogger(__name__)

PLANNING_LIMIT_S = 1.5
QUICK, THOROUGH = "FFTW_MEASURE", "FFTW_PATIENT"
IF_KNOWN = "FFTW_WISDOM_ONLY"
WISDOM_FILE = "fftw-wisdom.json"


_planner = threading.Lock()
"""FFTW's is not thread-safe."""


class Transform(Protocol):
    """Both directions over the last two axes of one array, in place, neither normalised."""

    def forward(self) -> None: ...

    def inverse(self) -> None: ...


class FftwTransform:
    """FFTW on one thread."""

    _wisdom_read = False

    def __init__(self, pyfftw: ModuleType, array: ComplexArray) -> None:
        with _planner:
            if not FftwTransform._wisdom_read:
                FftwTransform._wisdom_read = True
                _read_wisdom(pyfftw)
            before = pyfftw.export_wisdom()
            kept = array.copy()
            # Of a shape that was studied, these are the thorough plans.
            plans = _plans(pyfftw, array, (QUICK,), PLANNING_LIMIT_S)
            array[...] = kept
            self.forward, self.inverse = (plan.execute for plan in plans)
            if pyfftw.export_wisdom() != before:
                _write_wisdom(pyfftw)


class LibraryTransform:
    """`scipy.fft` or `numpy.fft`."""

    def __init__(self, library: ModuleType, array: ComplexArray) -> None:
        self._array = array
        self._library = library
        # SciPy may destroy its input, which saves it a copy; NumPy has no such option.
        self._options = {"overwrite_x": True} if library.__name__ == "scipy.fft" else {}

    def forward(self) -> None:
        self._array[...] = self._library.fft2(self._array, **self._options)

    def inverse(self) -> None:
        self._array[...] = self._library.ifft2(self._array, norm="forward", **self._options)


def is_studied(shape: tuple[int, ...]) -> bool:
    """Is a thorough plan known for complex64 arrays of `shape`, or is there nothing to plan?"""
    try:
        import pyfftw
    except ImportError:
        return True
    with _planner:
        _read_wisdom(pyfftw)
        try:
            _plans(pyfftw, pyfftw.empty_aligned(shape, np.complex64, n=64), (THOROUGH, IF_KNOWN))
        except RuntimeError:
            return False
    return True


def study(shape: tuple[int, ...]) -> None:
    """Find the fastest plans for complex64 arrays of `shape`, and keep them for later.

    Takes seconds (256 x 256: 3), in which no other plan can be made in this process.
    """
    if is_studied(shape):
        return
    import pyfftw

    with _planner:
        _plans(pyfftw, pyfftw.empty_aligned(shape, np.complex64, n=64), (THOROUGH,))
        _write_wisdom(pyfftw)


def _plans(
    pyfftw: ModuleType, array: ComplexArray, flags: tuple[str, ...], limit_s: float | None = None
) -> list[Any]:
    """Forward and inverse, which may overwrite `array`. Raises RuntimeError: not known."""
    return [
        pyfftw.FFTW(
            array,
            array,
            axes=(-2, -1),
            direction=direction,
            flags=flags,
            threads=1,
            planning_timelimit=limit_s,
        )
        for direction in ("FFTW_FORWARD", "FFTW_BACKWARD")
    ]


def _read_wisdom(pyfftw: ModuleType) -> None:
    path = cache_folder() / WISDOM_FILE
    try:
        stored = json.loads(path.read_bytes())
        wisdom = tuple(str(stored[part]).encode("ascii") for part in ("double", "single", "long"))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.info("FFT plans in %s are not readable (%s): planning again", path, error)
        return
    # An FFTW of another version ignores what is not its own.
    pyfftw.import_wisdom(wisdom)


def _write_wisdom(pyfftw: ModuleType) -> None:
    # Another process may have learnt something meanwhile.
    _read_wisdom(pyfftw)
    parts = dict(zip(("double", "single", "long"), pyfftw.export_wisdom(), strict=True))
    content = json.dumps({key: wisdom.decode("ascii") for key, wisdom in parts.items()})
    try:
        write_atomically(cache_folder() / WISDOM_FILE, content.encode("ascii"))
    except OSError as error:
        log.info("FFT plans cannot be kept: %s", error)
