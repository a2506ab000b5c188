"""Bytes from an exhibit by HTTP."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

from app.engines.remote_downloads import HEAD_BYTES
from app.rooms.snapshot import MAX_SNAPSHOT_BYTES, SnapshotError

FETCH_S = 10.0
"""For the next bytes to come."""
MAX_BYTES = MAX_SNAPSHOT_BYTES + HEAD_BYTES
MAX_EXPLANATION_BYTES = 300


def fetch(url: str) -> bytes | SnapshotError:
    """What is at `url`, which begins with http://, or why it cannot be had."""
    # Straight there, as the WebSocket goes.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=FETCH_S) as answer:
            data: bytes = answer.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as refused:
        with refused:
            said = refused.read(MAX_EXPLANATION_BYTES).decode(errors="replace").strip()
        return SnapshotError(said or f"status {refused.code}")
    except (OSError, http.client.HTTPException) as fault:
        return SnapshotError(f"the exhibit does not hand it over: {fault}")
    if len(data) > MAX_BYTES:
        return SnapshotError(f"it has more than {MAX_BYTES} bytes")
    return data
