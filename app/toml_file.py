"""A person's TOML file, as any editor saves it: read whole, and where in it a name stands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

MAX_FILE_BYTES = 64 * 1024
BYTE_ORDER_MARK = "\ufeff"


class TomlFileError(Exception):
    """A file that cannot be used; the text is one line that names it and says why."""


def text_of(path: str) -> str:
    """The file's text, without the byte-order mark of some editors. Raises TomlFileError."""
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else fault
        raise TomlFileError(f"{path} cannot be read: {why}") from None
    if len(data) > MAX_FILE_BYTES:
        raise TomlFileError(f"{path}: at most {MAX_FILE_BYTES // 1024} KiB are read")
    try:
        return data.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError:
        raise TomlFileError(f"{path} is not UTF-8 text; save it as UTF-8") from None


def parsed(path: str, text: str) -> dict[str, Any]:
    """What `text`, that of the file at `path`, says. Raises TomlFileError."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as fault:  # the library lets some others through
        raise TomlFileError(f"{path}: {' '.join(str(fault).split())}") from None


def line_of(text: str, *names: str) -> int | None:
    """The line, from 1, where `names` (a key, or a table and a key in it) is given a value.

    None for a way of writing that is not recognised, such as a name with escapes.
    """
    lines = text.splitlines(keepends=True)
    found = None
    for depth in range(1, len(names) + 1):
        name = re.escape(names[depth - 1])
        start = re.compile(rf"[^#=]*?(?<![\w-])[\"']?{name}[\"']?\s*[].=]")
        at = next(
            (
                number
                for number, line in enumerate(lines)
                if number >= (found or 1) - 1
                and start.match(line)
                and _begins_here("".join(lines[:number]), names[:depth])
            ),
            None,
        )
        if at is None:
            break
        found = at + 1
    return found


def _begins_here(before: str, names: tuple[str, ...]) -> bool:
    """Is the text `before` whole, and without a value for `names`?"""
    try:
        table: Any = tomllib.loads(before)
    except (ValueError, RecursionError):
        return False
    for name in names:
        if not isinstance(table, dict) or name not in table:
            return True
        table = table[name]
    return False
