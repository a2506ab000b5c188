"""States that are fed to a room on a compute server, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from app.engines.base import FeedAnswer, RoomLink
from app.protocol.compute import Fed, Feed
from app.protocol.messages import Error

MAX_UNANSWERED = 100


class RemoteFeeds:
    """Those of one room; `newest` is the last state that was taken."""

    def __init__(self, send: Callable[[Feed], bool], numbers: Iterator[int]) -> None:
        self.newest: dict[str, Any] = {}
        self._send = send
        self._numbers = numbers
        self._answers: dict[int, FeedAnswer] = {}

    def send(
        self, state: Mapping[str, Any], answer: FeedAnswer, stand_in: RoomLink | None, excuse: str
    ) -> None:
        """Post `state`, to `stand_in` if there is one; `excuse` answers if nobody takes it now."""
        if stand_in is not None:
            stand_in.feed(state, partial(self._on_answer, answer))
            return
        number = next(self._numbers)
        full = len(self._answers) >= MAX_UNANSWERED
        if full or not self._send(Feed(id=number, state=dict(state))):
            answer(Error(code="busy", message=excuse))
        else:
            self._answers[number] = partial(self._on_answer, answer)

    def answered(self, message: Fed | Error) -> bool:
        """Was `message` an answer to one of them?"""
        answer = self._answers.pop(message.id, None) if isinstance(message.id, int) else None
        if answer is not None:
            answer(message)
        return answer is not None

    def fail(self, why: str) -> None:
        """None of those under way will be answered."""
        answers, self._answers = self._answers, {}
        for answer in answers.values():
            answer(Error(code="busy", message=why))

    def _on_answer(self, answer: FeedAnswer, message: Fed | Error) -> None:
        if isinstance(message, Fed):
            self.newest = message.state
        answer(message)
