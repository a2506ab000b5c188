"""What visitors read when the place where their room is computed comes and goes."""

from __future__ import annotations

from typing import NamedTuple

HERE = "Until it is back, this computer does the work."
NOT_YET = "the compute server is not there yet; try again in a moment"


class Words(NamedTuple):
    """What visitors read."""

    trying: str
    """What happens next, when the server is away."""
    back: str


SERVER = Words(
    trying="Trying again; it goes on when the server is back.", back="The compute server is back."
)
