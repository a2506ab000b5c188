"""What people outside have written, made fit to be shown: one line that hides nothing."""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d"
"""Invisible, but Persian and Indic words, and many emoji, are not themselves without them.

After a letter of ASCII they join nothing, and would only make two names look the same.
"""
MAX_MARKS = 4
"""On one letter; towers of accents would cover the lines above."""


def one_line(text: str) -> str:
    """`text` on one line, without control, direction-changing or other invisible characters.

    Empty if nothing of it can be seen.
    """
    shown: list[str] = []
    marks = 0
    for character in text:
        kind = unicodedata.category(character)
        marks = marks + 1 if kind.startswith("M") else 0
        if character.isspace():
            shown.append(" ")
        elif character in JOINERS:
            if shown and not shown[-1].isascii() and shown[-1] not in JOINERS:
                shown.append(character)
        elif not kind.startswith("C") and marks <= MAX_MARKS:
            shown.append(character)
    line = " ".join("".join(shown).split())
    return line if any(unicodedata.category(c)[0] in "LNPS" for c in line) else ""
