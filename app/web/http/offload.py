"""Slow work, done in a thread of gevent's pool while everybody else is served."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import gevent

Given = ParamSpec("Given")
Found = TypeVar("Found")


def apart(act: Callable[Given, Found], *args: Given.args, **named: Given.kwargs) -> Found:
    """What `act` returns, once it has; other greenlets go on. Raises what `act` raises.

    The pool prints a traceback of whatever is raised in it, though whoever asked may well expect
    it: so nothing is raised there.
    """

    def guarded() -> tuple[Found | None, Exception | None]:
        try:
            return act(*args, **named), None
        except Exception as fault:  # noqa: BLE001  (raised again where it is waited for)
            return None, fault

    found, fault = gevent.get_hub().threadpool.apply(guarded)
    if fault is not None:
        raise fault
    return cast(Found, found)
