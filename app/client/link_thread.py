"""The thread that owns a room's socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from app.client.conversation import CLOSED, Conversation, Link
from app.transport.event_loop import Loop

LOOK_S = 0.25
CLOSE_S = 2.0
"""For the thread to say goodbye."""


class LinkThread:
    """Runs one link until its conversation is over."""

    def __init__(self, conversation: Conversation, make: Callable[[Loop], Link]) -> None:
        """`make` makes the link, on the thread."""
        self._conversation = conversation
        self._make = make
        self._loop = Loop()
        self._thread = threading.Thread(target=self._run, name="room link", daemon=True)
        self._thread.start()

    def call(self, what: Callable[[Link], None]) -> None:
        """Have `what` called with the link, on its thread; never, once that has ended."""
        self._loop.call_soon(lambda: what(self._link))

    def close(self) -> None:
        """End the conversation, and wait a moment for the goodbye."""
        self._conversation.end(ConnectionError(CLOSED))
        self._loop.call_soon(lambda: None)
        self._thread.join(CLOSE_S)

    def _run(self) -> None:
        try:
            self._link = self._make(self._loop)
            self._serve()
        except Exception as fault:
            self._conversation.end(ConnectionError(f"the client failed: {fault!r}"))
            raise
        finally:
            self._loop.close()

    def _serve(self) -> None:
        look_at = 0.0
        try:
            while not self._conversation.over:
                now = time.monotonic()
                if now >= look_at:
                    look_at = now + LOOK_S
                    self._link.poll()
                self._loop.wait(look_at - now)
        finally:
            self._link.close()
