"""States that a program outside posts to a room, for models that follow one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.parameters import Parameter, ParameterError, Value, check_all, defaults


def check_state(declared: Sequence[Parameter], given: Mapping[str, object]) -> dict[str, Value]:
    """`given` as a whole state, each of `declared`: what it leaves out has its default.

    Raises ParameterError for what does not fit, for an empty state, and if nothing is declared.
    """
    if not declared:
        raise ParameterError("bad_value", "this model takes no feed")
    if not given:
        names = ", ".join(parameter.name for parameter in declared)
        raise ParameterError("bad_value", f"an empty state; there are {names}")
    return {**defaults(declared), **check_all(declared, given)}
