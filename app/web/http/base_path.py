"""The path below which everything lies, where a reverse proxy serves more than the exhibit.

The pages need not be told: their links are relative, and their modules go by where they came from.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from app.web.http.rejection import Rejection


def enter(environ: MutableMapping[str, Any], base: str) -> Rejection | None:
    """Take `base` off the request's path, or say where to ask instead."""
    path = str(environ["PATH_INFO"])
    if not base:
        return None
    if path == base:
        query = environ.get("QUERY_STRING")
        target = f"{base}/?{query}" if query else f"{base}/"
        return Rejection("308 Permanent Redirect", target, (("Location", target),))
    if not path.startswith(f"{base}/"):
        return Rejection("404 Not Found", f"everything here lies below {base}/")
    environ["SCRIPT_NAME"] = base
    environ["PATH_INFO"] = path.removeprefix(base)
    return None
