"""What visitors write: readable in any script, on one line, and unable to disguise itself."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.texts import JOINERS, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  two\n\n words\t", "two words"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("bell\x07 and\x00 nul\x1b[31m", "bell and nul[31m"),
        ("zero\u200bwidth\ufeff\u00ad", "zerowidth"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🔬 ❤\ufe0f", "👩\u200d🔬 ❤\ufe0f"),
        ("👨\u200d👩\u200d👧\u200d👦", "👨\u200d👩\u200d👧\u200d👦"),
        ("A\u200dda\u200c", "Ada"),
        ("\u200dن\u200c\u200cن", "ن\u200cن"),
        ("e" + "\u0301" * 50 + "f", "e" + "\u0301" * 4 + "f"),
        ("\u200d\u200c", ""),
        ("\u0301\u0301", ""),
        (" \u2028\u2029\u3000", ""),
        ("\U000e0041\U000e0042 tags", "tags"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text(max_size=80))
def test_it_is_one_visible_line_and_stays_clean(text: str) -> None:
    clean = one_line(text)
    assert len(clean) <= len(text)
    assert clean == clean.strip()
    hidden = [c for c in clean if unicodedata.category(c)[0] in "CZ" and c != " "]
    assert set(hidden) <= set(JOINERS)
    assert one_line(clean) == clean
