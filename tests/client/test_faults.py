"""Servers that die, come back, are none, or talk rubbish; programs with wrong keys or codes."""

from __future__ import annotations

import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zmq

from app.client import Room, RoomError
from app.transport.keys import KeyFileError, write_pair
from app.transport.keys import read as read_keys
from app.web.http.access import lan_address
from tests.client.conftest import GRID, Join
from tests.conftest import SMALL, StartExhibit
from tests.support.compute_service import Service
from tests.support.exhibit import ROOT, wait_until
from tests.support.fake_servers import Fake, FakeCompute, FakeExhibit
from tests.support.program_hosts import ComputeHost, WebHost

PATIENCE_S = 20.0
KINDS: dict[str, Callable[[], Fake]] = {"exhibit": FakeExhibit, "compute": FakeCompute}


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_program_is_back_as_itself_when_its_server_is(
    mortal: WebHost | ComputeHost, join: Join
) -> None:
    room = join(mortal.address, name="Anna", timeout_s=60.0)
    energies: queue.SimpleQueue[float] = queue.SimpleQueue()
    room.set(cooling=0.25)
    room.view("phase")
    room.subscribe("energy", energies.put)
    before = room.you
    seq = room.frame().seq
    mortal.restart(lambda: wait_until(lambda: "away" in repr(room), "it is noticed", PATIENCE_S))
    while not energies.empty():
        energies.get()
    # All of them wait until the room is there again.
    assert room.frame().view == "phase"
    assert room.frame().values.shape == (96, 64)
    assert (room.you.id, room.you.name, room.you.colour) == (before.id, "Anna", before.colour)
    assert energies.get(timeout=PATIENCE_S) > 0
    assert room.set(winding=5) == {"winding": 5}
    if mortal.keeps_params:
        assert room.get("cooling") == 0.25
        assert room.frame().seq > seq


def test_while_the_server_is_away_a_program_is_told_so(
    mortal: WebHost | ComputeHost, join: Join
) -> None:
    room = join(mortal.address)
    pictures = room.frames()
    next(pictures)
    room._requests.timeout_s = 0.1
    mortal.end()
    wait_until(lambda: "away" in repr(room), "it is noticed", PATIENCE_S)
    for use in (room.frame, lambda: next(pictures), room.channels, lambda: room.set(cooling=0.1)):
        with pytest.raises(ConnectionError, match=r"127\.0\.0\.1.*trying again"):
            use()


@pytest.mark.parametrize("scheme", ["http", "tcp"])
def test_where_nobody_answers_it_says_so(join: Join, scheme: str) -> None:
    address = f"{scheme}://127.0.0.1:{free_port()}"
    with pytest.raises(ConnectionError, match=address):
        join(address)


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1", "http://", "http://a:b", "http://u@h", "ftp://a", "", "tcp://a:0", "a b",
     "http://[::1", "http://a:99999"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_with_what_is_allowed(address: str) -> None:
    with pytest.raises(ValueError, match=r"needed"):
        Room(address)


def test_an_exhibit_knows_no_keys_and_a_compute_server_no_code(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="code"):
        Room("tcp://127.0.0.1", code="K7QX2M")
    with pytest.raises(ValueError, match="key"):
        Room("http://127.0.0.1", key="a.key")
    with pytest.raises(ValueError, match="key"):
        Room("tcp://127.0.0.1", server_key="x" * 40)
    with pytest.raises(KeyFileError, match=r"none\.key"):
        Room("tcp://127.0.0.1", key=tmp_path / "none.key")


@pytest.mark.long
def test_only_the_right_keys_open_a_compute_server(join: Join, tmp_path: Path) -> None:
    server_file, client_file = write_pair(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    _, strange_file = write_pair(tmp_path / "elsewhere")
    server = read_keys(str(server_file))
    service = Service("BEC", params=GRID, keys=server)
    try:
        room = join(service.endpoint, key=client_file)
        assert room.frame().values.shape == (96, 64)
        for options in (
            {},
            {"key": strange_file, "server_key": server.public.decode()},
            {"key": client_file, "server_key": zmq.curve_keypair()[0].decode()},
        ):
            with pytest.raises(ConnectionError, match="does not answer"):
                join(service.endpoint, **options)
    finally:
        service.stop()


def test_on_the_network_the_join_code_is_needed(start: StartExhibit, join: Join) -> None:
    address = lan_address()
    if address == "127.0.0.1":
        pytest.skip("this machine has no network")
    exhibit = start(*SMALL, "--lan").ready()
    url = f"http://{address}:{exhibit.port}"
    wait_until(lambda: any("#join=" in line for line in exhibit.lines), "the code is shown")
    shown = next(line for line in exhibit.lines if "#join=" in line)
    code = shown.partition("#join=")[2].split()[0]
    for wrong in (None, "WRONG1"):
        with pytest.raises(RoomError, match="join code") as refused:
            join(url, code=wrong)
        assert refused.value.code == "forbidden"
    assert join(url, code=code.lower()).frame().values.shape == (96, 64)
    # The address as it is printed, or scanned, holds the code.
    assert join(f"{url}/#join={code}").name == "BEC"


def test_no_thread_or_descriptor_is_left(host: WebHost | ComputeHost) -> None:
    def threads() -> set[str]:
        return {thread.name for thread in threading.enumerate() if thread.name.startswith("room ")}

    Room(host.address, "BEC", timeout_s=30.0).close()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        with Room(host.address, "BEC") as room:
            room.subscribe("energy", lambda _: None)
            room.frame()
    wait_until(lambda: "room link" not in threads(), "the threads end")
    wait_until(lambda: "room handlers" not in threads(), "the handlers' threads end")
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 2


WITHOUT = ("gevent", "bottle", "geventwebsocket", "webview", "numba", "pyfftw", "qtpy")
CARELESS = """
import sys
sys.modules.update(dict.fromkeys({names!r}))
from app.client import Room
room = Room({address!r}, "BEC", timeout_s=30)
print(room.frame().values.shape)
"""


def test_a_program_needs_no_server_and_ends_though_it_forgets_to_leave(
    host: WebHost | ComputeHost, join: Join
) -> None:
    witness = join(host.address)
    code = CARELESS.format(names=WITHOUT, address=host.address)
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (told.stdout, told.stderr, told.returncode) == ("(96, 64)\n", "", 0)
    wait_until(lambda: [v.id for v in witness.visitors] == [witness.you.id], "it is gone")
