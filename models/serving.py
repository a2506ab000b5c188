"""Objects of a user's file that the visitors of its models' rooms may use, by name.

    serve("sample", Sample())

in the file makes what Sample declares (see models.exposed) reachable as `sample.a`, `sample.add`;
tracked values are channels of the same names. The table of names is made once, here; no request
ever walks from attribute to attribute.

`main.py` runs each room of a user's file in a process that loads the file itself: there every room
has the object for itself. On a compute server, rooms of the file's models share it, and it must
bear calls from several threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from models.exposed import ExposeError, Member, is_restricted, members, parts

MAX_DEPTH = 4
"""Words in a dotted name; what lies deeper is out of reach."""
MAX_NAMES = 256
MAX_NAME_CHARS = 32
RESERVED = frozenset(
    {
        "model",
        "notes",
        "call",
        "channels",
        "close",
        "name",
        "on",
        "settled",
        "subscribe",
        "then",
        "visitors",
        "you",
    }
)
"""What every room has already, and what the page's `room` has of its own."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_collected: list[dict[str, Leaf]] = []


class Leaf(NamedTuple):
    """Something that an object declares, and the very object that has it."""

    owner: object
    member: Member


def serve(name: str, thing: object) -> None:
    """Let visitors use what `thing` declares as `name.…`; for a user's file, at its top level.

    Raises ExposeError.
    """
    leaves = flatten(name, thing)
    if _collected:
        if any(known.partition(".")[0] == name for known in _collected[-1]):
            raise ExposeError(f"serve({name!r}): something is served by that name already")
        _collected[-1].update(leaves)


@contextmanager
def collecting() -> Iterator[Mapping[str, Leaf]]:
    """What is served meanwhile, by dotted name."""
    _collected.append({})
    try:
        yield _collected[-1]
    finally:
        _collected.pop()


def flatten(name: str, thing: object) -> dict[str, Leaf]:
    """All that `thing` and its parts declare, by dotted name. Raises ExposeError."""
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME_CHARS or name in RESERVED:
        raise ExposeError(
            f"serve({name!r}): a name is a word of up to {MAX_NAME_CHARS} letters, digits and "
            f"underscores, begins with a letter, and is none of {', '.join(sorted(RESERVED))}"
        )
    if isinstance(thing, type):
        raise ExposeError(f"serve({name!r}): an object is served, not the class {thing.__name__}")
    leaves: dict[str, Leaf] = {}
    _collect((name,), thing, leaves)
    if not 0 < len(leaves) <= MAX_NAMES:
        raise ExposeError(
            f"serve({name!r}): {type(thing).__name__} exposes {len(leaves)} names; 1 to "
            f"{MAX_NAMES} are allowed (see models.exposed)"
        )
    return leaves


def _collect(path: tuple[str, ...], thing: object, leaves: dict[str, Leaf]) -> None:
    if len(path) >= MAX_DEPTH or len(leaves) > MAX_NAMES or is_restricted(thing):
        return
    for name, member in members(type(thing)).items():
        if member.kind == "tracked" and not hasattr(thing, "__dict__"):
            raise ExposeError(f"{'.'.join(path)}: tracked values and __slots__ do not go together")
        leaves[".".join((*path, name))] = Leaf(thing, member)
    for name in parts(type(thing)):
        if name not in vars(thing):
            raise ExposeError(f"{'.'.join(path)}: the part {name!r} is declared and never set")
        _collect((*path, name), vars(thing)[name], leaves)
