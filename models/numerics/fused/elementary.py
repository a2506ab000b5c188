"""Exponential, sine and cosine of a whole vector, for arguments of any size.

Each argument is cut to the nearest multiple of a period, found by adding a number so large that
the sum's last bit counts ones, and a short polynomial does the rest. Errors are below 2e-7.
"""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir

from models.numerics.fused.vectors import INT32, Vector

COUNTER = 1.5 * 2.0**23
"""In float32 the last bit of COUNTER + x is worth 1."""

MAX_EXPONENT = 87.0
"""exp of this fits a float32, and so does that of its negative."""

LN2 = (0.693359375, -2.12194440e-4)
QUARTER_TURN = (1.5703125, 4.837512969970703e-4, 7.549789948768648e-8)
"""Sums of parts: multiples of the first are exact."""

MAX_ANGLE = 0.8
"""After reduction; beyond millions of radians, where nothing is known of the angle, it is cut."""


def exponential(x: Vector) -> Vector:
    """exp(x); x is cut at MAX_EXPONENT to either side."""
    x = x.within(MAX_EXPONENT)
    counted = x * math.log2(math.e) + x.constant(COUNTER)
    n = counted - x.constant(COUNTER)
    r = x - n * LN2[0] - n * LN2[1]
    power = _polynomial(r, [1 / math.factorial(k) for k in range(8)])
    b = x.builder
    # The exponent of a float32 is in bits 23 to 30.
    bits = b.shl(_bits(counted), _whole(x, 23))
    return _number(x, b.add(_bits(power), bits))


def cosine_and_sine(x: Vector) -> tuple[Vector, Vector]:
    """Both, of angles in radians."""
    counted = x * (2 / math.pi) + x.constant(COUNTER)
    n = counted - x.constant(COUNTER)
    r = x
    for part in QUARTER_TURN:
        r = r - n * part
    r = r.within(MAX_ANGLE)
    q = r * r
    sine = r * _polynomial(q, [(-1) ** k / math.factorial(2 * k + 1) for k in range(5)])
    cosine = _polynomial(q, [(-1) ** k / math.factorial(2 * k) for k in range(6)])
    b = x.builder
    quarter = _bits(counted)
    odd = b.icmp_signed("!=", b.and_(quarter, _whole(x, 1)), _whole(x, 0))
    first, second = (
        b.select(odd, one.value, other.value) for one, other in ((sine, cosine), (cosine, sine))
    )
    return (
        _negated(x, first, b.add(quarter, _whole(x, 1))),
        _negated(x, second, quarter),
    )


def _polynomial(x: Vector, coefficients: list[float]) -> Vector:
    total = x.constant(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + x.constant(coefficient)
    return total


def _whole(like: Vector, value: int) -> Any:
    kind = ir.VectorType(INT32, like.value.type.count)
    return ir.Constant(kind, [ir.Constant(INT32, value)] * kind.count)


def _bits(x: Vector) -> Any:
    return x.builder.bitcast(x.value, ir.VectorType(INT32, x.value.type.count))


def _number(like: Vector, bits: Any) -> Vector:
    return Vector(like.builder, like.builder.bitcast(bits, like.value.type))


def _negated(like: Vector, value: Any, quarters: Any) -> Vector:
    """`value`, its sign turned where bit 1 of `quarters` is set."""
    b = like.builder
    sign = b.shl(b.and_(quarters, _whole(like, 2)), _whole(like, 30))
    return _number(like, b.xor(_bits(Vector(b, value)), sign))
