"""Routes of Bottle, with types: its own decorators have none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

import bottle

Handler = TypeVar("Handler", bound=Callable[..., Any])


def route(
    app: bottle.Bottle, method: Literal["GET", "POST"], path: str
) -> Callable[[Handler], Handler]:
    """Let the decorated function answer `method` at `path`; its docstring is the route's text."""

    def add(handler: Handler) -> Handler:
        app.route(path, method, handler)
        return handler

    return add
