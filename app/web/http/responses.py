"""Answers to HTTP requests that do not lean on Bottle's shared response."""

from __future__ import annotations

from typing import Any

import bottle
import msgspec


def json(value: Any, status: int = 200) -> Any:
    """`value` as JSON."""
    body = msgspec.json.encode(value)
    return bottle.HTTPResponse(body, status, {"Content-Type": "application/json"})


def text(status: int, line: str) -> Any:
    """One line for a person."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    return bottle.HTTPResponse(f"{line}\n".encode(), status, headers)
