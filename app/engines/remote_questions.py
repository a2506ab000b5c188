"""Questions about the state of a room on a compute server, asked and not yet answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.protocol.compute import Ask, Report

MAX_QUESTIONS = 100

StateAnswer = Callable[[dict[str, Any]], None]


class Questions:
    """Those of one room; past MAX_QUESTIONS they are not asked."""

    def __init__(self, send: Callable[[Ask], bool], numbers: Iterator[int]) -> None:
        self._send = send
        self._numbers = numbers
        self._open: dict[int, StateAnswer] = {}

    def ask(self, answer: StateAnswer) -> None:
        """Call `answer` with the room's state, once the server tells it."""
        if len(self._open) < MAX_QUESTIONS:
            number = next(self._numbers)
            self._open[number] = answer
            self._send(Ask(id=number))

    def resume(self) -> None:
        """Ask again: the server knows nothing of them."""
        for number in self._open:
            self._send(Ask(id=number))

    def answered(self, report: Report) -> None:
        """An answer has come."""
        answer = self._open.pop(report.id if isinstance(report.id, int) else 0, None)
        if answer is not None:
            answer(report.state)
