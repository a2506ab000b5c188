"""Answers that the application is not asked for."""

from __future__ import annotations

from typing import NamedTuple


class Rejection(NamedTuple):
    """A whole answer: `status` with its number, one line of text, headers beyond the usual."""

    status: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()
