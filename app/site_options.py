"""Checks of options that say where the site is and what it serves beside its own pages."""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def named_folder(text: str) -> str:
    """`name=folder` with the folder's absolute path. Raises ValueError if there is none."""
    name, equals, folder = text.partition("=")
    if not (equals and _NAME.fullmatch(name)):
        raise ValueError(
            f"NAME=FOLDER is needed, the name of letters, digits, - and _, not {text!r}"
        )
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ValueError(f"there is no folder {folder!r}")
    return f"{name}={path.resolve()}"


def host_name(text: str) -> str:
    """A name as it stands in a page's address, without scheme and port. Raises ValueError."""
    if not _HOST.fullmatch(text):
        raise ValueError(f"a name such as museum.example is needed, not {text!r}")
    return text.lower()
