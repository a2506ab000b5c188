"""How long a thread may be silent: by what it does, and by what that took before."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from app.engines.hang_detector import FIRST_S, HUNG_S, LONGEST_S, HangDetector


class Silent:
    """A worker that showed its last sign of life `silent_s` ago."""

    def __init__(self, silent_s: float, long: bool = True, made_in_s: float | None = None) -> None:
        self.beat = time.monotonic() - silent_s
        self.may_take_long = long
        self.made_in_s = made_in_s
        self.thread = threading.current_thread()


def judge(patience: HangDetector, worker: Silent) -> str:
    return patience.judge(worker)  # type: ignore[arg-type]


def test_a_step_is_short_and_a_first_making_is_not() -> None:
    assert judge(HangDetector(), Silent(HUNG_S - 1, long=False)) == "well"
    assert judge(HangDetector(), Silent(HUNG_S + 1, long=False)) == "hangs"
    assert judge(HangDetector(), Silent(HUNG_S + 1)) == "slow"
    assert judge(HangDetector(), Silent(FIRST_S + 1)) == "hangs"


def test_what_it_took_before_is_what_it_may_take() -> None:
    patience = HangDetector()
    assert judge(patience, Silent(HUNG_S + 1, made_in_s=0.01)) == "hangs"
    assert judge(patience, Silent(HUNG_S + 1)) == "hangs"  # the next one knows it too
    assert judge(HangDetector(usual_s=1.0), Silent(HUNG_S + 19)) == "slow"
    assert judge(HangDetector(usual_s=1.0), Silent(HUNG_S + 21)) == "hangs"
    assert judge(HangDetector(usual_s=50.0), Silent(LONGEST_S + 1)) == "hangs"


@pytest.fixture
def compiler() -> Iterator[threading.Thread]:
    """A thread that is in a module of a compiler's name, for as long as it takes."""
    over = threading.Event()
    names = {"__name__": "numba.core.toy", "over": over}
    exec("def compile_it():\n    over.wait(30)", names)  # noqa: S102
    thread = threading.Thread(target=names["compile_it"])  # type: ignore[arg-type]
    thread.start()
    yield thread
    over.set()
    thread.join()


def test_a_compiler_is_given_time(compiler: threading.Thread) -> None:
    worker = Silent(HUNG_S + 10, long=False)
    worker.thread = compiler
    assert judge(HangDetector(), worker) == "compiles"
    worker.beat -= LONGEST_S
    assert judge(HangDetector(), worker) == "hangs"
