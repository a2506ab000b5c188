"""The function of `turning`, compiled when it is first asked for and then kept on disk."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from models.numerics.arrays import ComplexArray
from models.numerics.compiled_step import FASTMATH
from models.numerics.turning import Turning


def _turned(out: Any, psi: Any, share: float) -> None:
    nx, ny = psi.shape
    real = psi.real.dtype.type
    twelfth, eight = real(share / 12), real(8)
    for i in range(nx):
        # A negative index counts from the end, which is just what a periodic box needs.
        up1, up2, down1, down2 = psi[(i + 1) % nx], psi[(i + 2) % nx], psi[i - 1], psi[i - 2]
        line, into = psi[i], out[i]
        x = twelfth * real(i - nx / 2)
        for j in range(2, ny - 2):
            y = twelfth * real(j - ny / 2)
            dx = eight * (up1[j] - down1[j]) - (up2[j] - down2[j])
            dy = eight * (line[j + 1] - line[j - 1]) - (line[j + 2] - line[j - 2])
            z, turn = line[j], x * dy - y * dx
            into[j] = complex(z.real + turn.imag, z.imag - turn.real)
        for edge in (0, 1, ny - 2, ny - 1):
            y = twelfth * real(edge - ny / 2)
            right1, right2 = (edge + 1) % ny, (edge + 2) % ny
            dx = eight * (up1[edge] - down1[edge]) - (up2[edge] - down2[edge])
            dy = eight * (line[right1] - line[edge - 1]) - (line[right2] - line[edge - 2])
            z, turn = line[edge], x * dy - y * dx
            into[edge] = complex(z.real + turn.imag, z.imag - turn.real)


class CompiledTurning(Turning):
    """For one complex type."""

    def __init__(self, kind: type[np.complexfloating[Any, Any]]) -> None:
        field = f"{np.dtype(kind).name}[:,::1]"
        self._turned = numba.njit(
            f"void({field}, {field}, float64)", nogil=True, cache=True, fastmath=FASTMATH
        )(_turned)

    def turned(self, out: ComplexArray, psi: ComplexArray, share: float) -> None:
        self._turned(out, psi, share)
