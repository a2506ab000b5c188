"""What all messages have in common."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

MAX_NAME_CHARS = 24

Id = int | Annotated[str, Meta(max_length=64)] | None | UnsetType
Word = Annotated[str, Meta(min_length=1, max_length=64)]


class Message(Struct, tag_field="type", omit_defaults=True, kw_only=True):
    """Common to both directions."""

    id: Id = UNSET
