"""A server process whose secrets the test knows, as the supervisor does: so it can be the kiosk."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import msgspec

from app.process.launch import Launch
from app.settings.exhibit import parse
from tests.support.client import Client
from tests.support.exhibit import ROOT

PIN = "4711"


class Serving:
    """`main.py serve` on all addresses of this machine, with an operator's PIN."""

    def __init__(self, environment: dict[str, str], *more: str) -> None:
        """`more` are options beyond the usual."""
        arguments = ["--lan", "--port=0", "--Nx=32", "--Ny=32", "--log-level=warning", *more]
        self.launch = Launch(msgspec.to_builtins(parse(arguments)))
        main = [sys.executable, str(ROOT / "main.py")]
        subprocess.run(
            [*main, "operator"], input=f"{PIN}\n".encode(), env=environment, check=True,
            capture_output=True,
        )  # fmt: skip
        self.process = subprocess.Popen(
            [*main, "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            cwd="/",
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(self.launch.line())
        self.process.stdin.flush()
        line = next(line for line in self.process.stdout if line.startswith(b"READY "))
        self.url = line.split()[1].decode()
        self.clients: list[Client] = []

    def visitor(self, role: str, **hello: Any) -> Client:
        """Somebody with that role, who has nothing unread."""
        client = self.stranger()
        token = self.launch.kiosk_token if role == "kiosk" else None
        client.hello(token=token, **hello)
        if role == "operator":
            client.ask("login", pin=PIN)
        client.sync()
        client.messages.clear()
        return client

    def stranger(self) -> Client:
        """A connection on which nothing was said."""
        client = Client(self.url)
        self.clients.append(client)
        return client

    def state(self) -> Any:
        """What a message might have changed: rooms, and the truth of the first one."""
        rooms = [room["name"] for room in json.loads(self.get("healthz")[1])["rooms"]]
        truth = json.loads(self.get("api/rooms/BEC/state")[1])
        return rooms, truth["running"], truth["params"], truth["fingers"]

    def get(
        self, path: str, key: str = "", method: str = "GET", url: str = "", body: bytes = b""
    ) -> tuple[int, bytes]:
        """Status and body; `body` goes along with a POST."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        data = body if method == "POST" else None
        request = urllib.request.Request(  # noqa: S310
            (url or self.url) + path, data, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()

    def kill(self) -> None:
        """End it, whatever its state."""
        for client in self.clients:
            client.close()
        self.process.kill()
        self.process.communicate()
