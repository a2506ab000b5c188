"""super_hydro's server as recorded: one REP socket, one client at a time, and its faults.

It knows what its transcript shows and no more; the fluid is a ramp that moves with each density.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import zmq

TRANSCRIPT = Path(__file__).parents[1] / "compute" / "transcript.json"
SHAPE = (16, 8)


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

    def __init__(self, endpoint: str, tracers: int = 0) -> None:
        commands, layout = recorded()
        self.first = {
            "available_commands": commands, "layout": layout, "Nxy": list(SHAPE), "Nx": SHAPE[0],
            "Ny": SHAPE[1], "cooling": 0.01, "cylinder": True, "finger_V0_mu": 2.0,
            "finger_x": 0.5, "finger_y": 0.5, "finger_Vxy": [0.5, 0.5],
        }  # fmt: skip
        self.tracers = tracers
        self.done: list[str] = []
        self.words: list[bytes] = []
        self.endpoint = endpoint
        self.again()

    def again(self) -> None:
        """Start with first values, as a server that was restarted."""
        self.values = dict(self.first)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        """Be gone."""
        self._over.set()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        socket = context.socket(zmq.REP)
        socket.setsockopt(zmq.LINGER, 0)
        socket.bind(self.endpoint)
        pending = ""
        while not self._over.is_set():
            if socket.poll(20):
                request = socket.recv()
                self.words.append(request)
                if pending:
                    socket.send(self._complete(pending, json.loads(request)))
                    pending = ""
                elif request in (b"get", b"set", b"do"):
                    pending = request.decode()
                    socket.send(b"ok")
                else:
                    socket.send_multipart(self._array(request))
        socket.close()
        context.term()

    def _complete(self, pending: str, argument: Any) -> bytes:
        if pending == "get":
            return json.dumps({name: self.values[name] for name in argument}).encode()
        if pending == "set":
            self.values.update(argument)
            if "finger_x" in argument:
                self.values["finger_Vxy"] = [self.values["finger_x"], self.values["finger_y"]]
        else:
            self.done.append(argument)
        return b"ok"

    def _array(self, request: bytes) -> list[bytes]:
        if request == b"density":
            x = (np.arange(SHAPE[0]) + len(self.words)) % SHAPE[0]
            array: Any = np.repeat(x[:, None] / 8.0, SHAPE[1], axis=1)
        elif request == b"tracers":
            array = np.linspace(-8, 7, self.tracers) + 2j if self.tracers else np.zeros(0)
        else:
            return [b"Unknown Message"]
        head = json.dumps({"dtype": str(array.dtype), "shape": array.shape})
        return [head.encode(), np.ascontiguousarray(array).tobytes()]
