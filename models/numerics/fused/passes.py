"""The two passes of a fused step over memory, and the loop over steps, compiled.

See `layout` for what lies where, and `codelets` for what is done to an element.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba

from models.numerics.fused.codelets import (
    ELEMENT,
    LANES,
    VECTOR,
    any_potential,
    call,
    clear,
    kinetic,
    look,
    potential,
    rows_in,
    rows_out,
    tile_in,
    tile_out,
)
from models.numerics.fused.obstacles import (
    Motion,
    Wall,
    inlined,
    lay_bumps,
    move_fingers,
    turn_wall,
    write_rule,
)
from models.numerics.fused.rule import SCALE, SERIES_LIMIT

PAIR = 8
"""Bytes of a complex64."""

PART = 16384
"""Bytes: half of the nearest cache, that of most processors."""


class Tables(NamedTuple):
    """What does not change while a field goes on, but for `field` and `norms` themselves."""

    field: Any
    """Blocks of elements."""
    static: Any
    """exp(rate (V - mu)), elements."""
    ex: Any
    """Kinetic factors of a step along x, pairs; then those of half a step."""
    ey: Any
    """The same along y, elements."""
    x_stages: Any
    """For each stage its radix, the elements of a line after it, its twiddles' address."""
    y_stages: Any
    norms: Any
    """One for each block, float64."""
    code: Any
    """Addresses of a stage's machine code, forward and back."""


def _forward(tables: Tables, line: int, n: int, y: int, first: int, last: int) -> None:
    """Stages `first` to `last` - 1 of an axis along `n` elements at the address `line`."""
    stages = tables.y_stages if y else tables.x_stages
    for s in range(first, last):
        call(tables.code[0], line, n, stages[s, 0], stages[s, 1], stages[s, 2])


def _inverse(tables: Tables, line: int, n: int, y: int, first: int, last: int) -> None:
    """Stages `last` - 1 down to `first`, the other way."""
    stages = tables.y_stages if y else tables.x_stages
    for s in range(last - 1, first - 1, -1):
        call(tables.code[1], line, n, stages[s, 0], stages[s, 1], stages[s, 2])


_forward = inlined(_forward)
_inverse = inlined(_inverse)


def work_size(ny: int) -> int:
    """Numbers in the scratch of one thread: a line, its bumps with a zero, and four vectors."""
    return 2 * ny * LANES + (ny + 1) * LANES + 4 * LANES


def _depth(stages: Any, unit: int) -> int:
    """After how many stages a part of the line fits the nearest cache, in whole `unit`s.

    From there on, parts take the rest of their stages one after the other.
    """
    depth = 1
    while stages[depth - 1, 1] * ELEMENT > PART and stages[depth, 1] % unit == 0:
        depth += 1
    return depth if stages[depth - 1, 1] % unit == 0 else 0


_depth = inlined(_depth)


