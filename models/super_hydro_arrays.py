"""Arrays as classes in super_hydro's style give them, made into what the contract shows.

Raises ValueError for what cannot be taken, with the method's name and what is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.contract import Picture
from models.numerics.arrays import FloatArray
from models.pictures import HEADROOM, SteadyScale, grey


def density_of(model: Any) -> FloatArray:
    """`model.get_density()` as floats of shape (Nx, Ny), whatever real numbers it gives."""
    given = model.get_density()
    try:
        density = np.asarray(given)
    except ValueError:
        raise ValueError("get_density() gives rows of different lengths") from None
    if density.ndim != 2 or 0 in density.shape or density.dtype.kind not in "fiub":
        raise ValueError(
            f"get_density() must give real numbers of shape (Nx, Ny), not {density.dtype} of shape "
            f"{density.shape}"
        )
    return density.astype(np.float64) if density.dtype.kind != "f" else density


def tracers_of(given: Any, shape: tuple[int, int]) -> FloatArray:
    """Tracers as fractions of the box, shape (count, 2), y up; those that are not finite left out.

    `given`: complex numbers x + iy in grid units with their origin at the box's centre, as
    super_hydro's models keep them; or real grid indices, counted from the lower left: (2, N) as
    super_hydro's server sends them, or N pairs. (2, 2) is taken for (2, N).
    """
    try:
        places = np.asarray(given)
    except ValueError:
        raise ValueError("get_trace_particles() gives rows of different lengths") from None
    if places.size == 0:
        return np.zeros((0, 2))
    size = np.asarray(shape, float)
    if places.dtype.kind == "c":
        z = places.ravel()
        fractions = np.stack([z.real, z.imag], axis=1) / size + 0.5
    elif places.dtype.kind in "fiu" and places.ndim == 2 and 2 in places.shape:
        pairs = places.T if places.shape[0] == 2 else places
        fractions = pairs.astype(np.float64) / size
    else:
        raise ValueError(
            "get_trace_particles() must give complex x + iy, or real numbers of shape (2, N) or "
            f"(N, 2), not {places.dtype} of shape {places.shape}"
        )
    shown: FloatArray = fractions[np.isfinite(fractions).all(axis=1)] % 1.0
    return shown


class DensityScale:
    """Grey levels of densities, on a scale that does not flicker and is never upside down."""

    def __init__(self) -> None:
        self._low, self._high = SteadyScale(), SteadyScale()

    def picture(self, density: FloatArray, steps: int) -> Picture:
        """`density` (Nx, Ny) after `steps` steps in all; 0 is within the scale.

        Raises FloatingPointError.
        """
        if not np.isfinite(density).all():
            raise FloatingPointError("get_density() gives values that are not finite")
        least, most = float(density.min()), float(density.max())
        low = -self._low.follow(max(0.0, -least), steps)
        if least >= 0.0:
            # A few dense points must not darken all the rest.
            mean = float(density.mean())
            most = HEADROOM * float((density * density).mean()) / mean if mean else 0.0
        high = self._high.follow(max(0.0, most), steps)
        if high <= low:
            high = low + 1.0
        return Picture(grey(density, low, high), low, high)


def root_of(density: FloatArray) -> npt.NDArray[np.complex128]:
    """A wave function with that density and no phase, for such a class does not give one."""
    return np.sqrt(np.maximum(density, 0)).astype(np.complex128)
