"""The exhibit as a process under test: started, watched and ended with all that it started."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.client import Client

ROOT = Path(__file__).resolve().parents[2]
READY_S = 60.0
"""The first start ever compiles kernels; on a loaded machine this takes a while."""


FROM_SOURCE = (sys.executable, str(ROOT / "main.py"))


class Exhibit:
    """The program with `arguments`; `environment` is all it gets, `command` how it is started."""

    def __init__(
        self,
        *arguments: str,
        environment: dict[str, str],
        command: tuple[str, ...] = FROM_SOURCE,
    ) -> None:
        self.environment = environment
        self.url = ""
        self.lines: list[str] = []
        self._fresh: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._clients: list[Client] = []
        self._errors: list[bytes] = []
        self.process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read_lines, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def ready(self) -> Exhibit:
        """Wait for the READY line."""
        end = time.monotonic() + READY_S
        while True:
            try:
                line = self._fresh.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no READY line in {READY_S:g} s: {self.lines}") from None
            assert line is not None, f"ended before READY: {self.errors}"
            if line.startswith("READY "):
                self.url = line.split()[1]
                return self

    @property
    def port(self) -> int:
        """Where it listens."""
        port = urlsplit(self.url).port
        assert port
        return port

    @property
    def errors(self) -> str:
        """What it wrote to standard error until now."""
        return b"".join(self._errors).decode()

    def connect(self, headers: dict[str, str] | None = None) -> Client:
        """A connection on which nothing was said."""
        client = Client(self.url, headers)
        self._clients.append(client)
        return client

    def visitor(self, **hello: Any) -> Client:
        """A welcomed visitor."""
        client = self.connect()
        client.hello(**hello)
        return client

    def dismiss(self) -> None:
        """Close every connection that tests left open."""
        for client in self._clients:
            client.close()
        self._clients.clear()

    def get(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        method: str = "GET",
        body: bytes = b"",
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body of a request; `body` is for a POST."""
        data = body if method == "POST" else None
        request = urllib.request.Request(  # noqa: S310
            self.url + path.lstrip("/"), data, headers or {}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, _lower(answer.headers), answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, _lower(refused.headers), refused.read()

    def json(self, path: str) -> Any:
        """The JSON at `path`."""
        status, _, body = self.get(path)
        assert status == 200, body
        return json.loads(body)

    def pids(self) -> dict[str, int]:
        """Its living processes: role (`main`, `serve`, `window`) -> process id."""
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                pid = int(folder.name)
                try:
                    words = (folder / "cmdline").read_bytes().split(b"\0")
                    state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                    member = os.getsid(pid) == self.process.pid
                except OSError:
                    continue
                if member and state != "Z":
                    role = {b"serve", b"window"}.intersection(words[1:3])
                    found[role.pop().decode() if role else "main"] = pid
        return found

    def end(self) -> int:
        """Wait until it has ended by itself, and return its exit code."""
        code = self.process.wait(20)
        for reader in self._readers:
            reader.join(10)
        return code

    def kill(self) -> None:
        """End it and everything that it started, whatever its state."""
        self.dismiss()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for reader in self._readers:
            reader.join(10)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def _read_lines(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            text = line.decode().rstrip("\n")
            self.lines.append(text)
            self._fresh.put(text)
        self._fresh.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._errors.append(line)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def wait_until(
    true: Any, what: str, patience_s: float = 10.0, rest: Callable[[float], object] = time.sleep
) -> Any:
    """Ask `true()` until it is; for what other processes do and cannot be awaited."""
    end = time.monotonic() + patience_s
    while not (answer := true()):
        assert time.monotonic() < end, f"waited {patience_s:g} s in vain until {what}"
        rest(0.02)
    return answer
