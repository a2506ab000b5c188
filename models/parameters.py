"""What a visitor may change: one declaration per parameter.

Validation, sliders, ``--help``, the web schema and ``available_commands`` all derive from
these declarations, so a parameter is described in exactly one place: its model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from models.texts import one_line

Value = bool | int | float | str
ParameterErrorCode = Literal["unknown_parameter", "bad_value", "out_of_range"]


class ParameterError(ValueError):
    """A value that a declaration refuses; `code` is the web contract's error code."""

    def __init__(self, code: ParameterErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ParameterErrorCode = code


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """Common to all kinds. `rebuild` says that a change starts from a new initial state."""

    kind: ClassVar[str]
    name: str
    default: Value
    label: str
    help: str
    unit: str = ""
    group: str = "Fluid"
    rebuild: bool = False

    def check(self, value: object) -> Value:
        """Return `value` as this parameter's type; raise ParameterError if it does not fit."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The declaration as the web contract's JSON object."""
        fields = {key: getattr(self, key) for key in self.__dataclass_fields__}
        return {"kind": self.kind, **fields}

    def _wrong_type(self, value: object) -> ParameterError:
        return ParameterError(
            "bad_value", f"{self.name}: a {self.kind} is needed, not {_shown(value)}"
        )


@dataclass(frozen=True, kw_only=True)
class Float(Parameter):
    """A real number in [low, high]; `scale` says how its slider moves."""

    kind: ClassVar[str] = "float"
    default: float
    low: float
    high: float
    step: float = 0.01
    scale: Literal["linear", "log"] = "linear"

    def check(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong_type(value)
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise ParameterError("bad_value", f"{self.name}: a finite number is needed")
        if not self.low <= number <= self.high:
            raise _outside(self.name, number, self.low, self.high)
        return number


@dataclass(frozen=True, kw_only=True)
class Integer(Parameter):
    """A whole number in [low, high] in steps of `step` from `low`."""

    kind: ClassVar[str] = "int"
    default: int
    low: int
    high: int
    step: int = 1
    scale: Literal["linear", "log"] = "linear"

    def check(self, value: object) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong_type(value)
        if not self.low <= value <= self.high:
            raise _outside(self.name, value, self.low, self.high)
        if (value - self.low) % self.step:
            raise ParameterError(
                "out_of_range",
                f"{self.name}: steps of {self.step} from {self.low} are allowed, not {value}",
            )
        return value


@dataclass(frozen=True, kw_only=True)
class Toggle(Parameter):
    """On or off."""

    kind: ClassVar[str] = "bool"
    default: bool

    def check(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self._wrong_type(value)
        return value


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """One of a few words."""

    kind: ClassVar[str] = "choice"
    default: str
    options: tuple[str, ...]

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise self._wrong_type(value)
        if value not in self.options:
            allowed = ", ".join(self.options)
            raise ParameterError("out_of_range", f"{self.name}: one of {allowed} is allowed")
        return value


@dataclass(frozen=True, kw_only=True)
class Text(Parameter):
    """A line of free text, at most `max_chars` long; what cannot be seen in it is left out."""

    kind: ClassVar[str] = "text"
    default: str
    max_chars: int

    def check(self, value: object) -> str:
        if not isinstance(value, str):
            raise self._wrong_type(value)
        line = one_line(value)
        if len(line) > self.max_chars:
            raise ParameterError(
                "out_of_range",
                f"{self.name}: at most {self.max_chars} characters are allowed, not {len(line)}",
            )
        return line


def from_schema(schema: Mapping[str, Any]) -> Parameter:
    """The declaration that `schema` tells of, made here or read from JSON."""
    (kind,) = (one for one in Parameter.__subclasses__() if one.kind == schema["kind"])
    fields = {key: value for key, value in schema.items() if key != "kind"}
    if "options" in fields:
        fields["options"] = tuple(fields["options"])
    return kind(**fields)


def defaults(declared: Iterable[Parameter]) -> dict[str, Value]:
    """Each declared name with its default."""
    return {parameter.name: parameter.default for parameter in declared}


def check_all(declared: Iterable[Parameter], changes: Mapping[str, object]) -> dict[str, Value]:
    """All of `changes` as checked values, or ParameterError at the first that does not fit."""
    known = {parameter.name: parameter for parameter in declared}
    checked: dict[str, Value] = {}
    for name, value in changes.items():
        if name not in known:
            names = ", ".join(known)
            raise ParameterError(
                "unknown_parameter", f"no parameter {_shown(name)}; there are {names}"
            )
        checked[name] = known[name].check(value)
    return checked


def _outside(name: str, value: float, low: float, high: float) -> ParameterError:
    return ParameterError(
        "out_of_range", f"{name}: {low:g} to {high:g} is allowed, not {_shown(value)}"
    )


def _shown(value: object) -> str:
    """`value` for a message: short, whatever was sent."""
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**20 else "a huge number"
    return text if len(text) <= 40 else text[:37] + "..."
