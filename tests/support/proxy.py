"""A small reverse proxy: each connection's first request goes on, and then whatever comes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress

CLIENT = "X-Test-Client"
"""In a request: the address from which it would come, if it did not come from this machine."""


class ReverseProxy:
    """Passes on to `port` of this machine what arrives at its own."""

    def __init__(self, port: int, adds: Mapping[str, str] | None = None, host: str = "") -> None:
        """`adds`: headers, with CLIENT in them for who asks. `host` replaces the one asked for."""
        self._target = port
        self._adds = {"X-Forwarded-For": CLIENT} if adds is None else adds
        self._host = host
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End it, and all that goes through it."""
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as far, near:
            self._ends += [near, far]
            head, _, rest = self._head(near)
            far.sendall(self._changed(head) + b"\r\n\r\n" + rest)
            back = threading.Thread(target=_pass_on, args=(far, near), daemon=True)
            back.start()
            _pass_on(near, far)
            back.join()

    def _head(self, near: socket.socket) -> tuple[bytes, bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = near.recv(65536)
            if not more:
                raise OSError
            data += more
        return data.partition(b"\r\n\r\n")

    def _changed(self, head: bytes) -> bytes:
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        client = headers.pop(CLIENT, "198.51.100.1")
        if self._host:
            headers["Host"] = self._host
        for name, value in self._adds.items():
            said = value.replace(CLIENT, client)
            headers[name] = f"{headers[name]}, {said}" if name in headers else said
        return "\r\n".join([first, *(f"{n}: {v}" for n, v in headers.items())]).encode("latin-1")


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
