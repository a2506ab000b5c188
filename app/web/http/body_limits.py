"""How large a body a request may bring, decided before a byte of it is read."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, NamedTuple

from app.transport.limits import MAX_BODY_BYTES
from app.web.http.rejection import Rejection


def _nothing() -> None:
    pass


class BodyLimits(NamedTuple):
    """What a request is granted."""

    max_bytes: int = MAX_BODY_BYTES
    within_s: float | None = None
    """For all of it to arrive, where that is not HEADER_S."""
    done: Callable[[], None] = _nothing
    """Called once the request has been answered, or has failed."""


Admit = Callable[[MutableMapping[str, Any]], BodyLimits | Rejection]
"""Judges a request by its WSGI environ."""


def small_bodies(_environ: MutableMapping[str, Any]) -> BodyLimits | Rejection:
    """What holds for everything but uploads."""
    return BodyLimits()
