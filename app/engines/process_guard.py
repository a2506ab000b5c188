"""Who ends a process when the room in it cannot be mended from within."""

from __future__ import annotations

from typing import Protocol


class ProcessGuard(Protocol):
    """Only a process that runs one room has one: ending it harms nobody else."""

    def is_well(self) -> None:
        """The room has shown a sign of life just now."""

    def hangs(self) -> None:
        """Its thread hangs; does not return."""

    def starves(self) -> None:
        """It got no memory; does not return. Called in the room's thread."""
