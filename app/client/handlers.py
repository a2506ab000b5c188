"""A program's handlers of channels, in a thread of their own.

However slow a handler is, the connection lives and nothing piles up: what it has not seen yet is
replaced by what is newer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

ChannelHandler = Callable[[Any], object]


class Handlers:
    """Who wants to hear which channel, and the newest value that each has not heard yet."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[ChannelHandler]] = {}
        self._newest: dict[str, Any] = {}
        self._due: dict[tuple[str, ChannelHandler], Any] = {}
        self._news = threading.Condition()
        self._over = False
        self._thread: threading.Thread | None = None

    def add(self, name: str, handler: ChannelHandler) -> bool:
        """Let `handler` hear `name`, a value that is known at once; is it the first to?"""
        with self._news:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="room handlers", daemon=True)
                self._thread.start()
            others = self._handlers.setdefault(name, [])
            others.append(handler)
            if name in self._newest:
                self._due[name, handler] = self._newest[name]
                self._news.notify()
            return len(others) == 1

    def remove(self, name: str, handler: ChannelHandler | None) -> bool:
        """Let `handler` (None: everybody) hear `name` no more; does nobody hear it now?"""
        with self._news:
            heard = self._handlers.get(name, [])
            gone = [one for one in heard if handler is None or one == handler]
            for one in gone:
                heard.remove(one)
                self._due.pop((name, one), None)
            if not heard:
                self._handlers.pop(name, None)
                self._newest.pop(name, None)
            return bool(gone) and not heard

    def names(self) -> list[str]:
        """The channels that somebody hears."""
        with self._news:
            return list(self._handlers)

    def offer(self, name: str, value: Any) -> None:
        """A channel's newest value."""
        with self._news:
            if name not in self._handlers:
                return
            self._newest[name] = value
            for handler in self._handlers[name]:
                self._due[name, handler] = value
            self._news.notify()

    def close(self) -> None:
        """Call nobody any more."""
        with self._news:
            self._over = True
            self._news.notify()

    def _run(self) -> None:
        while True:
            with self._news:
                while not (self._due or self._over):
                    self._news.wait()
                if self._over:
                    return
                name, handler = next(iter(self._due))
                value = self._due.pop((name, handler))
            try:
                handler(value)
            except Exception:
                log.exception("the handler of channel %s failed", name)
