"""super_hydro's server as recorded: one REP socket, one client at a time, and its faults.

It knows what its transcript shows and no more. As there, the network's thread looks at its socket
only now and then, arrays are made by the computation between two of its frames, values come from a
store that is one question behind, and a reset brings back first values.
"""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import zmq

TRANSCRIPT = Path(__file__).parents[1] / "compute" / "transcript.json"
SHAPE = (16, 8)
LOOKS_S = 0.0125
"""So long its server sleeps when there is nothing for it."""


def recorded() -> tuple[dict[str, Any], str]:
    """`available_commands` and `layout` as the real server gave them."""
    commands: dict[str, Any] = {}
    layout = ""
    for entry in json.loads(TRANSCRIPT.read_text()):
        if entry.get("from") == "server" and str(entry["parts"][0]).startswith("{"):
            values = json.loads(entry["parts"][0])
            commands = values.get("available_commands", commands)
            layout = values.get("layout", layout)
    return commands, layout


class FakeSuperHydro:
    """The server; `again` starts another after `stop`."""

    def __init__(self, endpoint: str, tracers: int = 0, **first: Any) -> None:
        """`tracers` of them; `first` values in place of its own."""
        commands, layout = recorded()
        self.first = {
            "cooling": 0.01, "cylinder": True, "finger_V0_mu": 2.0,
            "finger_x": 0.5, "finger_y": 0.5, "finger_Vxy": [0.5, 0.5], **first,
        }  # fmt: skip
        self.special = {
            "available_commands": commands, "layout": layout, "Nxy": list(SHAPE), "Nx": SHAPE[0],
            "Ny": SHAPE[1], **{name: first[name] for name in first if name == "layout"},
        }  # fmt: skip
        self.tracers = tracers
        self.done: list[str] = []
        self.words: list[bytes] = []
        self.pictures = 0
        self.looks = 0
        """How often it was asked after it had slept: what an exchange costs."""
        self.answering = threading.Event()
        """While it is not set, requests are taken and not answered."""
        self.answering.set()
        self.endpoint = endpoint
        self.again()

    def again(self) -> None:
        """Start with first values, as a server that was restarted."""
        self.values = dict(self.first)
        self._store: dict[str, Any] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        """Be gone."""
        self._over.set()
        self.answering.set()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        socket = context.socket(zmq.REP)
        socket.setsockopt(zmq.LINGER, 0)
        socket.bind(self.endpoint)
        pending, slept = "", True
        while not self._over.is_set():
            if not socket.poll(0):
                time.sleep(LOOKS_S)
                slept = True
                continue
            request = socket.recv()
            self.answering.wait()
            self.words.append(request)
            self.looks += slept
            slept = False
            if pending:
                reply = self._complete(pending, json.loads(request))
                pending = ""
                socket.send(reply)
            elif request in (b"get", b"set", b"do"):
                pending = request.decode()
                socket.send(b"ok")
            else:
                socket.send_multipart(self._array(request))
        socket.close()
        context.term()

    def _complete(self, pending: str, argument: Any) -> bytes:
        if pending == "get":
            answer = {name: self._get(name) for name in argument}
            self._store.update({name: self.values[name] for name in argument if name in answer
                                and name in self.values})  # fmt: skip
            return json.dumps(answer).encode()
        if pending == "set":
            self.values.update(argument)
            if "finger_x" in argument:
                self.values["finger_Vxy"] = [self.values["finger_x"], self.values["finger_y"]]
        else:
            self.done.append(argument)
            if argument == "reset":
                self.values = dict(self.first)
        return b"ok"

    def _get(self, name: str) -> Any:
        """The value as it was when it was last asked for."""
        return self.special[name] if name in self.special else self._store.get(
            name, self.values[name]
        )  # fmt: skip

    def _array(self, request: bytes) -> list[bytes]:
        if request == b"density":
            self.pictures += 1
            x = (np.arange(SHAPE[0]) + self.pictures) % SHAPE[0]
            array: Any = np.repeat(x[:, None] / 8.0, SHAPE[1], axis=1)
        elif request == b"tracers":
            array = np.zeros(0)
            if self.tracers:
                # Grid indices, one row each for x and y.
                along = np.linspace(0, SHAPE[0] - 1.5, self.tracers)
                array = np.stack([along, np.full(self.tracers, 0.25 * (SHAPE[1] - 1))])
        else:
            return [b"Unknown Message"]
        head = json.dumps({"dtype": str(array.dtype), "shape": array.shape})
        return [head.encode(), np.ascontiguousarray(array).tobytes()]
