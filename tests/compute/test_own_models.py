"""A user's file on a compute server: each of its rooms in a process, for peers of both kinds."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zmq

from app.engines.process import ENDED, ProcessEngine
from app.engines.process_describe import described
from app.engines.process_task import Task
from tests.compute.conftest import Serve, Visit
from tests.support.client import decode
from tests.support.compute_service import Outsider, Service

SOURCE = '''
import os
import numpy as np


class Ramp:
    """A ramp that may end all."""

    sliders = [["end", "toggle", "None", "checkbox", None, None, None]]

    def __init__(self, opts):
        self.shape, self.end = (opts.Nx, opts.Ny), False

    def get_density(self):
        return np.linspace(0, 1, self.shape[0])[:, None] * np.ones(self.shape[1])

    def get_trace_particles(self):
        return [3 + 2j]

    def get(self, name):
        return self.end

    def set(self, name, value):
        self.end = value

    def step(self, N, tracer_particles):
        if self.end:
            os._exit(9)
'''


@pytest.fixture
def service(serve: Serve, tmp_path: Path) -> Service:
    """A compute server with that file."""
    file = tmp_path / "ramps.py"
    file.write_text(SOURCE)
    task = Task(file=str(file), fps=60.0, params={"Nx": 24, "Ny": 16})
    return serve("Ramp", own=partial(ProcessEngine, task, described(task)))


def test_it_serves_our_own_peers_and_other_rooms_go_on(service: Service, visit: Visit) -> None:
    ours, other = visit(zmq.DEALER, service), visit(zmq.DEALER, service)
    ours.say(type="hello", protocol=1, accept=["raw"])
    other.say(type="hello", protocol=1, room="Wave", accept=["raw"])
    for peer, model in ((ours, "Ramp"), (other, "Wave")):
        assert peer.hear_of("welcome")["model"]["name"] == model
        peer.say(type="credit", n=3)
    frame = decode(ours.hear_of("frame")["bytes"])
    assert (frame.nx, frame.ny) == (24, 16)
    ours.say(type="snapshot", id=7)
    assert ours.hear_of("chunk", id=7)["bytes"].startswith(b"PK")
    ours.say(type="set", params={"end": True})
    assert ours.hear_of("notice")["text"].startswith(ENDED)
    seq = decode(other.hear_of("frame")["bytes"]).seq
    other.say(type="credit", n=3)
    assert decode(other.hear_of("frame")["bytes"]).seq > seq
    assert ours.hear_of("notice")["level"] == "info"
    ours.say(type="credit", n=3)
    ours.hear_of("frame")


def test_it_serves_super_hydros_clients(service: Service, visit: Visit) -> None:
    client = visit(zmq.REQ, service)
    assert client.ask(b"density")[0] == b'{"dtype": "float64", "shape": [24, 16]}'
    client.ask(b"get")
    known = json.loads(client.ask(b'["Nxy", "end", "layout", "available_commands"]')[0])
    assert (known["Nxy"], known["end"]) == ([24, 16], False)
    assert "name='end'" in known["layout"]
    assert "end" in known["available_commands"]["set"]
    client.ask(b"set")
    assert client.ask(b'{"finger_x": 0.25, "tracers": 10}') == [b"ok"]
    assert json.loads(client.ask(b"tracers")[0]) == {"dtype": "float64", "shape": [2, 1]}
    assert client.ask(b"pause") == [b"ok"]


def welcomed(peer: Outsider) -> dict[str, Any]:
    """Its next welcome, however long that takes; a peer that says nothing is taken for gone."""
    while True:
        peer.say(type="ping", t=0)
        if peer.socket.poll(1000):
            message: dict[str, Any] = json.loads(peer.socket.recv_multipart()[1])
            if message["type"] == "welcome":
                return message


def test_a_changed_file_is_loaded_again(serve: Serve, visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "ramps.py"
    file.write_text(SOURCE, encoding="utf-8")
    task = Task(file=str(file), fps=60.0, params={"Nx": 24, "Ny": 16}, reload=True)
    service = serve("Ramp", own=partial(ProcessEngine, task, described(task)))
    peer = visit(zmq.DEALER, service)
    peer.say(type="hello", protocol=1, accept=["raw"])
    assert welcomed(peer)["model"]["name"] == "Ramp"
    file.write_text(SOURCE.replace('"end", "toggle"', '"over", "toggle"'), encoding="utf-8")
    names = [one["name"] for one in welcomed(peer)["model"]["parameters"]]
    assert "over" in names
    assert "end" not in names
    peer.say(type="credit", n=3)
    peer.hear_of("frame")
