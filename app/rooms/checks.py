"""Checks of visitors' arguments against what objects declare (see models.exposed)."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin

import msgspec

from models.exposed import Range
from models.parameters import ParameterError

MAX_TEXT_CHARS = 1024
MAX_ARGUMENTS_BYTES = 8 * 1024
"""Of one request, as JSON."""


def check_size(args: Sequence[object], kwargs: Mapping[str, object]) -> None:
    """Check the arguments' total size. Raises ParameterError."""
    if len(msgspec.json.encode((args, kwargs))) > MAX_ARGUMENTS_BYTES:
        raise ParameterError(
            "bad_value", f"at most {MAX_ARGUMENTS_BYTES // 1024} KiB of arguments are allowed"
        )


def bind(
    signature: inspect.Signature, args: Sequence[object], kwargs: Mapping[str, object]
) -> inspect.BoundArguments:
    """Bind the arguments, each as its parameter's type. Raises ParameterError."""
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as wrong:
        names = ", ".join(str(parameter) for parameter in signature.parameters.values())
        raise ParameterError("bad_value", f"{wrong}; wanted: ({names})"[:300]) from None
    for name, value in bound.arguments.items():
        bound.arguments[name] = check(name, signature.parameters[name].annotation, value)
    return bound


def check(name: str, annotation: Any, value: object) -> Any:
    """Convert `value` to the type that `annotation` names. Raises ParameterError."""
    wanted, limits = type_and_limits(annotation)
    if isinstance(value, str) and len(value) > MAX_TEXT_CHARS:
        raise ParameterError(
            "bad_value", f"{name}: at most {MAX_TEXT_CHARS} characters are allowed"
        )
    checked: Any
    try:
        checked = msgspec.convert(value, wanted)
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as wrong:
        raise ParameterError("bad_value", f"{name}: {wrong}"[:300]) from None
    if isinstance(checked, float) and not math.isfinite(checked):
        raise ParameterError("bad_value", f"{name}: a finite number is needed")
    if limits is not None and not limits.low <= checked <= limits.high:
        raise ParameterError(
            "out_of_range",
            f"{name}: {limits.low:g} to {limits.high:g} is allowed, not {checked}"[:200],
        )
    return checked


def type_and_limits(annotation: Any) -> tuple[Any, Range | None]:
    """Split `annotation` into type and limits; Any where there is none."""
    if annotation is inspect.Parameter.empty:
        return Any, None
    if get_origin(annotation) is not Annotated:
        return annotation, None
    wanted, *more = get_args(annotation)
    return wanted, next((one for one in more if isinstance(one, Range)), None)
