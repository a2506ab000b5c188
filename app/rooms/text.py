"""Visitors' text made safe to show to others: one line, without hidden characters."""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d"
"""Invisible, but needed by Persian and Indic words and many emoji."""
MAX_MARKS = 4
"""On one letter; towers of accents would cover the lines above."""


def clean_text(text: str) -> str:
    """Return `text` on one line, without control, direction-changing or other invisible characters.

    Empty if nothing of it can be seen.
    """
    shown: list[str] = []
    marks = 0
    for character in text:
        kind = unicodedata.category(character)
        marks = marks + 1 if kind.startswith("M") else 0
        if character.isspace():
            shown.append(" ")
        elif character in JOINERS or (not kind.startswith("C") and marks <= MAX_MARKS):
            shown.append(character)
    line = " ".join("".join(shown).split())
    return line if any(unicodedata.category(c)[0] in "LNPS" for c in line) else ""
