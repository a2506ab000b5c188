"""Ends a process when the room in it cannot be recovered from within."""

from __future__ import annotations

from typing import Protocol


class ProcessGuard(Protocol):
    """Only a process that runs one room has one: ending it harms nobody else."""

    def record_healthy(self) -> None:
        """Record that the room has just shown a sign of life."""

    def on_hang(self) -> None:
        """End the process because the room's thread hangs; does not return."""

    def on_memory_error(self) -> None:
        """End the process for lack of memory; does not return. Called in the room's thread."""
