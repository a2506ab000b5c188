"""The one object through which models touch arrays: where they live and who computes.

Today there is the host: FFTW and compiled kernels, or SciPy and NumPy where those are missing.
A device (CuPy) is another `Backend` with the same members.
"""

from __future__ import annotations

import logging
from functools import cache, cached_property
from types import ModuleType
from typing import Any

import numpy as np

from models.numerics.arrays import ComplexArray, Precision
from models.numerics.cache import use_numba_cache
from models.numerics.fft import FftwTransform, LibraryTransform, Transform
from models.numerics.flow import Flow
from models.numerics.kernels_numpy import Kernels
from models.numerics.posts import Posts
from models.numerics.turning import Turning

log = logging.getLogger(__name__)

REAL_TYPES: dict[Precision, type[np.floating[Any]]] = {"single": np.float32, "double": np.float64}
COMPLEX_TYPES: dict[Precision, type[np.complexfloating[Any, Any]]] = {
    "single": np.complex64,
    "double": np.complex128,
}


class Backend:
    """Arrays on the host. `xp` is the array module; `kernels` the inner loops."""

    xp: ModuleType = np

    def __init__(self, precision: Precision, plain: bool = False) -> None:
        self.real = REAL_TYPES[precision]
        self.complex = COMPLEX_TYPES[precision]
        self._pyfftw = None if plain else _pyfftw()
        self.kernels: Kernels = _kernels(precision, plain)
        self._compiled = self.kernels.name != Kernels.name
        self.fuses = self._compiled and precision == "single"

    @cached_property
    def flow(self) -> Flow:
        """What is read from a phase. Compiled at the first use, for few rooms need it."""
        if not self._compiled:
            return Flow()
        from models.numerics.compiled_flow import CompiledFlow

        return CompiledFlow(self.complex)

    @cached_property
    def posts(self) -> Posts:
        """What a boat is made of. Compiled at the first launch."""
        if not self._compiled:
            return Posts()
        from models.numerics.compiled_posts import CompiledPosts

        return CompiledPosts(self.real)

    @cached_property
    def turning(self) -> Turning:
        """What lets a fluid follow a bowl. Compiled at the first use, for one exhibit only."""
        if not self._compiled:
            return Turning()
        from models.numerics.compiled_turning import CompiledTurning

        return CompiledTurning(self.complex)

    def empty(self, shape: tuple[int, ...]) -> ComplexArray:
        """An uninitialised complex array, aligned for FFTW."""
        if self._pyfftw is None:
            return np.empty(shape, self.complex)
        aligned: ComplexArray = self._pyfftw.empty_aligned(shape, self.complex, n=64)
        return aligned

    def transform(self, array: ComplexArray) -> Transform:
        """The two Fourier transforms of `array`; what it holds is kept."""
        if self._pyfftw is None:
            return LibraryTransform(_library_fft(), array)
        return FftwTransform(self._pyfftw, array)

    @staticmethod
    def host(array: Any) -> Any:
        """`array` as a NumPy array."""
        return array


@cache
def backend(precision: Precision, plain: bool = False) -> Backend:
    """The backend in use; `plain` forces NumPy, for comparison."""
    return Backend(precision, plain)


@cache
def _pyfftw() -> ModuleType | None:
    try:
        import pyfftw
    except ImportError as error:
        log.warning("pyFFTW is missing (%s): slower Fourier transforms take its place", error)
        return None
    module: ModuleType = pyfftw
    return module


@cache
def _library_fft() -> ModuleType:
    try:
        import scipy.fft
    except ImportError:
        return np.fft
    return scipy.fft


@cache
def _kernels(precision: Precision, plain: bool) -> Kernels:
    if not plain:
        use_numba_cache()
        try:
            from models.numerics import kernels_numba
        except ImportError as error:
            log.warning("numba is missing (%s): slower NumPy loops take its place", error)
        else:
            return kernels_numba.CompiledKernels(REAL_TYPES[precision])
    return Kernels()
