"""Servers that die, come back, are none, or talk rubbish; programs with wrong keys or codes."""

from __future__ import annotations

import queue
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import zmq

from app.client import Room, RoomError
from app.compute.keys import KeyFileError, write_pair
from app.compute.keys import read as read_keys
from app.protocol import frames
from app.web.access import lan_address
from tests.compute.service import Service
from tests.conftest import SMALL, StartExhibit
from tests.exhibit import ROOT, wait_until
from tests.programs.conftest import GRID, Join
from tests.programs.fakes import WELCOME, Beside, Fake, FakeCompute, FakeExhibit
from tests.programs.hosts import ComputeHost, WebHost

PATIENCE_S = 20.0
KINDS: dict[str, Callable[[], Fake]] = {"exhibit": FakeExhibit, "compute": FakeCompute}


@pytest.fixture(params=list(KINDS))
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    fake = KINDS[request.param]()
    yield fake
    fake.close()


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def picture(level: int, seq: int = 1) -> bytes:
    """A raw frame of one level."""
    return frames.pack(
        frames.Frame(
            frames.RAW, 3, 2, seq, 0.5, 0.0, 255.0, 0, [], np.zeros((0, 2)), [], bytes([level] * 6)
        )
    )


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
    mortal.restart()
    wait_until(lambda: "away" in repr(room), "it is noticed", PATIENCE_S)
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


def test_what_is_no_exhibit_is_told_apart(join: Join) -> None:
    refusal = b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nnobody"
    said = pytest.raises(ConnectionError, match="status 404 nobody")
    with FakeServer(refusal) as port, said:
        join(f"http://127.0.0.1:{port}")
    for answer in (b"", b"\0\1\2\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"220 smtp ready\r\n"):
        with FakeServer(answer) as port, pytest.raises(ConnectionError, match="127"):
            join(f"http://127.0.0.1:{port}", timeout_s=5.0)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno room",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nPK\3\4!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nPK",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + bytes(60_000_000),
        b"rubbish",
        b"",
    ],
    ids=["missing", "broken", "cut short", "too large", "rubbish", "nothing"],
)
def test_what_is_no_snapshot_is_refused(join: Join, answer: bytes) -> None:
    fake = FakeExhibit()
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")

    def play() -> None:
        connection, _ = fake._listener.accept()
        with connection, suppress(OSError):  # it hangs up on what is too large
            connection.recv(4096)
            connection.sendall(answer)

    with Beside(play), pytest.raises(RoomError) as refused:
        room.snapshot(timeout_s=20.0)
    assert refused.value.code == "failed"
    fake.close()


class FakeServer:
    """Says one thing to the first who comes, and hangs up."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(self._answer)


def test_super_hydros_server_is_told_apart(join: Join) -> None:
    fake = FakeCompute()

    def play() -> None:
        peer, *_ = fake._router.recv_multipart()
        fake._router.send_multipart([peer, b"", b"Unknown Message"])

    with Beside(play), pytest.raises(ConnectionError, match="super_hydro"):
        join(fake.address, "Fake")
    fake.close()


RUBBISH = [b"", b"\xff\xfe", b"[" * 5000, b'{"type": 3}', b"GET / HTTP/1.1\r\n\r\n"]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_ends_the_connection_and_not_the_program(
    fake: Fake, join: Join, rubbish: bytes
) -> None:
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    if isinstance(fake, FakeExhibit) and rubbish == b"":
        rubbish = b"\x8f\x00"  # an opcode that there is not
    fake.garble(rubbish)
    wait_until(lambda: "away" in repr(room), "it is noticed", PATIENCE_S)
    comeback(fake)
    fake.show(picture(7))
    assert (room.frame().values == 7).all()


def comeback(fake: Fake) -> None:
    """Let a program in that was here before."""
    if isinstance(fake, FakeExhibit):
        fake.accept()
        assert fake.hear("hello")["resume"] == "r"
    else:
        assert isinstance(fake, FakeCompute)
        fake.greet()
        assert fake.hear("enter")["who"]["id"] == 1
    fake.say(WELCOME)


@pytest.mark.parametrize(
    "frame", [b"", b"VF", picture(1)[:-1], picture(1).replace(b"VF\x01", b"VF\x02")]
)
def test_a_frame_that_is_none_is_never_shown(fake: Fake, join: Join, frame: bytes) -> None:
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    fake.show(frame)
    wait_until(lambda: "away" in repr(room), "it is noticed", PATIENCE_S)


def test_messages_that_are_not_known_are_let_pass(join: Join) -> None:
    fake = FakeExhibit()
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    fake.say({"type": "of the future", "value": 1})
    fake.say({"type": "state", "running": False, "sim_time": 1.0, "params": {"new": 2}})
    wait_until(lambda: room.params == {"new": 2}, "what came after is heard")
    fake.close()


def test_a_server_that_says_nothing_is_given_up(fake: Fake, join: Join) -> None:
    with Beside(fake.welcome):
        room = join(fake.address, "Fake", timeout_s=2.0)
    with pytest.raises((TimeoutError, ConnectionError)):
        room.set(speed=1.0)


def test_who_was_thrown_out_stays_out(join: Join) -> None:
    fake = FakeExhibit()
    with Beside(fake.welcome):
        room = join(fake.address, "Fake")
    fake.garble(b"\x88\x0b\x03\xe8elsewhere")
    wait_until(lambda: "away" in repr(room), "it is noticed")
    with pytest.raises(ConnectionError, match="elsewhere"):
        room.frame()
    fake.close()


def test_a_slow_handler_of_ten_thousand_changes_hears_the_newest(fake: Fake, join: Join) -> None:
    go, done = threading.Event(), threading.Event()
    heard: list[int] = []

    def slow(value: int) -> None:
        heard.append(value)
        assert go.wait(PATIENCE_S)
        if value == 9_999:
            done.set()

    def play() -> None:
        fake.welcome()
        number = fake.hear("subscribe")["id"]
        names = {"type": "channels", "names": ["count"], "subscribed": ["count"]}
        fake.say({"id": number, **names})
        for value in range(10_000):
            fake.say({"type": "channel", "name": "count", "value": value})
        number = fake.hear("channels")["id"]
        fake.say({"id": number, **names})

    with Beside(play):
        room = join(fake.address, "Fake")
        room.subscribe("count", slow)
        # All of them have come when this is answered, and the handler has not returned yet.
        assert room.channels() == ["count"]
        assert len(room._conversation.handlers._due) <= 1
        go.set()
        assert done.wait(PATIENCE_S)
    assert len(heard) <= 3
    assert heard[-1] == 9_999


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
