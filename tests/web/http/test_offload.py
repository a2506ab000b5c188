"""Slow work elsewhere: its answer, or what it raises, and no traceback of what is expected."""

from __future__ import annotations

import threading
import time

import pytest

from app.web.http.offload import apart
from tests.conftest import StartExhibit
from tests.support.exhibit import wait_until

NOWHERE = "/dev/null/x"
"""A home that cannot be."""


def test_it_answers_from_another_thread() -> None:
    assert apart(threading.get_ident) != threading.get_ident()
    assert apart(int, "11", base=2) == 3


def test_what_it_raises_is_for_whoever_asked(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        apart(int, "no number")
    assert capfd.readouterr().err == ""


def test_a_home_that_cannot_be_written_is_told_in_one_line(start: StartExhibit) -> None:
    homes = dict.fromkeys(("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), NOWHERE)
    exhibit = start("--headless", "--port=0", "--Nx=32", "--Ny=32", **homes).ready()
    anna = exhibit.visitor(name="Anna")
    wait_until(lambda: "cannot be kept" in exhibit.errors, "it is told")
    began = time.monotonic()
    for cooling in (0.1, 0.2, 0.3):  # each to be kept
        anna.ask("set", params={"cooling": cooling})
    anna.see(lambda _: time.monotonic() > began + 2.5)  # SAVE_S has passed twice
    assert exhibit.errors.count("cannot be kept") == 1
    assert "Traceback" not in exhibit.errors
    assert len(exhibit.errors) < 2000
