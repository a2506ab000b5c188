"""What stands still is ended and started again, but never because everything stood still."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.client import Client
from tests.support.exhibit import Exhibit, wait_until

SMALL = ("--headless", "--Nx", "48", "--Ny", "32", "--log-level", "warning")
ENDED_S = 6.0
BACK_S = 5.0
"""After its end."""
STOOD_STILL_S = 8.0

Start = Callable[..., Exhibit]


class Manager:
    """A service manager such as systemd, and what it was told; it listens at `address`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.told: list[bytes] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        while told := self._socket.recv(100):
            self.told.append(told)

    def close(self) -> None:
        """Hear no more."""
        self._socket.sendto(b"", self.address)
        self._listener.join()
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """One who listens."""
    listening = Manager(str(tmp_path / "notify"))
    yield listening
    listening.close()


def server_other_than(exhibit: Exhibit, old: int) -> int:
    """The process id of the server that took the place of `old`; 0 if there is none yet."""
    now = exhibit.pids().get("serve", old)
    return 0 if now == old else now


def is_back(exhibit: Exhibit, guest: Client) -> bool:
    """Is a guest, whose connection broke, the same visitor in a new one, and sees the fluid?"""
    try:
        again = exhibit.visitor(resume=guest.welcome["you"]["resume"])
    except OSError:
        return False
    assert again.id == guest.id
    again.see()
    return True


@pytest.mark.long
def test_a_server_that_stands_still_is_replaced(start: Start, manager: Manager) -> None:
    exhibit = start(*SMALL, "--port=0", NOTIFY_SOCKET=manager.address).ready()
    guest = exhibit.visitor(name="Ada")
    guest.see()
    assert set(manager.told) == {b"READY=1", b"WATCHDOG=1"}
    old = exhibit.pids()["serve"]
    os.kill(old, signal.SIGSTOP)
    wait_until(lambda: server_other_than(exhibit, old), "another one runs", ENDED_S)
    wait_until(lambda: is_back(exhibit, guest), "the guest is back", BACK_S)
    assert "`serve` gives no sign of life" in exhibit.errors
    manager.told.clear()
    wait_until(lambda: manager.told == [b"WATCHDOG=1"], "systemd knows")
    exhibit.process.terminate()
    assert exhibit.end() == 0
    assert manager.told.pop() == b"STOPPING=1"
    assert manager.told.count(b"READY=1") == 0


@pytest.mark.long
@pytest.mark.parametrize("whole_machine", [True, False], ids=["the machine", "the supervisor"])
def test_nobody_is_replaced_because_all_stood_still(start: Start, whole_machine: bool) -> None:
    exhibit = start(*SMALL, "--port=0").ready()
    guest = exhibit.visitor()
    guest.see()
    before = exhibit.pids()
    still = before.values() if whole_machine else [before["main"]]
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in still:
            os.kill(pid, number)
        if number == signal.SIGSTOP:
            time.sleep(STOOD_STILL_S)
    time.sleep(2.0)  # in which a supervisor that is wrong would act
    assert exhibit.pids() == before
    assert exhibit.errors == ""
    exhibit.visitor().see()


def occupied(port: int) -> socket.socket:
    """Somebody else's listener on `port`, as soon as it is free."""
    other = socket.socket()
    other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

    def bound() -> bool:
        try:
            other.bind(("127.0.0.1", port))
        except OSError:
            return False
        other.listen()
        return True

    wait_until(bound, "the port is free", rest=lambda _: None)
    return other


def test_a_port_that_is_taken_is_told_at_the_start(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        exhibit = start(*SMALL, f"--port={port}")
        assert exhibit.end() == 2
    assert exhibit.errors.startswith(
        f"vortarium: port {port} of 127.0.0.1 cannot be used: Address already"
    )
    assert exhibit.errors.count("\n") == 1


@pytest.mark.long
def test_a_port_that_was_taken_meanwhile_is_waited_for(start: Start) -> None:
    exhibit = start(*SMALL, "--port=0").ready()
    guest = exhibit.visitor(name="Ada")
    guest.see()
    os.kill(exhibit.pids()["serve"], signal.SIGKILL)
    with occupied(exhibit.port):
        wait_until(lambda: exhibit.errors.count("cannot be used") >= 2, "it has tried twice")
        assert exhibit.process.poll() is None
    wait_until(lambda: is_back(exhibit, guest), "the guest is back")
