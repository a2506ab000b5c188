"""What a check finds."""

from __future__ import annotations

from typing import Literal, NamedTuple

Grade = Literal["ok", "note", "trouble"]


class Finding(NamedTuple):
    """`note`: the exhibit runs, but not as well as it could; `trouble`: it does not, as asked."""

    grade: Grade
    said: str
    advice: str = ""


def ok(said: str, advice: str = "") -> Finding:
    """All is well."""
    return Finding("ok", said, advice)


def note(said: str, advice: str) -> Finding:
    """It could be better."""
    return Finding("note", said, advice)


def trouble(said: str, advice: str) -> Finding:
    """The exhibit will not do what it is asked to."""
    return Finding("trouble", said, advice)
