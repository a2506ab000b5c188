"""In-place Fourier transforms, planned once for each array and silent about memory after that.

pyFFTW plans by measuring; what it learns (wisdom) is kept in the user's cache folder. Without
pyFFTW, SciPy's or NumPy's transforms do the same, with a temporary array at each call.
"""

from __future__ import annotations

import json
import logging
import threading
from types import ModuleType
from typing import Protocol

from models.contract import ComplexArray
from models.numerics.cache import cache_folder, write_atomically

log = logging.getLogger(__name__)

PLANNING_LIMIT_S = 1.5
WISDOM_FILE = "fftw-wisdom.json"


class Transform(Protocol):
    """Both directions over the last two axes of one array, in place, neither normalised."""

    def forward(self) -> None: ...

    def inverse(self) -> None: ...


class FftwTransform:
    """FFTW on one thread. The planner is not thread-safe, hence the lock."""

    _planner = threading.Lock()
    _wisdom_read = False

    def __init__(self, pyfftw: ModuleType, array: ComplexArray) -> None:
        with self._planner:
            if not FftwTransform._wisdom_read:
                FftwTransform._wisdom_read = True
                _read_wisdom(pyfftw)
            before = pyfftw.export_wisdom()
            kept = array.copy()
            plans = [
                pyfftw.FFTW(
                    array,
                    array,
                    axes=(-2, -1),
                    direction=direction,
                    flags=("FFTW_MEASURE",),
                    threads=1,
                    planning_timelimit=PLANNING_LIMIT_S,
                )
                for direction in ("FFTW_FORWARD", "FFTW_BACKWARD")
            ]
            array[...] = kept
            self.forward, self.inverse = (plan.execute for plan in plans)
            if pyfftw.export_wisdom() != before:
                _write_wisdom(pyfftw)


class LibraryTransform:
    """`scipy.fft` or `numpy.fft`."""

    def __init__(self, library: ModuleType, array: ComplexArray) -> None:
        self._array = array
        self._library = library
        # SciPy may destroy its input, which saves it a copy; NumPy has no such wish to grant.
        self._options = {"overwrite_x": True} if library.__name__ == "scipy.fft" else {}

    def forward(self) -> None:
        self._array[...] = self._library.fft2(self._array, **self._options)

    def inverse(self) -> None:
        self._array[...] = self._library.ifft2(self._array, norm="forward", **self._options)


def _read_wisdom(pyfftw: ModuleType) -> None:
    path = cache_folder() / WISDOM_FILE
    try:
        stored = json.loads(path.read_bytes())
        wisdom = tuple(str(stored[part]).encode("ascii") for part in ("double", "single", "long"))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.info("FFT plans in %s are not readable (%s): planning anew", path, error)
        return
    # An FFTW of another version ignores what is not its own.
    pyfftw.import_wisdom(wisdom)


def _write_wisdom(pyfftw: ModuleType) -> None:
    parts = dict(zip(("double", "single", "long"), pyfftw.export_wisdom(), strict=True))
    content = json.dumps({key: wisdom.decode("ascii") for key, wisdom in parts.items()})
    try:
        write_atomically(cache_folder() / WISDOM_FILE, content.encode("ascii"))
    except OSError as error:
        log.info("FFT plans cannot be kept: %s", error)
