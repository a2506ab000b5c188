"""Arithmetic that writes machine code: sums and products of vectors become LLVM instructions.

A `Vector` stands for a vector register of float32, one number for each lane, while a codelet is
being written; a `Wave` is a pair of them, a complex number for each lane. `fourier` takes a list
of waves to its discrete Fourier transform, whatever its length.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

FLAGS = ("contract",)
"""A product and a sum may become one instruction; nothing else may change."""

INT32 = ir.IntType(32)
INT64 = ir.IntType(64)
FLOAT = ir.FloatType()


def constant(builder: Any, kind: Any, value: float) -> Vector:
    """The same `value` in every lane of a vector of type `kind`."""
    return Vector(builder, ir.Constant(kind, [ir.Constant(FLOAT, value)] * kind.count))


@dataclass(frozen=True)
class Vector:
    """One number for each lane."""

    builder: Any
    value: Any

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.builder, self.builder.fadd(self.value, other.value, flags=FLAGS))

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.builder, self.builder.fsub(self.value, other.value, flags=FLAGS))

    def __mul__(self, other: Vector | float) -> Vector:
        if not isinstance(other, Vector):
            other = self.constant(other)
        return Vector(self.builder, self.builder.fmul(self.value, other.value, flags=FLAGS))

    def __neg__(self) -> Vector:
        return Vector(self.builder, self.builder.fneg(self.value))

    def constant(self, value: float) -> Vector:
        """`value` in every lane of a vector like this one."""
        return constant(self.builder, self.value.type, value)

    def larger(self, other: Vector) -> Vector:
        """Lane by lane the larger one; `other` where one is no number."""
        more = self.builder.fcmp_ordered(">", self.value, other.value)
        return Vector(self.builder, self.builder.select(more, self.value, other.value))

    def within(self, limit: float) -> Vector:
        """What is below -limit or above limit becomes that; what is no number stays so."""
        high, low = self.constant(limit), self.constant(-limit)
        above = self.builder.fcmp_ordered(">", self.value, high.value)
        cut = self.builder.select(above, high.value, self.value)
        below = self.builder.fcmp_ordered("<", cut, low.value)
        return Vector(self.builder, self.builder.select(below, low.value, cut))


@dataclass(frozen=True)
class Wave:
    """One complex number for each lane."""

    re: Vector
    im: Vector

    def __add__(self, other: Wave) -> Wave:
        return Wave(self.re + other.re, self.im + other.im)

    def __sub__(self, other: Wave) -> Wave:
        return Wave(self.re - other.re, self.im - other.im)

    def __mul__(self, other: Wave) -> Wave:
        return Wave(
            self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re
        )

    def conjugate(self) -> Wave:
        """Of every lane."""
        return Wave(self.re, -self.im)

    def turned_back(self, other: Wave) -> Wave:
        """The product with the conjugate of `other`."""
        return Wave(
            self.re * other.re + self.im * other.im, self.im * other.re - self.re * other.im
        )

    def scaled(self, factor: Vector | float) -> Wave:
        """The product with a real number."""
        return Wave(self.re * factor, self.im * factor)

    def norm(self) -> Vector:
        """|z|^2."""
        return self.re * self.re + self.im * self.im

    def rotated(self, angle: complex) -> Wave:
        """The product with a constant of length 1; quarter turns cost nothing."""
        for power, turned in enumerate(
            (self, Wave(-self.im, self.re), Wave(-self.re, -self.im), Wave(self.im, -self.re))
        ):
            if abs(angle - 1j**power) < 1e-12:
                return turned
        re, im = (self.re.constant(part) for part in (angle.real, angle.imag))
        return self * Wave(re, im)


def fourier(waves: list[Wave], sign: int) -> list[Wave]:
    """Sum over k of waves[k] exp(sign 2 pi i j k / n), for each j."""
    n = len(waves)
    if n == 1:
        return waves
    if n == 2:
        return [waves[0] + waves[1], waves[0] - waves[1]]
    if n % 2 == 0:
        even, odd = fourier(waves[::2], sign), fourier(waves[1::2], sign)
        turn = cmath.exp(sign * 2j * math.pi / n)
        turned = [wave.rotated(turn**k) for k, wave in enumerate(odd)]
        return [a + b for a, b in zip(even, turned, strict=True)] + [
            a - b for a, b in zip(even, turned, strict=True)
        ]
    return _odd(waves, sign)


def _odd(waves: list[Wave], sign: int) -> list[Wave]:
    """The transform of an odd prime length: k and n - k share a cosine and a sine."""
    n = len(waves)
    first, half = waves[0], range(1, (n + 1) // 2)
    sums = {k: waves[k] + waves[n - k] for k in half}
    differences = {k: waves[k] - waves[n - k] for k in half}
    total = first
    for k in half:
        total = total + sums[k]
    result: list[Wave] = [total] * n
    for j in half:
        angles = {k: 2 * math.pi * (j * k % n) / n for k in half}
        even = first
        for k in half:
            even = even + sums[k].scaled(math.cos(angles[k]))
        odd = differences[1].scaled(sign * math.sin(angles[1]))
        for k in half[1:]:
            odd = odd + differences[k].scaled(sign * math.sin(angles[k]))
        turned = Wave(-odd.im, odd.re)
        result[j], result[n - j] = even + turned, even - turned
    return result
