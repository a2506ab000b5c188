"""A thread's event loop: waits for sockets and for calls scheduled by other threads."""

from __future__ import annotations

import math
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import zmq

CallSoon = Callable[[Callable[[], None]], object]
"""Schedules a call on the owner's thread; from any thread."""


class Loop:
    """Waits in one thread; `call_soon` may be used from every thread."""

    def __init__(self, *sockets: zmq.Socket[bytes]) -> None:
        """`sockets` are those that `wait` watches."""
        self._calls: deque[Callable[[], None]] = deque()
        self._wake_recv, self._wake_send = socket.socketpair()
        self._wake_recv.setblocking(False)
        self._wake_send.setblocking(False)
        self._poller = zmq.Poller()
        self._poller.register(self._wake_recv, zmq.POLLIN)
        for one in sockets:
            self._poller.register(one, zmq.POLLIN)
        self._watched: dict[int, Callable[[], None]] = {}

    def call_soon(self, call: Callable[[], None]) -> None:
        """Schedule `call` on the thread that waits."""
        self._calls.append(call)
        # A full pipe wakes the other end just as well.
        with suppress(OSError):
            self._wake_send.send(b"\0")

    def watch(self, descriptor: int, call: Callable[[], None]) -> Callable[[], None]:
        """Call `call` whenever `descriptor` is readable; the function returned ends that."""
        self._poller.register(descriptor, zmq.POLLIN)
        self._watched[descriptor] = call

        def stop() -> None:
            self._poller.unregister(descriptor)
            del self._watched[descriptor]

        return stop

    def wait(self, patience_s: float) -> None:
        """Wait until there is something to do, and do it."""
        ready = self._poller.poll(max(0, math.ceil(1000 * patience_s)))
        with suppress(BlockingIOError):
            while self._wake_recv.recv(4096):
                pass
        for _ in range(len(self._calls)):
            self._calls.popleft()()
        for descriptor, _ in ready:
            call = self._watched.get(descriptor) if isinstance(descriptor, int) else None
            if call is not None:
                call()

    def close(self) -> None:
        """Close the pipe; nothing can be scheduled any more."""
        self._wake_recv.close()
        self._wake_send.close()
