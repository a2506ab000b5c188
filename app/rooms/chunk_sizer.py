"""How many steps fit between two moments at which a room hears wishes."""

from __future__ import annotations

from app.protocol.messages import ErrorCode
from models.contract import ActionError

CHUNK_S = 0.010
"""Wishes are heard at least this often, however slow a step is (but never within one)."""

MAX_TOOLS_PER_S = 20
"""Uses of a model's own actions, by all visitors of a room together."""


class ToolLimitError(ActionError):
    """One use of a tool more than a room allows."""

    code: ErrorCode = "too_fast"


class ChunkSizer:
    """Learns how long a step takes."""

    def __init__(self) -> None:
        self._step_s = CHUNK_S

    def chunk(self, left: int) -> int:
        """How many of `left` steps to take before wishes are heard again."""
        return max(1, min(left, int(CHUNK_S / self._step_s)))

    def took(self, steps: int, seconds: float) -> None:
        """Go by the slowest of late: a hiccup makes the next chunk small, never large."""
        self._step_s = max(seconds / steps, 0.9 * self._step_s, 1e-6)
