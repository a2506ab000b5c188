"""Buckets and attempts, by a clock that the test turns."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.transport import token_bucket
from app.transport.token_bucket import Attempts, Bucket


class Clock:
    """Stands for `time.monotonic`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(token_bucket.time, "monotonic", clock)
    return clock


def test_a_bucket_lets_its_burst_through_and_then_its_rate(clock: Clock) -> None:
    bucket = Bucket(rate=10, burst=30)
    for _ in range(30):
        assert bucket.wait_s(1) == 0
        bucket.spend(1)
    assert bucket.wait_s(1) == pytest.approx(0.1)
    assert bucket.wait_s(5) == pytest.approx(0.5)
    clock.now += 0.25
    assert bucket.wait_s(2) == 0
    assert bucket.wait_s(3) == pytest.approx(0.05)
    clock.now += 1000
    assert bucket.wait_s(30) == 0
    bucket.spend(30)
    assert bucket.wait_s(1) > 0


def test_what_is_larger_than_the_bucket_passes_when_it_is_full_and_is_paid_for(
    clock: Clock,
) -> None:
    bucket = Bucket(rate=10, burst=5)
    assert bucket.wait_s(100) == 0
    bucket.spend(100)
    assert bucket.wait_s(1) == pytest.approx(9.6)
    clock.now += 9.6
    assert bucket.wait_s(1) == 0


def test_guesses_are_free_until_too_many_then_cost_ever_more(clock: Clock) -> None:
    attempts = Attempts(allowed=3, pause_s=30)
    for _ in range(2):
        attempts.wrong("a")
        assert attempts.wait_s("a") == 0
    pauses = []
    for _ in range(12):
        attempts.wrong("a")
        pauses.append(attempts.wait_s("a"))
        clock.now += pauses[-1] - 0.001
        assert attempts.wait_s("a") > 0
        clock.now += 0.002
        assert attempts.wait_s("a") == 0
    assert pauses[:4] == pytest.approx([30, 60, 120, 240])
    assert all(later >= pause - 0.001 for pause, later in pairwise(pauses))
    assert pauses[-1] <= 3600 * 2  # a person who forgot gets another chance the same day


def test_others_may_guess_meanwhile(clock: Clock) -> None:
    attempts = Attempts(allowed=1)
    attempts.wrong("a")
    assert attempts.wait_s("a") > 0
    assert attempts.wait_s("b") == 0


def test_a_right_guess_wipes_the_slate(clock: Clock) -> None:
    attempts = Attempts(allowed=2)
    attempts.wrong("a")
    attempts.right("a")
    attempts.wrong("a")
    assert attempts.wait_s("a") == 0


def test_guesses_from_everywhere_do_not_fill_the_memory(clock: Clock) -> None:
    attempts = Attempts(allowed=1, max_keys=10)
    for number in range(50):
        attempts.wrong(f"address {number}")
    assert attempts.wait_s("address 49") > 0
    assert len(attempts._wrong) == 10
    assert len(attempts._until) == 10
