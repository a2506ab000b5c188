r"""Where the fused step keeps a field, and in which order: the drawing, and the tables.

A field psi(x, y) lies in blocks of L neighbouring y, L the processor's lanes. Within a block an
element is psi at one x for these L: L real parts, then L imaginary parts.

    field     block 0            x = 0      x = 1      x = 2             x = Nx - 1
              y = 0 .. L-1      [re|im]    [re|im]    [re|im]    ...    [re|im]   (padding)
              block 1
              y = L .. 2L-1     [re|im]    [re|im]    [re|im]    ...    [re|im]   (padding)
              ...                 \____ 8 L bytes each

Between steps x is space and y is Fourier's, so that a step is two passes over memory:

    kinetic pass, block by block, in place          potential pass, L rows of x at a time
    (lanes are y)                                   (lanes are x)

    [re|im] ...  along x                            tiles of L x L, turned in registers
       |  stages of the forward transform              |  first stage back while they turn
       |  last stage, exp(K), first stage back         |  stages of the inverse, in a scratch line
       |  stages of the inverse transform              |  last stage, exp(V), first stage forward
    [re|im] ...                                        |  stages forward, tiles turn back

No transform brings its result into order. Forward, a stage of radix r takes a line of n = r m
elements to r lines of m, and so on (decimation in frequency); what comes out is in the order of
`order`. Back, the same stages run the other way (decimation in time). The tables of energies are
in that order instead; at the potential both x and y are in their own order again.

    static    row 0 = x 0 .. L-1      y = 0      y = 1    ...   y = Ny - 1
                                     [re|im]    [re|im]         [re|im]
              row 1 = x L .. 2L-1     ...

Padding, an element for each block, keeps blocks from falling on the same lines of the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from models.numerics.arrays import ComplexArray

ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector."""

TILE = 4
"""Radix of the last stage forward: a tile's columns are turned four at a time."""

ULPS = np.array([0, -1, 1, -2, 2])
"""How far from the nearest float32 a rounded factor may lie; the first of equals is taken."""

Floats = npt.NDArray[np.float32]


def aligned(count: int) -> Floats:
    """`count` zeros, float32. Every buffer that codelets read or write is made here."""
    item = np.dtype(np.float32).itemsize
    raw = np.zeros(count * item + ALIGNMENT, np.uint8)
    first = -raw.ctypes.data % ALIGNMENT
    return raw[first : first + count * item].view(np.float32)


def radices(n: int) -> tuple[int, ...] | None:
    """Of the stages along a line of `n`, the first one forward first; None if there is no plan.

    The last one is TILE; so is the first one, where `n` allows.
    """
    rest, odd = n, []
    for prime in (7, 5, 3):
        while rest % prime == 0:
            rest //= prime
            odd.append(prime)
    twos = rest.bit_length() - 1
    if rest != 1 << twos or twos < 3:
        return None
    twos -= 2
    even = [2] if twos == 1 else [TILE] * (twos // 2) if twos % 2 == 0 else None
    if even is None:
        even = [TILE] * ((twos - 1) // 2) + [2]
    return (*even[:1], *odd, *even[1:], TILE) if even[0] == TILE else (*odd, *even, TILE)


def order(stages: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Which wave number is where after the forward transform."""
    if not stages:
        return np.zeros(1, np.int64)
    inner = order(stages[1:])
    return np.concatenate([k + stages[0] * inner for k in range(stages[0])])


def true_to_length(values: Any) -> ComplexArray:
    """complex64 within 2 ulp of `values`, of lengths as near to theirs as can be.

    A factor is used forward and, conjugate, back, and again at each step: an error of its angle
    cancels, an error of its length adds up.
    """
    exact = np.asarray(values, complex)
    parts = []
    for part in (exact.real, exact.imag):
        nearest = part.astype(np.float32)
        parts.append(
            nearest[..., None] + ULPS.astype(np.float32) * np.spacing(np.abs(nearest))[..., None]
        )
    re, im = (part.astype(float) for part in parts)
    error = np.abs(np.hypot(re[..., :, None], im[..., None, :]) - np.abs(exact)[..., None, None])
    best = error.reshape(*exact.shape, -1).argmin(axis=-1)
    rows, columns = np.divmod(best, len(ULPS))
    pick = [
        np.take_along_axis(part, index[..., None], -1)[..., 0]
        for part, index in zip(parts, (rows, columns), strict=True)
    ]
    result: ComplexArray = (pick[0] + 1j * pick[1]).astype(np.complex64)
    return result


@dataclass(frozen=True)
class Line:
    """The transforms along a line of `n` elements."""

    n: int
    radices: tuple[int, ...]

    @cached_property
    def order(self) -> npt.NDArray[np.int64]:
        """Which wave number is where between forward and inverse transform."""
        return order(self.radices)

    @cached_property
    def stages(self) -> npt.NDArray[np.int64]:
        """For each stage its radix, the elements of a line after it, and its first twiddle."""
        rows, m, first = [], self.n, 0
        for radix in self.radices:
            m //= radix
            rows.append((radix, m, first))
            first += m * (radix - 1)
        return np.array(rows, np.int64)

    @cached_property
    def addressed(self) -> npt.NDArray[np.int64]:
        """`stages` with the address of each one's twiddles, valid as long as this object."""
        rows = self.stages.copy()
        rows[:, 2] = self.twiddles.ctypes.data + rows[:, 2] * self.twiddles.itemsize * 2
        return rows

    @cached_property
    def twiddles(self) -> Floats:
        """exp(-2 pi i j k / n) for every stage, j and k > 0, as pairs of float32."""
        tables = []
        for radix, m, _ in self.stages:
            j, k = np.arange(m)[:, None], np.arange(1, radix)
            tables.append(np.exp(-2j * np.pi * j * k / (radix * m)).ravel())
        return pairs(true_to_length(np.concatenate(tables)))


def pairs(values: ComplexArray) -> Floats:
    """Aligned real and imaginary parts in turn."""
    result = aligned(2 * values.size)
    result.view(np.complex64)[:] = values.ravel()
    return result


def in_lanes(values: Any, lanes: int) -> Floats:
    """Complex values (..., n) as elements of `lanes` neighbours along the last axis.

    (Nx, Ny) becomes blocks of y, each all x: block, x, real or imaginary, lane.
    """
    shape = values.shape
    split = values.reshape(-1, shape[-1] // lanes, lanes).swapaxes(0, 1)
    result = aligned(2 * values.size)
    view = result.reshape(shape[-1] // lanes, -1, 2, lanes)
    view[:, :, 0], view[:, :, 1] = split.real, split.imag
    return result
