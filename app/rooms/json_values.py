"""Objects' values as JSON: numbers, text, lists and dictionaries, within limits."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

MAX_NUMBERS = 4096
"""Of an array, or of everything in an answer together."""
MAX_DEPTH = 12
MAX_VALUE_BYTES = 64 * 1024
MAX_SAFE_INTEGER = 2**53 - 1
"""Integers that JavaScript represents exactly; larger ones become floats."""


class NotJsonError(ValueError):
    """A value that cannot be sent; the text gives the reason."""


def to_json(value: object) -> Any:
    """Convert `value` to None, bool, int, float, str, list and dict alone.

    NumPy's scalars and arrays become numbers and nested lists, complex numbers [re, im], and
    numbers that are not finite None. Raises NotJsonError.
    """
    made = _Maker().make(value, MAX_DEPTH)
    if len(msgspec.json.encode(made)) > MAX_VALUE_BYTES:
        raise NotJsonError(f"it is larger than {MAX_VALUE_BYTES // 1024} KiB")
    return made


class _Maker:
    def __init__(self) -> None:
        self._left = MAX_NUMBERS

    def make(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth < 0:
            raise NotJsonError(f"it has more than {MAX_NUMBERS} values, or lists nested too deeply")
        match value:
            case None | bool():
                return value
            case str():
                return str(value)
            case int():
                return int(value) if abs(value) <= MAX_SAFE_INTEGER else self._real(value)
            case float():
                return self._real(value)
            case complex():
                return [self._real(value.real), self._real(value.imag)]
            case np.generic():
                return (
                    self.make(value.item(), depth)
                    if value.dtype.kind in "biufcU"
                    else _refuse(value)
                )
            case np.ndarray():
                if value.dtype.kind not in "biufcU":
                    return _refuse(value)
                if value.size > self._left:
                    raise NotJsonError(
                        f"an array of {value.size} values; {MAX_NUMBERS} are allowed"
                    )
                return self.make(value.tolist(), depth)
            case list() | tuple():
                return [self.make(item, depth - 1) for item in value]
            case dict():
                return {self._key(key): self.make(item, depth - 1) for key, item in value.items()}
        return _refuse(value)

    @staticmethod
    def _real(value: float) -> float | None:
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None

    @staticmethod
    def _key(key: object) -> str:
        if not isinstance(key, str | int):
            raise NotJsonError(
                f"a dictionary's keys are text or whole numbers, not {type(key).__name__}"
            )
        return str(key)


def _refuse(value: object) -> Any:
    raise NotJsonError(f"a {type(value).__name__} is not JSON")
