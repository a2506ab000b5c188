"""A room's board of small notes, which every visitor may read and write."""

from __future__ import annotations

import re

from models.exposed import Tracked
from models.parameters import ParameterError

MAX_NOTES = 32
MAX_NOTE_CHARS = 256
MAX_KEY_CHARS = 32

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Notes:
    """Texts by name. They last as long as the room."""

    texts = Tracked({}, doc="The whole board.")
    """All notes, oldest first; never altered in place, so that every change is noticed."""

    def adopt_state(self, other: Notes) -> None:
        """Copy the notes of `other`."""
        self.texts = other.texts

    def get(self, name: str) -> str:
        """Return one note. Raises ParameterError if there is none of that name."""
        if name not in self.texts:
            raise ParameterError("bad_value", f"no note {name[:MAX_KEY_CHARS]!r} is on the board")
        text: str = self.texts[name]
        return text

    def put(self, name: str, text: object) -> str:
        """Write a note, in place of an older one. Raises ParameterError past the caps."""
        if not _KEY.fullmatch(name) or len(name) > MAX_KEY_CHARS:
            raise ParameterError(
                "bad_value",
                f"a note's name is a word of up to {MAX_KEY_CHARS} letters, digits and underscores "
                "that begins with a letter",
            )
        if not isinstance(text, str) or len(text) > MAX_NOTE_CHARS:
            raise ParameterError(
                "bad_value", f"a note is text of up to {MAX_NOTE_CHARS} characters"
            )
        if name not in self.texts and len(self.texts) >= MAX_NOTES:
            raise ParameterError(
                "out_of_range", f"at most {MAX_NOTES} notes are on the board: delete one first"
            )
        self.texts = {**self.texts, name: text}
        return text

    def remove(self, name: str) -> None:
        """Delete one note. Raises ParameterError if there is none of that name."""
        self.get(name)
        self.texts = {other: text for other, text in self.texts.items() if other != name}

    def clear(self) -> None:
        """Delete all notes."""
        self.texts = {}
