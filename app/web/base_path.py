"""The path below which everything lies, where a reverse proxy serves more than the exhibit.

The pages need not be told: their links are relative, and their modules go by where they came from.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from app.web.refusal import Refusal

_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._~-]*")


def base_path(text: str) -> str:
    """`text` with a slash before it and none after; "" for the root. Raises ValueError."""
    segments = text.strip("/").split("/") if text.strip("/") else []
    if not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise ValueError(
            f"a path such as /exhibit is needed, of letters, digits and -._~, not {text!r}"
        )
    return "".join(f"/{segment}" for segment in segments)


def enter(environ: MutableMapping[str, Any], base: str) -> Refusal | None:
    """Take `base` off the request's path, or say where to ask instead."""
    path = str(environ["PATH_INFO"])
    if not base:
        return None
    if path == base:
        query = environ.get("QUERY_STRING")
        target = f"{base}/?{query}" if query else f"{base}/"
        return Refusal("308 Permanent Redirect", target, (("Location", target),))
    if not path.startswith(f"{base}/"):
        return Refusal("404 Not Found", f"everything here lies below {base}/")
    environ["SCRIPT_NAME"] = base
    environ["PATH_INFO"] = path.removeprefix(base)
    return None
