"""A second start on the same port finds the first exhibit, and a crash leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.exhibit import Exhibit, wait_until

SMALL = ("--headless", "--Nx", "48", "--Ny", "32", "--log-level", "warning")

Start = Callable[..., Exhibit]


@pytest.fixture
def port() -> int:
    """A free port, by number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def begin(start: Start, port: int, tmp_path: Path) -> Start:
    """Starts exhibits on that port, of one user."""
    return lambda *more: start(
        *SMALL, "--port", str(port), *more, XDG_STATE_HOME=str(tmp_path / "state")
    )


@pytest.mark.long
def test_a_second_start_says_in_one_line_where_the_first_is(begin: Start) -> None:
    first = begin().ready()
    visitor = first.visitor()
    second = begin()
    assert second.end() == 0
    (line,) = second.lines
    assert "already" in line
    assert first.url in line
    assert second.errors == ""
    visitor.see()
    # The right goes with the first, and nothing is left that would hold up the next.
    first.process.terminate()
    assert first.end() == 0
    begin().ready().visitor().see()


def test_a_second_start_does_not_wait_for_the_first_to_be_ready(begin: Start) -> None:
    first, second = begin(), begin()
    ended = wait_until(
        lambda: next((one for one in (first, second) if one.process.poll() is not None), None),
        "one of them gives way",
    )
    assert ended.end() == 0
    assert "already" in ended.lines[0]
    (first if ended is second else second).ready()


@pytest.mark.long
def test_a_lock_goes_with_a_killed_exhibit(begin: Start) -> None:
    first = begin().ready()
    os.kill(first.pids()["main"], signal.SIGKILL)
    first.process.wait()
    # Its server ends soon after, and leaves the port.
    wait_until(lambda: not first.pids(), "its processes are gone")
    begin().ready().visitor().see()


@pytest.mark.long
def test_other_ports_are_other_exhibits(begin: Start, port: int) -> None:
    begin().ready()
    other = begin("--port", "0").ready()
    assert other.port != port


def test_no_folder_for_the_lock_is_no_reason_not_to_start(
    start: Start, port: int, tmp_path: Path
) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder")
    start(*SMALL, "--port", str(port), XDG_STATE_HOME=str(taken)).ready()
