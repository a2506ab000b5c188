"""Names and colours: friendly, short, clean, and unlike each other."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.protocol.messages import MAX_NAME_CHARS, Visitor
from app.rooms.visitors import PALETTE, clean_name, pick_colour, pick_name, settle


def test_colours_are_used_evenly() -> None:
    taken: list[str] = []
    for _ in range(3 * len(PALETTE)):
        taken.append(pick_colour(taken))
    assert all(taken.count(colour) == 3 for colour in PALETTE)
    assert len(set(taken[: len(PALETTE)])) == len(PALETTE)


def test_a_foreign_colour_counts_for_none() -> None:
    assert pick_colour(["#000000", "", "red"]) == next(iter(PALETTE))


def test_a_hundred_nameless_visitors_are_all_called_differently() -> None:
    present: list[Visitor] = []
    for number in range(1, 129):
        present.append(settle(Visitor(id=number, name="", colour=""), present))
    assert len({visitor.name for visitor in present}) == 128
    assert all(0 < len(visitor.name) <= MAX_NAME_CHARS for visitor in present)


def test_a_name_says_its_colour() -> None:
    for colour, adjective in PALETTE.items():
        assert pick_name(colour, ()).startswith(f"{adjective} ")


def test_whoever_comes_back_keeps_name_and_colour() -> None:
    anna = Visitor(id=7, name="Anna", colour="#5cc8ff", role="operator")
    other = Visitor(id=8, name="Bert", colour="#5cc8ff")
    assert settle(anna, [other]) == anna


def test_a_namesake_is_told_apart_and_not_renamed_beyond_the_limit() -> None:
    long = "x" * MAX_NAME_CHARS
    first = settle(Visitor(id=1, name=long, colour=""), [])
    second = settle(Visitor(id=1002, name=long, colour=""), [first])
    assert first.name == long
    assert second.name != long
    assert len(second.name) <= MAX_NAME_CHARS
    assert second.colour != first.colour


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("  Ada \n\t Lovelace  ", "Ada Lovelace"),
        ("a\u202eb\u200bc\x07d", "abcd"),
        ("\u2028\u00a0\u3000", ""),
        ("", ""),
        ("Ünal 王", "Ünal 王"),
        ("x" * 99, "x" * MAX_NAME_CHARS),
        ("<b>Bo</b>", "<b>Bo</b>"),
    ],
)
def test_names_are_cleaned(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


@given(st.text(max_size=80))
def test_a_clean_name_is_short_printable_and_stays_clean(text: str) -> None:
    name = clean_name(text)
    assert len(name) <= MAX_NAME_CHARS
    assert name == name.strip()
    assert not any(unicodedata.category(c).startswith("C") for c in name)
    assert clean_name(name) == name
