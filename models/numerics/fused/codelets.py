"""The pieces of the fused step that are written as vector instructions, one call each.

An element is a complex number for each of LANES lines: a vector of real parts, then one of
imaginary parts, ELEMENT bytes in all. Codelets take addresses (bytes, aligned to a vector) and
know no bounds: `passes` has the loops. What an element means is drawn in `layout`.
"""

from __future__ import annotations

from inspect import Parameter, Signature, signature
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from models.numerics.fused.elementary import cosine_and_sine, exponential
from models.numerics.fused.processor import lanes
from models.numerics.fused.rule import DECAY, IMAGINARY, REAL, SCALE, TERMS, TURN, G
from models.numerics.fused.vectors import FLOAT, INT64, Vector, Wave, fourier

LANES = lanes() or 8
VECTOR = 4 * LANES
ELEMENT = 2 * VECTOR
RADICES = (2, 3, 4, 5, 7, 8)
"""Of the stages; the first stage out of a tile and the last one into it have 4."""

KIND = ir.VectorType(FLOAT, LANES)
QUARTER = ir.VectorType(FLOAT, 4)


class Memory:
    """Reads and writes at addresses, while a codelet is being written."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def at(self, address: Any, step: Any = None, times: int = 1, offset: int = 0) -> Any:
        """address + times * step + offset."""
        b = self.builder
        if step is not None and times:
            address = b.add(address, b.mul(step, ir.Constant(INT64, times)))
        return b.add(address, ir.Constant(INT64, offset)) if offset else address

    def vector(self, address: Any) -> Vector:
        """What lies there."""
        b = self.builder
        return Vector(b, b.load(b.inttoptr(address, KIND.as_pointer()), align=VECTOR))

    def wave(self, address: Any) -> Wave:
        """The element that lies there."""
        return Wave(self.vector(address), self.vector(self.at(address, offset=VECTOR)))

    def number(self, address: Any, index: int = 0) -> Vector:
        """One float32, in all lanes."""
        b = self.builder
        address = self.at(address, offset=4 * index)
        value = b.load(b.inttoptr(address, FLOAT.as_pointer()), align=4)
        return self.everywhere(value)

    def everywhere(self, value: Any) -> Vector:
        """A float32 that is at hand, in all lanes."""
        b = self.builder
        one = b.insert_element(ir.Constant(KIND, ir.Undefined), value, ir.Constant(INT64, 0))
        return Vector(b, b.shuffle_vector(one, one, _mask([0] * LANES)))

    def pair(self, address: Any, index: int = 0) -> Wave:
        """A complex64, in all lanes."""
        return Wave(self.number(address, 2 * index), self.number(address, 2 * index + 1))

    def put(self, vector: Vector, address: Any) -> None:
        """Store a vector."""
        b = self.builder
        b.store(vector.value, b.inttoptr(address, KIND.as_pointer()), align=VECTOR)

    def put_wave(self, wave: Wave, address: Any) -> None:
        """Store an element."""
        self.put(wave.re, address)
        self.put(wave.im, self.at(address, offset=VECTOR))

    def columns(self, address: Any, row: Any) -> list[Vector]:
        """Four columns of a tile whose rows, LANES of them, are `row` bytes apart.

        Row 4 q + p goes into quarter q of vector p; turning each 4 x 4 block then is enough.
        """
        b = self.builder
        rows = []
        for p in range(4):
            parts = []
            for q in range(LANES // 4):
                place = self.at(address, row, 4 * q + p)
                parts.append(b.load(b.inttoptr(place, QUARTER.as_pointer()), align=4))
            while len(parts) > 1:
                size = 2 * parts[0].type.count
                parts = [
                    b.shuffle_vector(one, other, _mask(range(size)))
                    for one, other in zip(parts[::2], parts[1::2], strict=True)
                ]
            rows.append(Vector(b, parts[0]))
        return _turned(rows)

    def put_columns(self, vectors: list[Vector], address: Any, row: Any) -> None:
        """The way back."""
        b = self.builder
        for p, turned in enumerate(_turned(vectors)):
            for q in range(LANES // 4):
                part = b.shuffle_vector(turned.value, turned.value, _mask(range(4 * q, 4 * q + 4)))
                place = self.at(address, row, 4 * q + p)
                b.store(part, b.inttoptr(place, QUARTER.as_pointer()), align=4)


def _mask(indices: Any) -> Any:
    from models.numerics.fused.vectors import INT32

    numbers = [ir.Constant(INT32, index) for index in indices]
    return ir.Constant(ir.VectorType(INT32, len(numbers)), numbers)


def _turned(rows: list[Vector]) -> list[Vector]:
    """Each 4 x 4 block of four vectors, transposed."""

    def woven(one: Vector, other: Vector, pattern: tuple[int, int, int, int]) -> Vector:
        # Of the pattern, 0 to 3 are the first one's and 4 to 7 the other one's.
        mask = [
            4 * q + index % 4 + (LANES if index > 3 else 0)
            for q in range(LANES // 4)
            for index in pattern
        ]
        return Vector(one.builder, one.builder.shuffle_vector(one.value, other.value, _mask(mask)))

    low, high = (0, 4, 1, 5), (2, 6, 3, 7)
    first, second = (0, 1, 4, 5), (2, 3, 6, 7)
    a, b = woven(rows[0], rows[1], low), woven(rows[0], rows[1], high)
    c, d = woven(rows[2], rows[3], low), woven(rows[2], rows[3], high)
    return [woven(a, c, first), woven(a, c, second), woven(b, d, first), woven(b, d, second)]


def codelet(write: Any) -> Any:
    """Make `write(memory, *addresses)` something that numba code can call with the addresses."""

    def typing(typingctx: Any, *arguments: Any) -> Any:
        del typingctx  # addresses are whole numbers everywhere

        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            write(Memory(builder), *arguments)
            return context.get_dummy_value()

        return types.void(*[types.int64] * len(arguments)), generate

    typing.__name__ = write.__name__
    # Numba looks at the names of arguments, one by one; the first one's is its own.
    names = ["typingctx", *list(signature(write).parameters)[1:]]
    typing.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    )
    return intrinsic(typing)


def _out(m: Memory, radix: int, at: Any, step: Any, twiddles: Any) -> None:
    """A stage of the forward transform: butterfly, then twiddles."""
    waves = fourier([m.wave(m.at(at, step, k)) for k in range(radix)], -1)
    m.put_wave(waves[0], at)
    for k in range(1, radix):
        m.put_wave(waves[k] * m.pair(twiddles, k - 1), m.at(at, step, k))


def _back(m: Memory, radix: int, at: Any, step: Any, twiddles: Any) -> list[Wave]:
    """A stage of the inverse transform: conjugate twiddles, then butterfly; not yet stored."""
    turned = (
        m.wave(m.at(at, step, k)).turned_back(m.pair(twiddles, k - 1)) for k in range(1, radix)
    )
    return fourier([m.wave(at), *turned], 1)


def out_stage(radix: int) -> Any:
    """A codelet (address, bytes between elements, address of the twiddles)."""

    @codelet
    def stage(m: Memory, at: Any, step: Any, twiddles: Any) -> None:
        _out(m, radix, at, step, twiddles)

    return stage


def back_stage(radix: int) -> Any:
    """A codelet (address, bytes between elements, address of the twiddles)."""

    @codelet
    def stage(m: Memory, at: Any, step: Any, twiddles: Any) -> None:
        for k, wave in enumerate(_back(m, radix, at, step, twiddles)):
            m.put_wave(wave, m.at(at, step, k))

    return stage


@codelet
def call(m: Memory, code: Any, line: Any, n: Any, radix: Any, after: Any, twiddles: Any) -> None:
    """Run the machine code of a stage: see `stages`."""
    arguments = (line, n, radix, after, twiddles)
    kind = ir.FunctionType(ir.VoidType(), [INT64] * len(arguments))
    m.builder.call(m.builder.inttoptr(code, kind.as_pointer()), arguments)


@codelet
def tile_in(m: Memory, tile: Any, at: Any) -> None:
    """Four columns of a tile become elements and take the first stage of the inverse."""
    row = ir.Constant(INT64, ELEMENT)
    re, im = m.columns(tile, row), m.columns(m.at(tile, offset=VECTOR), row)
    waves = fourier([Wave(*parts) for parts in zip(re, im, strict=True)], 1)
    for k, wave in enumerate(waves):
        m.put_wave(wave, m.at(at, offset=k * ELEMENT))


@codelet
def tile_out(m: Memory, tile: Any, at: Any) -> None:
    """Four elements take the last stage of the forward transform and become columns."""
    waves = fourier([m.wave(m.at(at, offset=k * ELEMENT)) for k in range(4)], -1)
    row = ir.Constant(INT64, ELEMENT)
    m.put_columns([wave.re for wave in waves], tile, row)
    m.put_columns([wave.im for wave in waves], m.at(tile, offset=VECTOR), row)


@codelet
def rows_in(m: Memory, rows: Any, row: Any, at: Any) -> None:
    """Two points of LANES rows of an ordinary complex64 array become two elements."""
    for k, vector in enumerate(m.columns(rows, row)):
        m.put(vector, m.at(at, offset=k * VECTOR))


@codelet
def rows_out(m: Memory, rows: Any, row: Any, at: Any, scale: Any) -> None:
    """The way back, times a number."""
    factor = m.number(scale)
    vectors = [m.vector(m.at(at, offset=k * VECTOR)) * factor for k in range(4)]
    m.put_columns(vectors, rows, row)


@codelet
def kinetic(m: Memory, at: Any, ex: Any, ey: Any, norm: Any) -> None:
    """Four elements: last stage forward, times ex[k] ey, first stage back; norm += |psi|^2."""
    waves = fourier([m.wave(m.at(at, offset=k * ELEMENT)) for k in range(4)], -1)
    factor = m.wave(ey)
    waves = [wave * factor * m.pair(ex, k) for k, wave in enumerate(waves)]
    total = m.vector(norm)
    for wave in waves:
        total = total + wave.norm()
    m.put(total, norm)
    for k, wave in enumerate(fourier(waves, 1)):
        m.put_wave(wave, m.at(at, offset=k * ELEMENT))


@codelet
def look(m: Memory, at: Any, ex: Any, ey: Any, weights: Any, sums: Any) -> None:
    """One element times ex ey; sums += n, weights[0] n, weights[1] n of n = |psi|^2."""
    wave = m.wave(at) * m.wave(ey) * m.pair(ex)
    m.put_wave(wave, at)
    n = wave.norm()
    for k, part in enumerate((n, n * m.number(weights), n * m.number(weights, 1))):
        place = m.at(sums, offset=k * VECTOR)
        m.put(m.vector(place) + part, place)


def _turned_by_potential(m: Memory, wave: Wave, static: Any, bump: Any, rule: Any) -> Any:
    """psi static exp(rate u) by the power series, and u^2, with u = bump + g |psi|^2."""
    u = m.vector(bump) + wave.norm() * m.number(rule, G)
    u2 = u * u
    parts = []
    for first in (REAL, IMAGINARY):
        # Even and odd terms side by side: half as long a chain of products that wait for another.
        even, odd = (_sum(m, rule, range(first + start, first + TERMS, 2), u2) for start in (0, 1))
        parts.append(odd * u + even)
    return wave * (m.wave(static) * Wave(*parts)), u2


def _sum(m: Memory, rule: Any, places: range, x: Vector) -> Vector:
    """Of rule[places[k]] x^k."""
    total = m.number(rule, places[-1])
    for place in reversed(places[:-1]):
        total = total * x + m.number(rule, place)
    return total


@codelet
def potential(
    m: Memory,
    at: Any,
    step: Any,
    twiddles: Any,
    static: Any,
    bump: Any,
    bump_step: Any,
    rule: Any,
    largest: Any,
) -> None:
    """Four elements: last stage back, potential step, first stage forward; the largest u^2."""
    waves = []
    most = m.vector(largest)
    for k, wave in enumerate(_back(m, 4, at, step, twiddles)):
        turned, u2 = _turned_by_potential(
            m, wave, m.at(static, step, k), m.at(bump, bump_step, k), rule
        )
        waves.append(turned)
        most = u2.larger(most)
    m.put(most, largest)
    waves = fourier(waves, -1)
    m.put_wave(waves[0], at)
    for k in range(1, 4):
        m.put_wave(waves[k] * m.pair(twiddles, k - 1), m.at(at, step, k))


@codelet
def any_potential(m: Memory, at: Any, static: Any, bump: Any, rule: Any) -> None:
    """One element: the potential step for angles of any size."""
    wave = m.wave(at)
    u = m.vector(bump) + wave.norm() * m.number(rule, G)
    cosine, sine = cosine_and_sine(u * m.number(rule, TURN))
    size = exponential(u * m.number(rule, DECAY)) * m.number(rule, SCALE)
    m.put_wave(wave * (m.wave(static) * Wave(cosine, sine).scaled(size)), at)


@codelet
def add_bump(m: Memory, bump: Any, column: Any, factor: Any) -> None:
    """bump += column * factor: one point of a finger's potential, for each line."""
    m.put(m.vector(bump) + m.vector(column) * m.number(factor), bump)


@codelet
def clear(m: Memory, at: Any) -> None:
    """A vector of zeros."""
    m.put(Vector(m.builder, ir.Constant(KIND, [0.0] * LANES)), at)
