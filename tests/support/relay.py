"""A bad network: a relay between two TCP ends that delays, swallows, slows and cuts."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

CHUNK_BYTES = 4096
BUFFER_BYTES = 16_384
"""Little is on its way in the relay's own buffers."""
UNLIMITED = 1 << 40


class Relay:
    """Accepts at `endpoint` what is for `target`, a ZeroMQ endpoint too, and carries it on."""

    def __init__(
        self,
        target: str,
        delay_s: float = 0.0,
        bytes_per_s: float | None = None,
        cut_first_after: int = UNLIMITED,
    ) -> None:
        """`cut_first_after`: bytes, in either direction, that the first connection lives for."""
        host, _, port = target.removeprefix("tcp://").rpartition(":")
        self._target = (host, int(port))
        self._delay_s = delay_s
        self._bytes_per_s = bytes_per_s
        self._limit = cut_first_after
        self._chunks = 9999 if bytes_per_s is None else BUFFER_BYTES // CHUNK_BYTES
        self._ends: list[socket.socket] = []
        self._flows = threading.Event()
        self._flows.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._spawn(self._accept)

    def swallow(self) -> None:
        """From now on nothing arrives, and nobody is told."""
        self._flows.clear()

    def flow(self) -> None:
        """What was kept back arrives after all, and so does the rest."""
        self._flows.set()

    def cut(self) -> None:
        """End all connections."""
        for end in self._ends:
            _hang_up(end)
        self._ends.clear()

    def close(self) -> None:
        """End it all."""
        _hang_up(self._listener)
        self._flows.set()
        self.cut()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _spawn(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            for end in (near, far):
                if self._bytes_per_s is not None:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
            limit, self._limit = self._limit, UNLIMITED
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                way: deque[tuple[float, bytes]] = deque()
                room = threading.Semaphore(
                    BUFFER_BYTES // CHUNK_BYTES if self._bytes_per_s else 9999
                )
                there = threading.Semaphore(0)
                self._spawn(self._take, source, way, room, there)
                self._spawn(self._give, sink, way, room, there, limit)

    def _take(
        self,
        source: socket.socket,
        way: deque[tuple[float, bytes]],
        room: threading.Semaphore,
        there: threading.Semaphore,
    ) -> None:
        data = b"more"
        while data:
            room.acquire()
            try:
                data = source.recv(CHUNK_BYTES)
            except OSError:
                data = b""
            way.append((time.monotonic() + self._delay_s, data))
            there.release()

    def _give(
        self,
        sink: socket.socket,
        way: deque[tuple[float, bytes]],
        room: threading.Semaphore,
        there: threading.Semaphore,
        limit: int,
    ) -> None:
        while True:
            there.acquire()
            due, data = way.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            self._flows.wait()
            if self._bytes_per_s is not None:
                time.sleep(len(data) / self._bytes_per_s)
            try:
                sink.sendall(data[:limit])
            except OSError:
                data = b""
            limit -= len(data)
            room.release()
            if not data or limit <= 0:
                _hang_up(sink)
                return


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
