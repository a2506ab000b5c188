"""What is read from a field's phase: speeds and angular momentum.

Lengths are in grid cells and the velocity is the gradient of the phase, by the difference of
fourth order of psi itself, which is smooth where the velocity is not. `drift` is added to it.
Of a field with several components, (components, Nx, Ny), all is that of their total current.
"""

from __future__ import annotations

import numpy as np

from models.numerics.arrays import ByteArray, ComplexArray, FloatArray


class Flow:
    """The functions in plain NumPy; `compiled_flow` gives the same numbers faster."""

    def current(self, psi: ComplexArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Both components of Im(psi* grad psi), and |psi|^2, each of shape (Nx, Ny)."""
        layers = components(psi)
        jx, jy = ((layers.conj() * difference(layers, a)).imag.sum(axis=0) for a in (1, 2))
        return jx, jy, (layers.real**2 + layers.imag**2).sum(axis=0)

    def grey_speed(
        self,
        psi: ComplexArray,
        scale: float,
        floor: float,
        drift: tuple[float, float],
        levels: ByteArray,
    ) -> None:
        """levels (Ny, Nx) = scale * |j| / (|psi|^2 + floor), at most 255; row 0: largest y."""
        jx, jy, n = self.current(psi)
        speed = np.hypot(jx + n * drift[0], jy + n * drift[1]) / (n + floor)
        levels[...] = np.minimum(scale * speed + 0.5, 255).astype(np.uint8).T[::-1]

    def angular_momentum(self, psi: ComplexArray, drift: tuple[float, float]) -> float:
        """The sum of x jy - y jx about the middle of the box."""
        jx, jy, n = self.current(psi)
        Nx, Ny = n.shape
        x, y = np.arange(Nx)[:, None] - Nx / 2, np.arange(Ny)[None, :] - Ny / 2
        return float((x * (jy + n * drift[1]) - y * (jx + n * drift[0])).sum())


def components(psi: ComplexArray) -> ComplexArray:
    """`psi`, of shape (Nx, Ny) or (components, Nx, Ny), as the latter; not a copy."""
    return psi.reshape(-1, *psi.shape[-2:])


def difference(psi: ComplexArray, axis: int) -> ComplexArray:
    """Slope of `psi` along `axis` for each cell, to fourth order, in a periodic box."""
    near = np.roll(psi, -1, axis) - np.roll(psi, 1, axis)
    far = np.roll(psi, -2, axis) - np.roll(psi, 2, axis)
    slope: ComplexArray = (8 * near - far) / 12
    return slope
