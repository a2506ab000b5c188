"""The periodic grid: where its points and its waves are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Axis = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Grid:
    """Nx by Ny points, `dx` apart in both directions, the origin in the middle."""

    Nx: int
    Ny: int
    dx: float

    @property
    def shape(self) -> tuple[int, int]:
        """(Nx, Ny)."""
        return self.Nx, self.Ny

    @property
    def size(self) -> tuple[float, float]:
        """(Lx, Ly), in the unit of dx."""
        return self.Nx * self.dx, self.Ny * self.dx

    @cached_property
    def x(self) -> Axis:
        """Shape (Nx, 1)."""
        return ((np.arange(self.Nx) - self.Nx / 2) * self.dx)[:, None]

    @cached_property
    def y(self) -> Axis:
        """Shape (1, Ny)."""
        return ((np.arange(self.Ny) - self.Ny / 2) * self.dx)[None, :]

    @cached_property
    def kx(self) -> Axis:
        """Angular wave numbers, shape (Nx,), in the order of the FFT."""
        return 2 * np.pi * np.fft.fftfreq(self.Nx, self.dx)

    @cached_property
    def ky(self) -> Axis:
        """Angular wave numbers, shape (Ny,), in the order of the FFT."""
        return 2 * np.pi * np.fft.fftfreq(self.Ny, self.dx)

    @property
    def radius2(self) -> Axis:
        """(2 x / Lx)^2 + (2 y / Ly)^2, shape (Nx, Ny): 1 on the ellipse that fits the box."""
        Lx, Ly = self.size
        squared: Axis = (2 * self.x / Lx) ** 2 + (2 * self.y / Ly) ** 2
        return squared
