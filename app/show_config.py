"""`main.py config`: each setting in force, and where it came from."""

from __future__ import annotations

import json
import sys
from typing import Any

import models
from app import startup_checks
from app.engines.startup_model import UnfitError
from app.rooms import parameters
from app.settings import compute, exhibit
from app.settings.options import ROOM_SIZES, SECRETS, Origin, SettingsError, or_exit


def run(argv: list[str]) -> int:
    """Print the exhibit's settings, or after the word `compute` the compute server's, as TOML."""
    of_compute = argv[:1] == ["compute"]
    parser = compute.parser() if of_compute else exhibit.parser()
    try:
        given = parser.read(argv[1:] if of_compute else argv)
        if of_compute:
            startup_checks.check_compute(compute.made(given, parser.places()))
        else:
            startup_checks.check_exhibit(exhibit.made(given, parser.places()))
    except (SettingsError, UnfitError) as fault:
        or_exit(fault)
    for origin in parser.origins(given):
        name, value, source = _with_model(origin, given.model)
        line = f"{name} = {_toml(value)}  # {source}"
        if value is None:
            line = f"# {name} is not set"
        elif name in SECRETS:
            line = f"# {name} is set, and not shown  # {source}"
        sys.stdout.write(line + "\n")
    return 0


def _with_model(origin: Origin, model: str) -> Origin:
    """A setting that nobody gave, and the model has a default for."""
    if origin.name not in ROOM_SIZES or origin.value is not None or model not in models.names():
        return origin
    for parameter in parameters.declared(models.get(model)):
        if parameter.name == origin.name:
            own = parameter in models.get(model).parameters
            return Origin(origin.name, parameter.default, f"model {model}" if own else "program")
    return origin


def _toml(value: Any) -> str:
    """`value` as the TOML file would have it."""
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)
