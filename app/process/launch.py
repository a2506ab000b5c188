"""What the supervisor tells a child, and the line that ties their lives together.

The first line on a child's standard input is a JSON `Launch`: secrets never stand on a command
line or in an environment that others can read. The pipe then stays open and silent; its end
means that the supervisor is gone, and the child follows, on every system alike.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

PARENT_EXIT_S = 3.0
"""A child that has not ended this long after its supervisor is cut short."""

EXIT_OK, EXIT_FAULT, EXIT_USAGE, EXIT_NO_WINDOW = 0, 1, 2, 3
EXIT_HUNG, EXIT_MEMORY = 4, 5
"""How a process for a user's model ends itself: the model hangs, or eats memory."""
EXIT_AGAIN = 6
"""How a server ends that is to be started again with the window: an operator wants it."""


@dataclass(frozen=True)
class Launch:
    """One launch of the exhibit; `settings` is app.settings.exhibit.Settings as plain data."""

    settings: dict[str, Any]
    url: str = ""
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    kiosk_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    feed_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """What feeds post with, if the settings give no token."""

    def secrets(self) -> list[str]:
        """What must not be told."""
        tokens = [self.secret, self.kiosk_token, self.feed_token, self.settings["feed_token"]]
        return [token for token in tokens if token]

    def line(self) -> bytes:
        """As the first line of a child's standard input."""
        return json.dumps(asdict(self)).encode() + b"\n"


def receive() -> Launch:
    """The launch, in a child. Raises ValueError if no supervisor speaks."""
    return Launch(**json.loads(sys.stdin.buffer.readline()))


def on_parent_exit(end: Callable[[], None]) -> None:
    """Call `end` (from another thread) when the supervisor is gone, and make sure of it."""

    stdin = sys.stdin.fileno()

    def wait() -> None:
        # Not through sys.stdin: a thread that waits in it aborts the interpreter's shutdown.
        while os.read(stdin, 1):
            pass
        cut = threading.Timer(PARENT_EXIT_S, lambda: os._exit(EXIT_OK))
        cut.daemon = True
        cut.start()
        end()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def report(word: str, rest: str = "") -> None:
    """Report to the supervisor, as a line on standard output."""
    sys.stdout.write(f"{word} {rest}".rstrip() + "\n")
    sys.stdout.flush()
