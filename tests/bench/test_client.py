"""The light guest speaks WebSocket as a full implementation understands it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, TextMessage

from app.bench.client import BINARY, TEXT, Splitter, masked
from app.web.http.websocket import framed

SIZES = (0, 1, 125, 126, 65535, 65536, 70000)


@settings(max_examples=20)
@given(st.permutations(SIZES), st.integers(1000, 80_000))
def test_frames_are_cut_out_wherever_reads_end(sizes: list[int], read: int) -> None:
    sent = [(BINARY, bytes([k]) * size) for k, size in enumerate(sizes)]
    stream = b"".join(framed(opcode, payload) for opcode, payload in sent)
    splitter = Splitter()
    got = [
        frame
        for at in range(0, len(stream), read)
        for frame in splitter.feed(stream[at : at + read])
    ]
    assert got == sent


def test_a_frame_may_come_byte_by_byte() -> None:
    stream = framed(TEXT, b"first") + framed(BINARY, b"x" * 200)
    splitter = Splitter()
    got = [frame for byte in stream for frame in splitter.feed(bytes([byte]))]
    assert got == [(TEXT, b"first"), (BINARY, b"x" * 200)]


@given(st.text(max_size=300))
def test_what_it_says_is_understood(text: str) -> None:
    server = Connection(ConnectionType.SERVER)
    server.receive_data(masked(TEXT, text.encode()))
    said = [event.data for event in server.events() if isinstance(event, TextMessage)]
    assert "".join(said) == text


def test_long_payloads_are_masked_too() -> None:
    payload = bytes(range(256)) * 255
    server = Connection(ConnectionType.SERVER)
    server.receive_data(masked(BINARY, payload))
    said = [event.data for event in server.events() if isinstance(event, BytesMessage)]
    assert b"".join(said) == payload