def _kinetic_pass(tables: Tables, work: Any, half: int, first: int, last: int) -> None:
    """Blocks `first` to `last` - 1 take a kinetic step, or half of one, and sum up |psi|^2."""
    nx = tables.ex.shape[0] // 4
    ny = tables.norms.shape[0] * LANES
    stages = tables.x_stages
    inner = stages.shape[0] - 1
    depth = _depth(stages, 4)
    part = stages[depth - 1, 1] if depth else nx
    sums = 3 * ny * LANES + LANES
    norm = work.ctypes.data + 4 * sums
    for block in range(first, last):
        line = tables.field.ctypes.data + block * (nx + 1) * ELEMENT
        ey = tables.ey.ctypes.data + (half * ny // LANES + block) * ELEMENT
        _forward(tables, line, nx, 0, 0, depth)
        clear(norm)
        for begin in range(0, nx, part):
            at = line + begin * ELEMENT
            _forward(tables, at, part, 0, depth, inner)
            ex = tables.ex.ctypes.data + (half * nx + begin) * PAIR
            for group in range(part // 4):
                kinetic(at + 4 * group * ELEMENT, ex + 4 * group * PAIR, ey, norm)
            _inverse(tables, at, part, 0, depth, inner)
        _inverse(tables, line, nx, 0, 0, depth)
        total = 0.0
        for lane in range(LANES):
            total += work[sums + lane]
        tables.norms[block] = total


def _line_from_tiles(tables: Tables, line: int, row: int, left: int) -> None:
    """Turn the tiles of row `row` into a line, and take all stages back but the first `left`."""
    nx, ny = tables.ex.shape[0] // 4, tables.norms.shape[0] * LANES
    stages = tables.y_stages
    depth = _depth(stages, LANES)
    part = stages[depth - 1, 1] if depth else ny
    for begin in range(0, ny, part):
        for j in range(begin, begin + part, LANES):
            tile = tables.field.ctypes.data + (j // LANES * (nx + 1) + row * LANES) * ELEMENT
            at = line + j * ELEMENT
            for four in range(LANES // 4):
                tile_in(tile + 16 * four, at + 4 * four * ELEMENT)
        at = line + begin * ELEMENT
        _inverse(tables, at, part, 1, max(left, depth), stages.shape[0] - 1)
    _inverse(tables, line, ny, 1, left, depth)


def _line_to_tiles(tables: Tables, line: int, row: int, done: int) -> None:
    """The way back: all stages forward but the first `done`."""
    nx, ny = tables.ex.shape[0] // 4, tables.norms.shape[0] * LANES
    stages = tables.y_stages
    depth = _depth(stages, LANES)
    part = stages[depth - 1, 1] if depth else ny
    _forward(tables, line, ny, 1, done, depth)
    for begin in range(0, ny, part):
        at = line + begin * ELEMENT
        _forward(tables, at, part, 1, max(done, depth), stages.shape[0] - 1)
        for j in range(begin, begin + part, LANES):
            tile = tables.field.ctypes.data + (j // LANES * (nx + 1) + row * LANES) * ELEMENT
            at = line + j * ELEMENT
            for four in range(LANES // 4):
                tile_out(tile + 16 * four, at + 4 * four * ELEMENT)


_line_from_tiles = inlined(_line_from_tiles)
_line_to_tiles = inlined(_line_to_tiles)


def _potential_pass(
    tables: Tables,
    motion: Motion,
    top: int,
    rule: Any,
    limit2: float,
    work: Any,
    first: int,
    last: int,
) -> None:
    """Rows `first` to `last` - 1 of x take a potential step."""
    nx = tables.ex.shape[0] // 4
    ny = tables.norms.shape[0] * LANES
    stages = tables.y_stages
    twiddles = stages[0, 2]
    rules = rule.ctypes.data
    line = work.ctypes.data
    bumps = line + ny * ELEMENT
    zero = bumps + ny * VECTOR
    most = 3 * ny * LANES + 2 * LANES
    largest = line + 4 * most
    m = stages[0, 1]
    # Only a first stage of radix 4 has its codelet with the potential in it.
    short = stages[0, 0] == 4 and limit2 > 0.0
    for row in range(first, last):
        found = lay_bumps(motion, top, work, row, nx, ny)
        static = tables.static.ctypes.data + row * ny * ELEMENT
        bump, bump_step = (bumps, VECTOR) if found else (zero, 0)
        exact = not short
        while True:
            _line_from_tiles(tables, line, row, 0 if exact else 1)
            if exact:
                for j in range(ny):
                    any_potential(
                        line + j * ELEMENT, static + j * ELEMENT, bump + j * bump_step, rules
                    )
                _forward(tables, line, ny, 1, 0, 1)
                break
            clear(largest)
            for j in range(m):
                potential(
                    line + j * ELEMENT,
                    m * ELEMENT,
                    twiddles + 3 * j * PAIR,
                    static + j * ELEMENT,
                    bump + j * bump_step,
                    m * bump_step,
                    rules,
                    largest,
                )
            u2 = work[most]
            for lane in range(1, LANES):
                u2 = max(u2, work[most + lane])
            if u2 <= limit2:
                break
            # The tiles are as they were: once more, for angles of any size.
            exact = True
        _line_to_tiles(tables, line, row, 1)
        if found:
            for j in range(ny):
                clear(bumps + j * VECTOR)


_kinetic_pass = inlined(_kinetic_pass)
_potential_pass = inlined(_potential_pass)


def pass_functions(digest: str) -> tuple[Any, Any, Any]:
    """`run`, `enter` and `leave`, whose machine code is kept on disk under `digest` as well."""

    def run(
        n: int,
        begins: bool,
        tables: Tables,
        motion: Motion,
        wall: Wall,
        angle: float,
        turn: float,
        rule: Any,
        work: Any,
        fingers: int,
        posts: int,
        rate: complex,
        series: Any,
        dt: float,
        g: float,
        total: float,
        makes_up: bool,
    ) -> None:
        digest  # noqa: B018 - numba's key of the machine code has it from here
        blocks = tables.norms.shape[0]
        nx = tables.ex.shape[0] // 4
        points = nx * blocks * LANES
        limit = SERIES_LIMIT / abs(rate)
        # As many float32 as a finger's potential and g |psi|^2 themselves.
        limit2 = limit * limit
        half = 1 if begins else 0
        for i in range(n):
            _kinetic_pass(tables, work, half, 0, blocks)
            half = 0
            norm = 0.0
            for block in range(blocks):
                norm += tables.norms[block]
            scale = math.sqrt(total / (norm * points)) if norm > 0 else 1.0
            # The density is larger than the field says, which lacks `scale` yet.
            gain = scale * scale if makes_up else 1.0
            v_max = math.sqrt(abs(motion.g_m * gain * norm))
            move_fingers(
                motion.state,
                fingers,
                dt,
                motion.spring,
                motion.damping,
                v_max,
                motion.height,
                motion.r0,
                motion.dx,
                motion.reach,
                motion.gx,
                motion.gy,
                motion.spans,
            )
            turn_wall(tables.static, wall, angle + i * turn)
            write_rule(rule, g * gain, rate, series, scale)
            _potential_pass(tables, motion, fingers + posts, rule, limit2, work, 0, nx // LANES)

    def enter(psi: Any, tables: Tables, work: Any) -> None:
        digest  # noqa: B018
        nx, ny = psi.shape
        line = work.ctypes.data
        row_bytes = ny * PAIR
        for row in range(nx // LANES):
            rows = psi.ctypes.data + row * LANES * row_bytes
            for j in range(0, ny, 2):
                rows_in(rows + j * PAIR, row_bytes, line + j * ELEMENT)
            _line_to_tiles(tables, line, row, 0)

    def leave(
        psi: Any, tables: Tables, weights: Any, ys: Any, work: Any, rule: Any, total: float
    ) -> Any:
        digest  # noqa: B018
        nx, ny = psi.shape
        stages = tables.x_stages
        sums = 3 * ny * LANES + LANES
        place = work.ctypes.data + 4 * sums
        norm, energy, tail = 0.0, 0.0, 0.0
        for block in range(ny // LANES):
            line = tables.field.ctypes.data + block * (nx + 1) * ELEMENT
            _forward(tables, line, nx, 0, 0, stages.shape[0])
            for k in range(3):
                clear(place + k * VECTOR)
            ex = tables.ex.ctypes.data + nx * PAIR
            ey = tables.ey.ctypes.data + (ny // LANES + block) * ELEMENT
            for i in range(nx):
                look(line + i * ELEMENT, ex + i * PAIR, ey, weights.ctypes.data + i * PAIR, place)
            _inverse(tables, line, nx, 0, 0, stages.shape[0])
            for lane in range(LANES):
                n = work[sums + lane]
                high = work[sums + 2 * LANES + lane]
                at = block * LANES + lane
                norm += n
                energy += work[sums + LANES + lane] + ys[at, 0] * n
                tail += high + ys[at, 1] * (n - high)
        points = nx * ny
        norm, energy, tail = norm * points, energy * points, tail * points
        # A step makes up for what cooling took before it; what the last took is missing.
        rule[SCALE] = math.sqrt(total / norm) if total > 0.0 and norm > 0.0 else 1.0
        line = work.ctypes.data
        row_bytes = ny * PAIR
        for row in range(nx // LANES):
            _line_from_tiles(tables, line, row, 0)
            rows = psi.ctypes.data + row * LANES * row_bytes
            for j in range(0, ny, 2):
                rows_out(
                    rows + j * PAIR, row_bytes, line + j * ELEMENT, rule.ctypes.data + 4 * SCALE
                )
        return norm, energy, tail

    compiled = numba.njit(nogil=True, cache=True, error_model="numpy")
    return compiled(run), compiled(enter), compiled(leave)
