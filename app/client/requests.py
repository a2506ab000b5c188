"""What a program wants from its room: checked, paced, sent by the link's thread, and answered."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import cast
from zipfile import BadZipFile

import msgspec
import numpy as np

from app.client.conversation import ClientRequest, Conversation, Link
from app.client.errors import RoomError
from app.client.link_thread import LinkThread
from app.protocol.compute import FromServer
from app.protocol.messages import MessageError, decode
from app.rooms.snapshot import Arrays, SnapshotError, unpacked
from app.transport.token_bucket import Bucket

MESSAGES_PER_S = 200.0
"""Half of what an exhibit takes: a program that wants more waits, and is not thrown out."""


def _plain(value: object) -> object:
    """NumPy's numbers and arrays as Python's, which alone can be sent."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r} cannot be sent"[:200])


_encoder = msgspec.json.Encoder(enc_hook=_plain)


class Requests:
    """For every thread of the program."""

    def __init__(self, conversation: Conversation, thread: LinkThread, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._conversation = conversation
        self._thread = thread
        self._rate = Bucket(MESSAGES_PER_S, MESSAGES_PER_S)
        self._pacing = threading.Lock()

    def send(self, message: ClientRequest) -> None:
        """Send what is answered by an error at most, which goes to the log.

        Raises RoomError `bad_message`, TypeError, and ConnectionError.
        """
        checked = self._prepare(message)
        self._thread.call(lambda link: self._send(checked, link))

    def ask(self, message: ClientRequest) -> FromServer:
        """Send a request, and return the reply that bears its id.

        Raises as `send` does, TimeoutError, and RoomError if the reply is `error`.
        """
        checked = self._prepare(message)
        number, reply = self._conversation.new_request()
        checked.id = number
        self._thread.call(lambda link: self._send(checked, link))
        try:
            return reply.result(self.timeout_s)
        except TimeoutError:
            kind = message.__struct_config__.tag
            raise TimeoutError(f"no answer to {kind} came within {self.timeout_s:g} s") from None
        finally:
            self._conversation.forget(number)

    def snapshot(self, timeout_s: float) -> Arrays:
        """Arrays of one instant. Raises ConnectionError, TimeoutError, and RoomError `failed`."""
        self._conversation.wait_here(self.timeout_s)
        made: Future[bytes | SnapshotError] = Future()
        self._thread.call(lambda link: link.ask_snapshot(made.set_result))
        try:
            data = made.result(timeout_s)
        except TimeoutError:
            raise TimeoutError(f"no snapshot came within {timeout_s:g} s") from None
        if isinstance(data, SnapshotError):
            raise RoomError("failed", str(data))
        try:
            return unpacked(data)
        except (ValueError, OSError, BadZipFile) as fault:
            raise RoomError("failed", f"what came is no snapshot: {fault}") from None

    def _prepare(self, message: ClientRequest) -> ClientRequest:
        """`message` as a server reads it, once it may be sent."""
        try:
            checked = cast(ClientRequest, decode(_encoder.encode(message)))
        except MessageError as wrong:
            raise RoomError.of(wrong.reply) from None
        with self._pacing:
            wait_s = self._rate.wait_s(1)
            self._rate.spend(1)
        time.sleep(wait_s)
        self._conversation.wait_here(self.timeout_s)
        return checked

    def _send(self, message: ClientRequest, link: Link) -> None:
        if not link.send(message) and isinstance(message.id, int):
            self._conversation.unsent(message.id)
