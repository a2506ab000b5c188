"""super_hydro's protocol as its client speaks it; see app.compute.legacy for what is said.

A DEALER in place of a REQ socket: a reply that never comes costs a new socket, and not the
conversation. One request at a time, each with a deadline; for use in one thread.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import zmq

from app.compute import sockets
from app.protocol.compute import MAX_ANSWER_BYTES

ANSWER_S = 1.0
OK = b"ok"
HARMLESS = b"[]"
"""If the server still waits for the second half of a request that was cut off, this ends it; to
one that waits for nothing it is an unknown message."""
KINDS = "fciu"


class AwayError(Exception):
    """The server does not answer, or not as super_hydro's does."""


class Wire:
    """A conversation with the server at `endpoint`."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket: zmq.Socket[bytes] | None = None

    def close(self) -> None:
        """End it."""
        self._hang_up()
        self._context.term()

    def array(self, name: str) -> npt.NDArray[Any]:
        """One of the server's arrays, read-only. Raises AwayError."""
        parts = self._ask(name.encode())
        try:
            head, data = parts
            described = json.loads(head)
            dtype = np.dtype(str(described["dtype"]))
            shape = tuple(int(n) for n in described["shape"])
        except (ValueError, TypeError, KeyError) as fault:
            raise self._broken(f"an array without a description: {fault}") from None
        if dtype.kind not in KINDS or any(n < 0 for n in shape):
            raise self._broken(f"an array of {dtype} and shape {shape}")
        # Checked before anything is made of the bytes.
        if len(data) != dtype.itemsize * int(np.prod(shape, dtype=np.int64)):
            raise self._broken(f"{len(data)} bytes for {dtype} and shape {shape}")
        return np.frombuffer(data, dtype).reshape(shape)

    def get(self, names: list[str]) -> dict[str, Any]:
        """Values by name; what the server does not know is missing. Raises AwayError."""
        try:
            answer = json.loads(self._in_two("get", names))
        except ValueError:
            raise self._broken("values that are no JSON") from None
        if not isinstance(answer, dict):
            raise self._broken("values without names")
        return answer

    def set(self, values: dict[str, Any]) -> None:
        """Set values. Raises AwayError."""
        self._in_two("set", values)

    def do(self, action: str) -> None:
        """Have something done. Raises AwayError."""
        self._in_two("do", action)

    def _in_two(self, word: str, argument: Any) -> bytes:
        """The reply to the second half of a request; the first half is answered by "ok"."""
        reply = self._ask(word.encode())
        if reply != [OK]:
            raise self._broken(f"{word}: {reply[0][:60]!r}")
        return self._ask(json.dumps(argument).encode())[0]

    def _ask(self, request: bytes) -> list[bytes]:
        if self._socket is None:
            self._call()
        return self._converse(request)

    def _call(self) -> None:
        self._socket = sockets.make(self._context, zmq.DEALER, self._endpoint, MAX_ANSWER_BYTES)
        self._socket.connect(self._endpoint)
        self._converse(HARMLESS)

    def _converse(self, request: bytes) -> list[bytes]:
        assert self._socket is not None
        self._socket.send_multipart([b"", request], zmq.NOBLOCK)
        if not self._socket.poll(int(1000 * ANSWER_S)):
            raise self._broken("no answer")
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
