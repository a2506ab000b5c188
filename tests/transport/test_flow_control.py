"""How many frames a viewer gets, and how good, by a clock that the test turns."""

from __future__ import annotations

import pytest

from app.protocol.frames import QUALITIES
from app.transport import flow_control, token_bucket
from app.transport.flow_control import WINDOW, FrameFlow

FRAME = 5000


class Link:
    """A viewer at the end of a link that takes `ack_s` there and back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        for module in (flow_control, token_bucket):
            monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        self.seq = 0

    def show(
        self, viewer: FrameFlow, seconds: float, size: int = FRAME, ack_s: float | None = 0.0
    ) -> int:
        """Offer 100 frames a second for `seconds`, reviewing each; how many went."""
        went = 0
        under_way: list[tuple[float, int]] = []
        end = self.now + seconds
        while self.now < end:
            while under_way and under_way[0][0] <= self.now:
                viewer.acked(under_way.pop(0)[1])
            if viewer.wait_s(size) == 0:
                self.seq += 1
                went += 1
                viewer.sent(self.seq, size)
                if ack_s is not None:
                    under_way.append((self.now + ack_s, self.seq))
            viewer.review()
            self.now += 0.01
        return went


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> Link:
    return Link(monkeypatch)


def test_three_frames_are_under_way_and_then_none_before_an_ack(link: Link) -> None:
    viewer = FrameFlow(None)
    for seq in range(1, 1 + WINDOW):
        assert viewer.wait_s(FRAME) == 0
        viewer.sent(seq, FRAME)
    assert viewer.wait_s(FRAME) == pytest.approx(1.0)
    viewer.acked(1)
    assert viewer.wait_s(FRAME) == 0
    viewer.sent(4, FRAME)
    assert viewer.wait_s(FRAME) > 0
    viewer.acked(4)
    for seq in range(5, 5 + WINDOW):
        assert viewer.wait_s(FRAME) == 0
        viewer.sent(seq, FRAME)


def test_without_acks_there_is_one_frame_a_second(link: Link) -> None:
    viewer = FrameFlow(None)
    went = link.show(viewer, 10.0, ack_s=None)
    assert WINDOW + 8 <= went <= WINDOW + 10


def test_an_old_ack_or_a_wrong_one_covers_no_more_than_it_names(link: Link) -> None:
    viewer = FrameFlow(None)
    for seq in (10, 11, 12):
        viewer.sent(seq, FRAME)
    viewer.acked(9)
    assert viewer.wait_s(FRAME) > 0
    viewer.acked(10)
    assert viewer.wait_s(FRAME) == 0


def test_a_viewer_on_this_machine_gets_every_frame(link: Link) -> None:
    viewer = FrameFlow(None)
    assert link.show(viewer, 3.0, size=65_000) >= 290
    assert viewer.quality == 0


def test_a_link_gets_what_it_may_carry(link: Link) -> None:
    viewer = FrameFlow(800_000)
    seconds = 20.0
    went = link.show(viewer, seconds)
    assert went * FRAME * 8 <= 800_000 * (seconds + 1)
    assert went * FRAME * 8 >= 0.9 * 800_000 * seconds


def test_quality_goes_down_on_a_narrow_link_and_up_again_when_there_is_room(link: Link) -> None:
    viewer = FrameFlow(800_000)
    link.show(viewer, 1.5)
    assert viewer.quality == 1
    link.show(viewer, 10.0)
    assert viewer.quality == len(QUALITIES) - 1
    link.show(viewer, 3.5, size=100)
    assert viewer.quality == len(QUALITIES) - 1  # not at the first sign of room
    link.show(viewer, 20.0, size=100)
    assert viewer.quality == 0


def test_late_acks_lower_quality_and_leave_one_frame_under_way(link: Link) -> None:
    viewer = FrameFlow(5_000_000)
    link.show(viewer, 8.0, ack_s=0.4)
    assert viewer.quality == len(QUALITIES) - 1
    before = link.seq
    link.show(viewer, 10.0, ack_s=0.4)
    # One at a time, each 0.4 s on its way: no queue of old frames anywhere.
    assert link.seq - before <= 26


def test_a_link_that_recovers_gets_its_rate_back(link: Link) -> None:
    viewer = FrameFlow(5_000_000)
    link.show(viewer, 5.0, ack_s=0.4)
    link.show(viewer, 5.0)
    assert link.show(viewer, 1.0) > 90


def test_a_review_says_whether_quality_changed(link: Link) -> None:
    viewer = FrameFlow(1000)
    assert viewer.review() is False
    viewer.sent(1, 10_000)
    viewer.acked(1)
    assert viewer.wait_s(10_000) > 0
    assert viewer.review() is False
    link.now += 1.1
    assert viewer.review() is True
    assert viewer.review() is False
