"""What visitors' tools are called, and where a fluid is being cooled."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.actions import PLACE, Action
from models.numerics.arrays import FloatArray
from models.numerics.grid import Grid
from models.places import Point, distance

TOOLS: Mapping[str, Action] = {
    "vortex": Action("Vortex", "Drop a whirlpool that turns anticlockwise.", PLACE),
    "antivortex": Action("Antivortex", "Drop a whirlpool that turns clockwise.", PLACE),
    "cool_here": Action("Cool here", "Calm the ripples round this place for a moment.", PLACE),
    "boat": Action("Boat", "Place a boat that the fluid pushes, or move it.", PLACE),
    "no_boat": Action("No boat", "Let the boat sink."),
    "probe": Action("Probe", "Measure the fluid at this place.", PLACE),
}

COOL_RADIUS = 0.08
"""Of the box's shorter side."""

COOL_STEPS = 800
"""How long a place is being cooled."""

COOL_EVERY_STEPS = 40
COOL_DEPTH = 12.0
"""Steps in imaginary time, taken at once, every COOL_EVERY_STEPS steps."""

MAX_COLD_PLACES = 8


class ColdPlaces:
    """Where the fluid is being cooled, and until which step."""

    def __init__(self) -> None:
        self._places: list[tuple[Point, int]] = []
        self._next = 0
        self._share: FloatArray | None = None

    def add(self, place: Point, steps: int) -> None:
        """Cool `place` from step number `steps` on; the oldest place goes if there are many."""
        if not self._places:
            self._next = steps
        self._places = [*self._places, (place, steps + COOL_STEPS)][-MAX_COLD_PLACES:]
        self._share = None

    def due(self, steps: int) -> bool:
        """Is it time to cool? Asked after every block of steps."""
        if not self._places or steps < self._next:
            return False
        self._next = steps + COOL_EVERY_STEPS
        kept = [(place, until) for place, until in self._places if until > steps]
        if len(kept) < len(self._places):
            self._places, self._share = kept, None
        return bool(kept)

    def share(self, grid: Grid) -> FloatArray:
        """How much of the cooled state to take, between 0 and 1, shape (Nx, Ny)."""
        if self._share is None:
            kept = np.ones(grid.shape)
            for place, _ in self._places:
                r = distance(grid, place) / (COOL_RADIUS * min(grid.size))
                kept *= 1 - np.exp(-0.5 * r**2)
            self._share = (1 - kept).astype(np.float32)
        return self._share
