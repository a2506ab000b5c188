"""Parameters that every room has, beside its model's own."""

from __future__ import annotations

from collections.abc import Mapping

from models.contract import FieldModel, Model
from models.parameters import Choice, Integer, Parameter, Value, defaults

STEPS = Integer(
    name="steps",
    default=20,
    low=1,
    high=200,
    label="Steps per frame",
    help="How many time steps the model takes for each picture: more is faster motion.",
    group="Pace",
)
TRACERS = Integer(
    name="tracers",
    default=300,
    low=0,
    high=4000,
    step=100,
    label="Tracers",
    help="Specks that drift with the fluid and make its flow visible.",
    group="Pace",
)
PRECISION = Choice(
    name="precision",
    default="single",
    options=("single", "double"),
    rebuild=True,
    label="Precision",
    help="Numbers of 7 digits, or of 15: those take about twice as long.",
    group="Expert",
)


def of_room(model: type[Model]) -> tuple[Parameter, ...]:
    """Return those that a room adds to `model`, without its own of that name or unused ones."""
    known = {parameter.name for parameter in model.parameters}
    added = (STEPS, TRACERS, PRECISION) if issubclass(model, FieldModel) else ()
    taken = model.takes_from_room
    return tuple(
        parameter
        for parameter in added
        if parameter.name not in known and (taken is None or parameter.name in taken)
    )


def declared(model: type[Model]) -> tuple[Parameter, ...]:
    """Return the parameters that visitors of a room with `model` may change."""
    return (*model.parameters, *of_room(model))


def first(model: type[Model], given: Mapping[str, Value]) -> dict[str, Value]:
    """Return all first values of a room with `model`: the defaults, replaced by those `given`."""
    return {**defaults(declared(model)), **given}
