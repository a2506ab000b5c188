"""The code with which guests join: another one every few minutes, the last one good meanwhile.

Codes are made from the secret of the launch and from how long this computer has been up, which no
change of the clock moves: so a server that is started again goes on with the same codes.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import time
from collections.abc import Callable

CODE_CHARS = 6
CODE_ALPHABET = "BCDFGHJKMNPQRSTVWXZ23456789"
"""Without what looks alike, and without vowels: codes stand on a wall, and must not be words."""


class JoinCodes:
    """The codes of one launch."""

    def __init__(
        self, secret: str, period_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """A code is shown for `period_s` seconds and good for as long again; 0: it never changes.

        `clock` gives seconds, and never goes back.
        """
        self._secret = secret.encode()
        self._period_s = period_s or math.inf
        self._clock = clock

    def current(self) -> str:
        """The code to be shown now."""
        return self._code(self._period())

    def changes_in_s(self) -> float:
        """Seconds until another code is shown; infinite if it stays."""
        return self._period_s - math.fmod(self._clock(), self._period_s)

    def accepts(self, text: str) -> bool:
        """Is `text` the code shown now, or the one before, in capitals or not?"""
        given = text.strip().upper().encode()
        period = self._period()
        good = [hmac.compare_digest(given, self._code(n).encode()) for n in (period, period - 1)]
        return any(good)

    def _period(self) -> int:
        return int(self._clock() // self._period_s)

    def _code(self, period: int) -> str:
        digest = hmac.digest(self._secret, f"join code {period}".encode(), hashlib.sha256)
        number = int.from_bytes(digest, "big")
        letters = []
        for _ in range(CODE_CHARS):
            number, letter = divmod(number, len(CODE_ALPHABET))
            letters.append(CODE_ALPHABET[letter])
        return "".join(letters)
