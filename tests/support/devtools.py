"""What the page in the window knows, by Chromium's remote debugging, which tests switch on."""

from __future__ import annotations

import itertools
import json
import socket
import urllib.request
from typing import Any

import websocket


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_pages(port: int) -> list[dict[str, Any]]:
    """Those of the program whose debugging port this is. Raises OSError while there is none."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=5) as answer:
        return [target for target in json.load(answer) if target["type"] == "page"]


class DevTools:
    """A connection to the only page of the window whose debugging port is `port`."""

    def __init__(self, port: int) -> None:
        """Raises OSError while there is none."""
        (page,) = open_pages(port)
        self._socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=15)
        self._ids = itertools.count(1)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of one of the protocol's methods."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("id") == number:
                assert "result" in told, told
                return dict(told["result"])

    def evaluate(self, script: str) -> Any:
        """A script's value, as if a visitor's touch had run it."""
        told = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, userGesture=True,
            awaitPromise=True,
        )  # fmt: skip
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def close(self) -> None:
        """Leave."""
        self._socket.close()
