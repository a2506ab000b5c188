"""Which link leads to an address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from app.client.compute import ComputeLink
from app.client.conversation import Conversation, Link
from app.client.entry import JoinRequest
from app.client.web import ExhibitAddress, WebLink
from app.transport import keys
from app.transport.address import endpoint
from app.transport.event_loop import Loop


def way_to(
    address: str, entry: JoinRequest, key: str | Path | None, server_key: str | None
) -> Callable[[Conversation, Loop], Link]:
    """What makes the link to `address`. Raises ValueError and KeyFileError."""
    if "://" in address and not address.startswith("tcp://"):
        place = ExhibitAddress.of(address)
        if key is not None or server_key is not None:
            raise ValueError("keys are for compute servers; an exhibit asks for its join code")
        return partial(WebLink, place, replace(entry, code=entry.code or place.code))
    if entry.code is not None:
        raise ValueError("a join code is for exhibits; a compute server may ask for a key")
    if key is None and server_key is not None:
        raise ValueError("server_key needs key; `main.py keys` makes key files")
    own = None if key is None else keys.for_client(str(key), server_key)
    return partial(ComputeLink, endpoint(address), own, entry)
