"""What stands in the fluid's way and may move: fingers, posts and a wall that turns."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba

from models.numerics import compiled_step
from models.numerics.fused.codelets import LANES, VECTOR, add_bump
from models.numerics.fused.rule import DECAY, IMAGINARY, REAL, SCALE, TERMS, TURN, G

inlined = numba.njit(nogil=True, error_model="numpy", inline="always")
"""What numba compiles by itself it compiles again in each caller."""


class Wall(NamedTuple):
    """What a `MovingWall` says, with places in `static` for points."""

    places: Any
    a: Any
    b: Any
    c: Any
    table: Any


class Motion(NamedTuple):
    """What fingers obey: their table, and their spring."""

    state: Any
    gx: Any
    gy: Any
    spans: Any
    spring: float
    damping: float
    height: float
    r0: float
    dx: float
    reach: float
    g_m: float
    """g / m, for the speed that they never exceed."""


def lay_bumps(motion: Motion, top: int, work: Any, row: int, nx: int, ny: int) -> int:
    """Add up the fingers' potentials along the lines of `row`; how many there are."""
    found = 0
    first = 2 * ny * LANES
    column = first + (ny + 1) * LANES
    bumps, lane = work.ctypes.data + 4 * first, work.ctypes.data + 4 * column
    for f in range(top):
        meets = 0
        for k in range(LANES):
            i = row * LANES + k
            inside = (i - motion.spans[f, 0]) % nx < motion.spans[f, 1]
            work[column + k] = motion.gx[f, i] if inside else 0.0
            meets += inside
        if meets:
            found += 1
            factors = motion.gy.ctypes.data + 4 * f * ny
            start = motion.spans[f, 2]
            end = start + motion.spans[f, 3]
            for j in range(start, min(end, ny)):
                add_bump(bumps + j * VECTOR, lane, factors + 4 * j)
            for j in range(end - ny):
                add_bump(bumps + j * VECTOR, lane, factors + 4 * j)
    return found


def turn_wall(static: Any, wall: Wall, angle: float) -> None:
    """Write the factors of the wall as it stands at `angle` into `static`.

    A straight line between two entries is exact enough for single precision: 2e-6.
    """
    real = wall.a.dtype.type
    cosine, sine = real(math.cos(angle)), real(math.sin(angle))
    zero, last = real(0.0), real(wall.table.shape[0] - 4)
    for p in range(wall.places.shape[0]):
        at = (wall.a[p] - wall.b[p] * cosine - wall.c[p] * sine) * last
        at = min(max(at, zero), last)
        k = int(at)
        one, other = wall.table[k + 1], wall.table[k + 2]
        share = at - real(k)
        place = wall.places[p]
        static[place] = one.real + share * (other.real - one.real)
        static[place + LANES] = one.imag + share * (other.imag - one.imag)


def write_rule(rule: Any, g: float, rate: complex, series: Any, scale: float) -> None:
    """What the codelets of the potential step read."""
    rule[G], rule[SCALE], rule[DECAY], rule[TURN] = g, scale, rate.real, rate.imag
    for k in range(TERMS):
        rule[REAL + k], rule[IMAGINARY + k] = scale * series[k].real, scale * series[k].imag


move_fingers = inlined(compiled_step.move_fingers)
lay_bumps = inlined(lay_bumps)
turn_wall = inlined(turn_wall)
write_rule = inlined(write_rule)
