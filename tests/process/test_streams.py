"""Output that nobody takes: gone, full or stuck. It ends nothing and holds nothing up."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import socket
import subprocess
import sys
import termios
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import zmq

from app.process.streams import Outlet
from tests.support.compute_service import Outsider
from tests.support.devtools import free_port
from tests.support.exhibit import READY_S, ROOT, wait_until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="its pipes and terminals are POSIX's")

Opened = tuple[int, Callable[[], None]]
"""What a process writes to, and how that goes away."""


def gone() -> Opened:
    read, write = os.pipe()
    return write, lambda: os.close(read)


def stuck() -> Opened:
    write = os.pipe()[1]  # nobody reads at the other end, nor closes it
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    return write, lambda: None


def full() -> Opened:
    return os.open("/dev/full", os.O_WRONLY), lambda: None


def hung_up() -> Opened:
    master, slave = pty.openpty()
    return slave, lambda: os.close(master)


WAYS = {"gone": gone, "stuck": stuck, "full": full, "hung up": hung_up}


@pytest.mark.parametrize("way", WAYS)
def test_writing_neither_fails_nor_waits_for_ever(way: str) -> None:
    descriptor, go = WAYS[way]()
    go()
    outlet = Outlet(descriptor)

    def write() -> None:
        for _ in range(1000):
            outlet.write(b"a line of some length that somebody might have read\n")
        done.set()

    done = threading.Event()
    threading.Thread(target=write, daemon=True).start()
    assert done.wait(20)


def test_what_is_read_again_is_written_again() -> None:
    read, write = os.pipe()
    outlet = Outlet(write)
    outlet.write(bytes(10**6))
    os.set_blocking(read, False)
    with suppress(BlockingIOError):
        while os.read(read, 10**6):
            pass
    outlet.write(b"here again")
    assert os.read(read, 100) == b"here again"


def own_terminal(descriptor: int) -> Callable[[], None]:
    """Makes a terminal the one that a new session is controlled by, in a process to be."""

    def take() -> None:
        if os.isatty(descriptor):
            fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)

    return take


@pytest.fixture
def session() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts the program in a session of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(arguments: list[str], output: int, env: dict[str, str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "main.py"), *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, cwd="/",
            start_new_session=True, preexec_fn=own_terminal(output),
        )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def server_of(process: subprocess.Popen[bytes]) -> int:
    """The process id of its server; 0 while there is none."""
    told = subprocess.run(
        ["pgrep", "-s", str(process.pid), "-f", "main.py serve"], capture_output=True, text=True
    )
    return int(told.stdout.split()[0]) if told.stdout else 0


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("way", WAYS)
def test_an_exhibit_lives_on_without_its_output(
    way: str,
    session: Callable[..., subprocess.Popen[bytes]],
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    port = free_port()
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(str(tmp_path / "notices"))
    notices.settimeout(READY_S)
    output, go = WAYS[way]()
    words = ["--headless", f"--port={port}", "--Nx=32", "--Ny=32", "--log-level=debug"]
    process = session(words, output, environment | {"NOTIFY_SOCKET": notices.getsockname()})
    os.close(output)
    with notices:
        while notices.recv(100) != b"READY=1":  # it was told on standard output just before
            pass
    go()
    for _ in range(60):  # the server tells of each of these, or tries to
        assert answers(port)
    server = server_of(process)
    assert server
    os.kill(server, signal.SIGKILL)  # and the supervisor of this
    wait_until(lambda: server_of(process) not in (0, server) and answers(port), "back", READY_S)
    assert process.poll() is None
    process.terminate()
    assert process.wait(20) == 0


def test_a_compute_server_lives_on_without_its_output(
    session: Callable[..., subprocess.Popen[bytes]], environment: dict[str, str]
) -> None:
    output, go = hung_up()
    port = free_port()
    process = session(["compute", f"--port={port}", "--log-level=debug"], output, environment)
    os.close(output)

    def greets() -> bool:
        outsider = Outsider(zmq.DEALER, f"tcp://127.0.0.1:{port}")
        try:
            return bool(outsider.ask(b"", b"deflate"))
        finally:
            outsider.close()

    wait_until(greets, "it answers", READY_S)
    go()
    assert greets()
    assert process.poll() is None
    process.terminate()
    assert process.wait(20) == 0
