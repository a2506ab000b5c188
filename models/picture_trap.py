r"""A visitor's picture as a trap, or as the fluid itself.

A picture has a brightness M from 0 (black) to 1 (white). Dark is wall and bright is fluid in both
uses, so that a drawing in ink on paper is a basin with walls of ink:

    trap     V = V_model + WALL_MU mu (1 - M),  n = (mu - V)_+ / g, cooled in imaginary time
    density  n = M (mu - V_model)_+ / g, let go as it is

The fluid has the density of Thomas and Fermi for the model's own chemical potential mu, which its
healing length, speed of sound and channels go by; the norm is the sum of that density. It begins
again, at rest and at t = 0, and the next reset forgets the picture.

The picture lies upright in the middle of the box, as large as fits, in its own proportions; what
it leaves of the box is dark. Its edges are a healing length wide (no less than a cell): sharper
ones would excite waves that the time step cannot follow, and the fluid could not follow them.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PIL import Image

from models.contract import ActionError, PictureUse
from models.numerics.arrays import ByteArray, FloatArray
from models.numerics.grid import Grid
from models.split_step import SplitStep

PICTURE_WALL_MU = 1.5
"""Height of black in units of the chemical potential: fluid stands where M > 1/3, in grey tones
above that, and a strong finger still pushes through."""

LEAST_FLUID = 0.005
"""Mean density, in units of mu / g, below which there is nothing to be seen."""


def brightness(levels: ByteArray, grid: Grid, edge: float) -> FloatArray:
    """M on `grid`, shape (Nx, Ny), of a picture of shape (height, width) whose row 0 is its top.

    `edge` is the standard deviation of the blur, in the unit of dx.
    """
    height, width = levels.shape
    Nx, Ny = grid.shape
    scale = min(Nx / width, Ny / height)
    across, up = (max(1, round(scale * side)) for side in (width, height))
    fitted = Image.fromarray(levels).resize((across, up), Image.Resampling.BICUBIC)
    whole = Image.new("L", (Nx, Ny))
    whole.paste(fitted, ((Nx - across) // 2, (Ny - up) // 2))
    sharp = np.asarray(whole, float).T[:, ::-1] / 255
    k2 = grid.kx[:, None] ** 2 + grid.ky[None, :] ** 2
    blurred = np.fft.ifft2(np.fft.fft2(sharp) * np.exp(-0.5 * edge**2 * k2)).real
    return np.clip(blurred, 0.0, 1.0)


class PictureTrap(SplitStep):
    """What takes pictures of both uses."""

    pictures: ClassVar[tuple[PictureUse, ...]] = ("trap", "density")

    def _load_picture(self, levels: ByteArray, use: PictureUse) -> None:
        edge = max(self._healing_length(), self.grid.dx)
        M = brightness(levels, self.grid, edge)
        potential = self._external()
        if use == "trap":
            potential = potential + PICTURE_WALL_MU * self.mu * (1 - M)
        share = np.maximum(1 - potential / self.mu, 0)
        if use == "density":
            share *= M
        if not share.mean() > LEAST_FLUID:
            raise ActionError("this picture is too dark where the fluid is: nothing would be left")
        self._forget_states()
        self._potential = potential
        psi = np.sqrt(share * self.mu / self._number("g")).astype(complex)
        if use == "trap":
            psi = self._relax(psi, int(self.params["cooling_steps"]))
        self._begin(psi)
