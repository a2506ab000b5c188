"""super_hydro's protocol as its client speaks it; see app.compute.legacy for what is said.

A DEALER in place of a REQ socket: a reply that never comes costs a new socket, and not the
conversation; and requests that belong together go out together, so that a server which looks for
them once a frame answers them in one. For use in one thread at a time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import zmq

from app.protocol.compute import MAX_ANSWER_BYTES
from app.transport import sockets

CONNECT_S = 1.0
SILENT_S = 1.5
"""A server that is there and has said nothing for so long may be building a model, or hang."""
ANSWER_S = 20.0
SLICE_MS = 100
OK = b"ok"
HARMLESS = b"[]"
"""If the server still waits for the second half of a request that was cut off, this ends it; to
one that waits for nothing it is an unknown message."""
KINDS = "fciu"

Array = npt.NDArray[Any]


class AwayError(Exception):
    """The server does not answer, or not as super_hydro's does."""


class Wire:
    """A conversation with the server at `endpoint`."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.on_silence: Callable[[], None] = lambda: None
        """Called when the server has been silent for SILENT_S, and goes on being waited for."""
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket: zmq.Socket[bytes] | None = None

    @property
    def connected(self) -> bool:
        """Is this still the conversation that was, or will the next request begin another?"""
        return self._socket is not None

    def close(self) -> None:
        """End it."""
        self._hang_up()
        self._context.term()

    def ask(self, *requests: WireRequest) -> list[Any]:
        """The answers to `requests`, in their order. Raises AwayError."""
        if self._socket is None:
            self._call()
        for request in requests:
            for part in request.parts:
                self._send(part)
        return [self._answer(request) for request in requests]

    def _answer(self, request: WireRequest) -> Any:
        for _ in request.parts[1:]:
            reply = self._receive()
            if reply != [OK]:
                raise self._broken(f"{request.parts[0]!r}: {reply[0][:60]!r}")
        try:
            return request.read(self._receive())
        except (ValueError, TypeError, KeyError) as fault:
            raise self._broken(f"{request.parts[0]!r}: {fault}") from None

    def _call(self) -> None:
        socket = sockets.make(self._context, zmq.DEALER, self.endpoint, MAX_ANSWER_BYTES)
        # What a dead server has not taken must not reach its successor; and whether somebody is
        # there is seen from whether the socket takes anything.
        socket.setsockopt(zmq.IMMEDIATE, 1)
        self._socket = socket
        try:
            socket.connect(self.endpoint)
        except zmq.ZMQError as fault:
            raise self._broken(str(fault)) from None
        if not socket.poll(int(1000 * CONNECT_S), zmq.POLLOUT):
            raise self._broken("nobody is there")
        self._send(HARMLESS)
        self._receive()

    def _send(self, part: bytes) -> None:
        assert self._socket is not None
        try:
            self._socket.send_multipart([b"", part], zmq.NOBLOCK)
        except zmq.ZMQError:
            raise self._broken("it takes nothing any more") from None

    def _receive(self) -> list[bytes]:
        assert self._socket is not None
        began, silent = time.monotonic(), False
        while not (state := self._socket.poll(SLICE_MS, zmq.POLLIN)):
            waited_s = time.monotonic() - began
            if not self._socket.poll(0, zmq.POLLOUT):
                raise self._broken("it is gone")
            if waited_s > ANSWER_S:
                raise self._broken("no answer")
            if waited_s > SILENT_S and not silent:
                silent = True
                self.on_silence()
        assert state
        empty, *parts = self._socket.recv_multipart(zmq.NOBLOCK)
        if empty or not parts:
            raise self._broken("no reply to a request")
        return parts

    def _broken(self, why: str) -> AwayError:
        """The error to raise; whatever still comes is for nobody."""
        self._hang_up()
        return AwayError(why)

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close(linger=0)
            self._socket = None


class WireRequest:
    """What is said, and how the reply to its last part is read."""

    def __init__(self, *parts: bytes, read: Callable[[Sequence[bytes]], Any]) -> None:
        """`read` raises ValueError, TypeError or KeyError for what no super_hydro would say."""
        self.parts = parts
        self.read = read


def get_values(*names: str) -> WireRequest:
    """Values by name; what the server does not know may be missing."""
    return WireRequest(b"get", json.dumps(names).encode(), read=_read_values)


def put(values: dict[str, Any]) -> WireRequest:
    """Set values."""
    return WireRequest(b"set", json.dumps(values).encode(), read=lambda _: None)


def do(action: str) -> WireRequest:
    """Have something done."""
    return WireRequest(b"do", json.dumps(action).encode(), read=lambda _: None)


def array(name: str) -> WireRequest:
    """One of the server's arrays, read-only."""
    return WireRequest(name.encode(), read=_read_array)


def _read_values(reply: Sequence[bytes]) -> dict[str, Any]:
    values = json.loads(reply[0])
    if not isinstance(values, dict):
        raise ValueError("values without names")
    return values


def _read_array(reply: Sequence[bytes]) -> Array:
    head, data = reply
    described = json.loads(head)
    dtype = np.dtype(str(described["dtype"]))
    shape = tuple(int(n) for n in described["shape"])
    if dtype.kind not in KINDS or any(n < 0 for n in shape):
        raise ValueError(f"an array of {dtype} and shape {shape}")
    # Checked before anything is made of the bytes.
    if len(data) != dtype.itemsize * int(np.prod(shape, dtype=np.int64)):
        raise ValueError(f"{len(data)} bytes for {dtype} and shape {shape}")
    return np.frombuffer(data, dtype).reshape(shape)
