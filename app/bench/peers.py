"""What the step rate is compared with: bare Fourier transforms, and plain NumPy."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.fft
import numpy.typing as npt

from app.bench.figures import progress
from models.numerics.arrays import Precision
from models.numerics.backend import COMPLEX_TYPES
from models.numerics.grid import Grid
from models.numerics.profiles import smooth_step

TRIAL_S = 0.15


def rate(call: Callable[[], object], seconds: float) -> float:
    """Calls of `call` a second, made for `seconds`."""
    began = time.perf_counter()
    count = 0
    while (taken := time.perf_counter() - began) < seconds or not count:
        call()
        count += 1
    return count / taken


TransformPair = Callable[[], object]
"""A forward and an inverse transform."""


@cache
def fastest_pair(shape: tuple[int, int], precision: Precision) -> tuple[str, TransformPair]:
    """The fastest complex forward and inverse transform here on one thread, and its name.

    Plans are what a library makes when it is asked for nothing special: FFTW measures.
    """
    dtype = COMPLEX_TYPES[precision]
    candidates = {**_fftw_pairs(shape, dtype), **_scipy_pairs(shape, dtype)}
    if not candidates:
        candidates = _library_pair("numpy", np.fft, _noise(shape, dtype), {})
    for pair in candidates.values():
        pair()
    best = max(candidates, key=lambda name: rate(candidates[name], TRIAL_S))
    return best, candidates[best]


@cache
def studied_pair(shape: tuple[int, int], precision: Precision) -> TransformPair:
    """The same with FFTW's most patient plan; takes seconds to make, the first time ever."""
    try:
        import pyfftw
    except ImportError:
        return fastest_pair(shape, precision)[1]
    array = pyfftw.zeros_aligned(shape, COMPLEX_TYPES[precision], n=64)
    return _fftw_pair(array, array, "FFTW_PATIENT")


def _noise(shape: tuple[int, int], dtype: Any) -> Any:
    rng = np.random.default_rng(1)
    parts = rng.standard_normal((2, *shape))
    return (parts[0] + 1j * parts[1]).astype(dtype)


def _fftw_pairs(shape: tuple[int, int], dtype: Any) -> dict[str, TransformPair]:
    try:
        import pyfftw
    except ImportError:
        progress("pyFFTW is not installed: it is missing among the peers")
        return {}
    here, there = (pyfftw.zeros_aligned(shape, dtype, n=64) for _ in range(2))
    return {
        "pyFFTW in place": _fftw_pair(here, here, "FFTW_MEASURE"),
        "pyFFTW": _fftw_pair(here, there, "FFTW_MEASURE"),
    }


def _fftw_pair(one: Any, other: Any, flag: str) -> TransformPair:
    import pyfftw

    # With what a longer search has found, FFTW would not measure.
    wisdom = pyfftw.export_wisdom()
    pyfftw.forget_wisdom()
    forward, inverse = (
        pyfftw.FFTW(*arrays, axes=(0, 1), direction=direction, flags=(flag,), threads=1).execute
        for arrays, direction in (((one, other), "FFTW_FORWARD"), ((other, one), "FFTW_BACKWARD"))
    )
    pyfftw.import_wisdom(wisdom)
    # Zeros take as long as other numbers, and stay finite without being normalised.
    one[...] = 0
    other[...] = 0
    return lambda: (forward(), inverse())


def _scipy_pairs(shape: tuple[int, int], dtype: Any) -> dict[str, TransformPair]:
    try:
        import scipy.fft
    except ImportError:
        progress("SciPy is not installed: it is missing among the peers")
        return {}
    return _library_pair("scipy.fft", scipy.fft, _noise(shape, dtype), {"workers": 1})


def _library_pair(
    name: str, library: Any, array: Any, options: dict[str, Any]
) -> dict[str, TransformPair]:
    return {name: lambda: library.ifft2(library.fft2(array, **options), **options)}


class NumpyFluid:
    """The Gross-Pitaevskii equation of BEC as plain NumPy has it: complex128 and numpy.fft.

        psi <- exp(-i e(-i theta) dt (V + finger + |psi|^2 - mu)) psi, normalised
        psi <- F^-1 exp(-i e(-i theta) dt k^2 / 2) F psi

    with hbar = m = g = dx = 1, mu = 1/2, and the finger on its damped spring. Written with care:
    what does not change from step to step is computed once.
    """

    COOLING = 0.01
    SPRING, DAMPING = 10.0, 4.0
    MU = 0.5
    WALL_MU = 100.0

    def __init__(
        self,
        shape: tuple[int, int],
        dt_t_scale: float = 1.0,
        finger_V0_mu: float = 2.0,
        finger_r0: float = 5.0,
    ) -> None:
        """A fluid on `shape` points, (Nx, Ny), as deep as the trap allows; parameters as BEC's."""
        self._grid = Grid(*shape, dx=1.0)
        self._height, self._r0 = finger_V0_mu * self.MU, finger_r0
        kinetic = (self._grid.kx[:, None] ** 2 + self._grid.ky[None, :] ** 2) / 2
        self._dt = dt_t_scale / float(kinetic.max())
        turned = 1 + 1j * self.COOLING
        self._phase = -1j * self._dt * abs(turned) / turned
        self.kinetic_factor = np.exp(self._phase * kinetic)
        self._trap = self.WALL_MU * self.MU * smooth_step(self._grid.radius2 - 0.8)
        depth = np.maximum(self.MU - self._trap, 0.0)
        self.load(np.sqrt(depth).astype(complex), 0j, complex(shape[0] / 8, 0.0))

    def load(self, psi: npt.NDArray[np.complex128], pointer: complex, finger: complex) -> None:
        """Go on from `psi`, (Nx, Ny), with the pointer and a potential at rest at x + i y."""
        self.psi = psi
        self._total = float((psi.real**2 + psi.imag**2).sum())
        self._sound = math.sqrt(self._total / psi.size)
        self._pointer, self._finger, self._velocity = pointer, finger, 0j

    def step(self) -> None:
        """One time step: the finger, the potential energy, the kinetic energy."""
        self._move_finger()
        density = self.psi.real**2 + self.psi.imag**2
        energy = self._trap + self._finger_potential() + density - self.MU
        self.psi = self.psi * np.exp(self._phase * energy)
        self.psi *= math.sqrt(self._total / density.sum())
        self.psi = np.fft.ifft2(self.kinetic_factor * np.fft.fft2(self.psi))

    def _move_finger(self) -> None:
        self._finger += self._dt * self._velocity
        pull = self.SPRING * (self._pointer - self._finger) - self.DAMPING * self._velocity
        self._velocity += self._dt * pull
        if abs(self._velocity) > self._sound:
            self._velocity *= self._sound / abs(self._velocity)

    def _finger_potential(self) -> npt.NDArray[np.float64]:
        Lx, Ly = self._grid.size
        dx = (self._grid.x - self._finger.real + Lx / 2) % Lx - Lx / 2
        dy = (self._grid.y - self._finger.imag + Ly / 2) % Ly - Ly / 2
        potential: npt.NDArray[np.float64] = np.exp(-(dx**2 + dy**2) / (2 * self._r0**2))
        return self._height * potential
