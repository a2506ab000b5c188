"""Words that people outside have written, made fit to be shown."""

from __future__ import annotations

import unicodedata


def one_line(text: str) -> str:
    """`text` on one line, without control or invisible characters; may be empty."""
    shown = (
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return " ".join("".join(shown).split())
