"""How many frames one viewer gets, and in which quality, as its link allows.

Acknowledged frames bound the age of what a viewer sees: at most WINDOW are under way, one when
the link is slow. What the link must not exceed lowers quality first, then rate.
"""

from __future__ import annotations

import time
from collections import deque

from app.protocol.frames import QUALITIES
from app.transport.token_bucket import Bucket

WINDOW = 3
SLOW_ACK_S = 0.120
"""Acknowledgements this late mean that frames queue up on the way."""
QUICK_ACK_S = 0.060
UNACKNOWLEDGED_S = 1.0
"""A client that acknowledges nothing still gets a frame this often."""
BURST_S = 0.25
REVIEW_S = 1.0
NEXT_QUALITY_RATIO = 1.6
"""About how much larger a frame is one step up in quality."""
PATIENT_REVIEWS = 4
"""Reviews that must find spare bandwidth before quality goes up again."""


class FrameFlow:
    """One viewer's frames under way."""

    def __init__(self, bits_per_s: float | None) -> None:
        """`bits_per_s`: what frames may use; None for a viewer on this machine."""
        self.quality = 0
        """Index into QUALITIES."""
        self._bucket = None
        if bits_per_s is not None:
            bytes_per_s = bits_per_s / 8
            self._bucket = Bucket(bytes_per_s, bytes_per_s * BURST_S)
        self._under_way: deque[tuple[int, float]] = deque(maxlen=64)
        self._ack_s = 0.0
        self._last_sent = 0.0
        self._held_back = False
        self._bytes = 0
        self._review_at = time.monotonic() + REVIEW_S
        self._spare_reviews = 0

    def wait_s(self, size: int) -> float:
        """Return the seconds until a frame of `size` bytes may go without an acknowledgement."""
        now = time.monotonic()
        window = 1 if self._ack_s > SLOW_ACK_S else WINDOW
        if len(self._under_way) >= window:
            return max(0.0, self._last_sent + UNACKNOWLEDGED_S - now)
        if self._bucket is None:
            return 0.0
        wait = self._bucket.wait_s(size)
        self._held_back |= wait > 0
        return wait

    def sent(self, seq: int, size: int) -> None:
        """Record a sent frame."""
        now = time.monotonic()
        self._under_way.append((seq, now))
        self._last_sent = now
        self._bytes += size
        if self._bucket is not None:
            self._bucket.spend(size)

    def acked(self, seq: int) -> None:
        """Record that the viewer has this frame and all before it."""
        now = time.monotonic()
        while self._under_way and self._under_way[0][0] <= seq:
            number, at = self._under_way.popleft()
            if number == seq:
                self._ack_s += 0.3 * (now - at - self._ack_s)

    def review(self) -> bool:
        """Every REVIEW_S, choose a quality; True if it changed."""
        now = time.monotonic()
        if self._bucket is None or now < self._review_at:
            return False
        before = self.quality
        slow = self._ack_s > SLOW_ACK_S
        used = self._bytes / (now - self._review_at + REVIEW_S)
        if self._held_back or slow:
            self._spare_reviews = 0
            self.quality = min(self.quality + 1, len(QUALITIES) - 1)
        elif used * NEXT_QUALITY_RATIO < self._bucket.rate and self._ack_s < QUICK_ACK_S:
            self._spare_reviews += 1
            if self._spare_reviews >= PATIENT_REVIEWS:
                self._spare_reviews = 0
                self.quality = max(self.quality - 1, 0)
        else:
            self._spare_reviews = 0
        self._held_back = False
        self._bytes = 0
        self._review_at = now + REVIEW_S
        return self.quality != before
