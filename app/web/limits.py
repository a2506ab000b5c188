"""What one visitor may use, in one place, and the buckets that measure it."""

from __future__ import annotations

import time

HEADER_S = 10.0
"""For a request to arrive, body and all, or a kept-alive connection to ask again."""
SEND_S = 10.0
"""For a peer to take what is sent to it."""
HELLO_S = 10.0
SILENT_S = 12.0
"""A peer that says nothing for this long, asked by pings, is gone."""
PING_S = 4.0
CLOSE_S = 2.0
"""For the peer's close frame to arrive after ours."""
MAX_BODY_BYTES = 64 * 1024
UPLOAD_S = 60.0
"""For a picture to arrive, over a slow link."""
UPLOAD_PAUSE_S = 3.0
"""Between two pictures of one visitor."""
MAX_UPLOADS = 4
"""Pictures that arrive or are read at the same time."""
MAX_UNREAD_BYTES = 16 * 1024 * 1024
UNREAD_S = 2.0
"""For a peer that was refused to finish its body: cut off earlier, it would not hear why."""
MAX_FEED_BYTES = 4096
FEEDS_PER_S = 10.0
"""States that feeds may post to one room, together; pages are shown no more."""
FEEDS_BURST = 20.0
MAX_MESSAGE_BYTES = 32 * 1024
MAX_QUEUED_BYTES = 512 * 1024
MESSAGES_PER_S = 400.0
MESSAGES_BURST = 800.0
FLOOD_MESSAGES = 2000.0
"""Messages past the rate that are answered by `too_fast`; then the connection is closed."""
CONTROL_FRAMES_PER_S = 10.0
CONTROL_BURST = 50.0
"""Pings, pongs and empty fragments, which no honest peer sends in numbers."""
GUESS_MEMORY_S = 2 * 3600.0
"""Longer than the longest pause that wrong guesses earn."""
LINK_BITS_PER_S = 5_000_000
"""What frames to one guest may use."""
MAX_ROOMS = 16
MAX_VISITORS_PER_ROOM = 128
"""Guests at most, whatever the setting `max-visitors`; programs of the staff come on top."""
MAX_WAITING_PER_ROOM = 64
"""In line before a full room."""
MAX_VISITORS_PER_ADDRESS = 40
"""Phones behind one router share an address, so this is a school class and its teachers."""
MAX_SNAPSHOTS = 4
"""Under way at a time, each of megabytes."""
SNAPSHOT_S = 60.0
"""For a snapshot to be had, and again for a peer to take it."""
LINES_PER_S, LINES_BURST = 0.5, 5.0
"""Of talk, for each visitor."""
LINES_PER_ROOM_PER_S, LINES_PER_ROOM_BURST = 8.0, 24.0
"""More than anybody can read."""
MAX_JOINED_ROOMS = 8
"""Rooms in which a visitor talks beside his stage's."""
MAX_TALK_ROOMS = 64
MAX_KEPT_LINES = 20
"""What a late joiner still gets to read."""
MAX_SPEAKERS = 2000
MAX_CONNECTIONS = 600
MAX_CONNECTIONS_PER_ADDRESS = 120


class Bucket:
    """Lets `rate` units a second through, and up to `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self._burst = burst
        self._level = burst
        self._at = time.monotonic()

    def wait_s(self, amount: float) -> float:
        """Seconds until `amount` may pass; 0 if it may now.

        What is more than the whole burst may pass when the bucket is full, so nothing waits
        for ever; it is paid for afterwards.
        """
        self._fill()
        missing = min(amount, self._burst) - self._level
        return max(0.0, missing / self.rate)

    def take(self, amount: float) -> None:
        """`amount` has passed."""
        self._fill()
        self._level -= amount

    def _fill(self) -> None:
        now = time.monotonic()
        self._level = min(self._burst, self._level + (now - self._at) * self.rate)
        self._at = now


class Attempts:
    """Guesses at a secret: `allowed` wrong ones per key, then a pause that doubles each time.

    A key that has not guessed wrong for GUESS_MEMORY_S begins anew, so that a slip now and then
    never adds up to a lock-out.
    """

    def __init__(self, allowed: int = 5, pause_s: float = 30.0, max_keys: int = 1000) -> None:
        self._allowed = allowed
        self._pause_s = pause_s
        self._max_keys = max_keys
        self._wrong: dict[str, int] = {}
        self._last: dict[str, float] = {}
        self._until: dict[str, float] = {}

    def wait_s(self, key: str) -> float:
        """Seconds until `key` may guess again; 0 if now."""
        return max(0.0, self._until.get(key, 0.0) - time.monotonic())

    def wrong(self, key: str) -> None:
        """`key` guessed wrong."""
        now = time.monotonic()
        if now - self._last.pop(key, now) > GUESS_MEMORY_S:
            self._wrong.pop(key, None)
        count = self._wrong.pop(key, 0) + 1
        self._wrong[key], self._last[key] = count, now
        if count >= self._allowed:
            pause = self._pause_s * 2 ** min(count - self._allowed, 7)
            self._until[key] = now + pause
        while len(self._wrong) > self._max_keys:
            oldest = next(iter(self._wrong))
            self.right(oldest)

    def right(self, key: str) -> None:
        """`key` knew the secret."""
        self._wrong.pop(key, None)
        self._last.pop(key, None)
        self._until.pop(key, None)
