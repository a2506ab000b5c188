"""How many steps fit between two moments at which a room handles commands."""

from __future__ import annotations

from app.protocol.messages import ErrorCode
from models.contract import ActionError

CHUNK_S = 0.010
"""Commands are handled at least this often, or after each step where one takes longer."""

MAX_TOOLS_PER_S = 20
"""Uses of a model's own actions, by all visitors of a room together."""


class ToolLimitError(ActionError):
    """Raised when a room's limit of tool uses is exceeded."""

    code: ErrorCode = "too_fast"


class ChunkSizer:
    """Measures how long a step takes and chooses the number of steps in a chunk."""

    def __init__(self) -> None:
        self._step_s = CHUNK_S

    def chunk(self, left: int) -> int:
        """Return how many of `left` steps to take before commands are handled again."""
        return max(1, min(left, int(CHUNK_S / self._step_s)))

    def took(self, steps: int, seconds: float) -> None:
        """Record a chunk; the slowest recent step counts, so a delay makes the next chunk small."""
        self._step_s = max(seconds / steps, 0.9 * self._step_s, 1e-6)
