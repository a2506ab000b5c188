"""Two whole exhibits on one compute server, as their visitors see it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.support.client import Client
from tests.support.exhibit import ROOT, Exhibit
from tests.support.serving import PIN

SOON_S = 3.0


class Compute:
    """`main.py compute` as a process."""

    def __init__(self, environment: dict[str, str], port: str = "0") -> None:
        self._environment = environment
        self._port = port
        self.again()

    def again(self) -> None:
        """Start it, at the port that it had."""
        sizes = ("--Nx", "64", "--Ny", "32", "--log-level", "error")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "main.py"), "compute", "--port", self._port, *sizes],
            stdout=subprocess.PIPE, text=True, env=self._environment,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.endpoint = self.process.stdout.readline().split()[1]
        self._port = self.endpoint.rpartition(":")[2]

    def kill(self) -> None:
        """End it, without a word."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def compute(environment: dict[str, str]) -> Iterator[Compute]:
    compute = Compute(environment)
    yield compute
    compute.kill()


def test_two_kiosks_stir_one_fluid_and_survive_its_death(
    compute: Compute, start: Callable[..., Exhibit]
) -> None:
    halls = [start("--headless", "--port", "0", "--remote", compute.endpoint) for _ in range(2)]
    anna, bert = (hall.ready().visitor(name=name) for hall, name in zip(halls, "AB", strict=True))
    assert [visitor["name"] for visitor in bert.welcome["visitors"]] == ["A", "B"]
    assert anna.ask("set", params={"cooling": 0.05})["params"] == {"cooling": 0.05}
    assert bert.hear("state")["by"] == anna.id
    anna.send(type="finger", touch=0, x=0.25, y=0.5, down=True)
    frame = bert.see(lambda frame: frame.finger_of(anna.id) is not None)
    assert (frame.nx, frame.ny) == (64, 32)

    compute.process.send_signal(signal.SIGSTOP)
    told(anna, "does not answer")
    compute.process.send_signal(signal.SIGCONT)
    told(anna, "is back")

    compute.kill()
    told(anna, "does not answer")
    compute.again()
    told(anna, "is back")
    known = anna.hear("state", lambda state: len(state["params"]) > 1, SOON_S)
    assert known["params"]["cooling"] == 0.05
    anna.see(patience_s=SOON_S)
    bert.see(patience_s=SOON_S)


@pytest.mark.parametrize("fallback", [[], ["--fallback", "local"]])
def test_a_room_opens_though_the_server_is_away(
    fallback: list[str], start: Callable[..., Exhibit], environment: dict[str, str]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    sizes = ("--Nx", "48", "--Ny", "24")
    hall = start("--headless", "--port", "0", "--remote", f"127.0.0.1:{port}", *sizes, *fallback)
    anna = hall.ready().visitor()
    told(anna, "does not answer")
    later = hall.visitor()  # the outage is known
    told(later, "this computer" if fallback else "does not answer")
    if fallback:
        assert anna.see().nx == later.see().nx == 48
    server = Compute(environment, port)
    try:
        told(anna, "is back")
        for visitor in (anna, later):
            visitor.see()
    finally:
        server.kill()


@pytest.mark.long
def test_visitors_of_two_kiosks_talk(
    compute: Compute, start: Callable[..., Exhibit], environment: dict[str, str]
) -> None:
    subprocess.run(
        [sys.executable, ROOT / "main.py", "operator"],
        input=f"{PIN}\n", text=True, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    halls = [start("--headless", "--port", "0", "--remote", compute.endpoint) for _ in range(2)]
    anna, bert = (hall.ready().visitor(name=name) for hall, name in zip(halls, "AB", strict=True))
    olga = halls[0].visitor(name="O")
    olga.ask("login", pin=PIN)

    said = anna.ask("say", text="<b>hello</b> over there")
    heard = bert.hear("said")
    assert "id" not in heard
    assert {**heard, "id": said["id"]} == said
    assert (heard["from"], heard["name"], heard["text"]) == (anna.id, "A", said["text"])
    bert.ask("say", text="hello")
    assert anna.hear("said", lambda line: line["from"] == bert.id)["name"] == "B"
    assert olga.hear("said", lambda line: line["from"] == bert.id)["text"] == "hello"
    late = halls[1].visitor()
    late.ask("join", room="BEC")
    assert [line["text"] for line in late.hear("lines")["lines"]] == [said["text"], "hello"]

    # An operator mutes on their own exhibit: there nobody hears whom they muted.
    assert olga.ask("mute", visitor=bert.id)["muted"] is True
    bert.ask("say", text="unheard")
    assert late.hear("said", lambda line: line["from"] == bert.id)["text"] == "unheard"
    olga.ask("say", text="quiet, please")  # comes back to this hall after what Bert said
    olga.ask("mute", visitor=bert.id, muted=False)
    olga.ask("mute", room="BEC")
    bert.ask("say", text="unheard as well")
    assert late.hear("said", lambda line: line["text"] == "unheard as well")
    assert anna.ask("say", text="but")["code"] == "forbidden"
    olga.ask("say", text="please listen")
    assert bert.hear("said", lambda line: line["text"] == "please listen")["from"] == olga.id
    olga.ask("mute", room="BEC", muted=False)
    bert.ask("say", text="heard again")
    heard_here = [
        anna.hear("said", lambda line: line["from"] in (bert.id, olga.id))["text"] for _ in range(3)
    ]
    assert heard_here == ["quiet, please", "please listen", "heard again"]

    bert.ask("bye")
    assert anna.hear("visitors", lambda news: news["left"])["left"] == [bert.id]
    # To close the room sends away those of this hall, and no others.
    olga.ask("close_room", room="BEC")
    assert anna.hear("closed")["room"] == "BEC"
    assert late.ask("say", text="I am still here")["type"] == "said"


def told(visitor: Client, words: str) -> None:
    """They read it soon."""
    visitor.hear("notice", lambda notice: words in notice["text"], SOON_S)
