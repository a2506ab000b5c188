"""Names and colours that distinguish visitors."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from app.protocol.messages import MAX_NAME_CHARS, Visitor
from models.texts import one_line

# Light enough to read on a dark fluid, far apart in hue for colour-blind eyes too.
PALETTE = {
    "#ff9e3d": "Amber",
    "#5cc8ff": "Sky",
    "#ff6fae": "Rose",
    "#7be08a": "Mint",
    "#c9a2ff": "Violet",
    "#ffe066": "Lemon",
    "#ff7a66": "Coral",
    "#4fe0d0": "Lagoon",
    "#e3e8f0": "Pearl",
    "#b5d334": "Lime",
}  # fmt: skip
ANIMALS = ("Otter", "Heron", "Seal", "Ray", "Newt", "Swan", "Orca", "Crab", "Tern", "Eel")


def pick_colour(taken: Iterable[str]) -> str:
    """Return the first palette colour among those least used in `taken`."""
    counts = dict.fromkeys(PALETTE, 0)
    for colour in taken:
        if colour in counts:
            counts[colour] += 1
    return min(counts, key=lambda colour: counts[colour])


def pick_name(colour: str, taken: Collection[str]) -> str:
    """Return a friendly name for `colour` that is not in `taken`."""
    adjective = PALETTE.get(colour, "Visiting")
    for round_ in range(1, 1000):
        for animal in ANIMALS:
            name = f"{adjective} {animal}" + (f" {round_}" if round_ > 1 else "")
            if name not in taken:
                return name
    return adjective


def clean_name(name: str) -> str:
    """Return `name` on one line, without control or invisible characters; may be empty."""
    return one_line(name)[:MAX_NAME_CHARS].strip()


def settle(visitor: Visitor, present: Collection[Visitor]) -> Visitor:
    """Return `visitor` with a colour and a name that differ from those of `present`."""
    colour = visitor.colour or pick_colour(other.colour for other in present)
    taken = {other.name for other in present}
    name = visitor.name or pick_name(colour, taken)
    if name in taken:
        name = f"{name[: MAX_NAME_CHARS - 4]} {visitor.id % 1000}"
    return Visitor(id=visitor.id, name=name, colour=colour, role=visitor.role)
