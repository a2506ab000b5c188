"""Settings that make no sense with, or without, each other: declared in a table, checked in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple


class Given(NamedTuple):
    """A setting that somebody gave."""

    value: Any
    place: str
    """Where, for whoever has to change it: an option, a variable, or a file with a line."""
    source: str
    """Where, for the list of all settings."""


class When(NamedTuple):
    """A setting was given, and its value is such that `holds`."""

    name: str
    holds: Callable[[Any], bool] = bool


class Clash(NamedTuple):
    """Two that exclude each other."""

    one: When
    other: When
    why: str


class Needs(NamedTuple):
    """One that has no effect, or must not be, without one of the `others`."""

    one: When
    others: tuple[When, ...]
    why: str


Pair = Clash | Needs


def on(name: str) -> When:
    """Given, and not `false`, `off`, `none` or 0."""
    return When(name, lambda value: value not in (False, None, 0, "off", "none"))


def whatever(name: str) -> When:
    """Given, with whatever value."""
    return When(name, lambda _value: True)


def off(name: str) -> When:
    """Given as `false`, `off`, `none` or 0."""
    return When(name, lambda value: value in (False, 0, "off", "none"))


def fault(pairs: Sequence[Pair], settings: Mapping[str, Given]) -> str | None:
    """What is wrong with `settings`, those that were given, in one line; None if nothing is."""
    for pair in pairs:
        if not _is(pair.one, settings):
            continue
        one = settings[pair.one.name].place
        if isinstance(pair, Clash):
            if _is(pair.other, settings):
                other = settings[pair.other.name].place
                return f"{one} and {other} exclude each other: {pair.why}"
        elif not any(_is(other, settings) for other in pair.others):
            wanted = " or ".join(f"--{other.name}" for other in pair.others)
            return f"{one} needs {wanted}: {pair.why}"
    return None


def _is(when: When, settings: Mapping[str, Given]) -> bool:
    return when.name in settings and when.holds(settings[when.name].value)
