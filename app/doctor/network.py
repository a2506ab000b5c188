"""Checks of what connects the exhibit: its port, the local network, the compute server."""

from __future__ import annotations

import json
import socket
import time
import urllib.error
import urllib.request
from ipaddress import ip_address
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import msgspec
import zmq

from app import __version__
from app.doctor.finding import Finding, note, ok, trouble
from app.protocol.compute import (
    DEFLATE,
    MAX_ANSWER_BYTES,
    TAG,
    UNKNOWN,
    Greeting,
    WireError,
    from_server,
    inflate,
    pack,
)
from app.protocol.messages import PROTOCOL, Ping
from app.settings.exhibit import Settings
from app.transport import sockets
from app.transport.keys import KeyFileError, Keys, for_client
from app.web.http.addresses import in_url, own_addresses
from app.web.http.handler import listeners

ASK_S = 3.0
ASK_MS = 3000
MAX_HEALTH_BYTES = 1_000_000
PINGS = 5
SLOW_MS = 30.0
"""From here on, a finger's way to the compute server and back is felt."""


def port(settings: Settings) -> Finding:
    """Is the port free, and if not, whose is it?"""
    if settings.port == 0:
        return ok("a free one will be taken")
    try:
        for one in listeners(settings.address, settings.port):
            one.close()
    except OSError as fault:
        health = _health(settings)
        if health is not None:
            return note(
                f"an exhibit (version {health['version']}) runs at {settings.port} already",
                "A second start finds it and ends; --port with another number starts one more.",
            )
        return trouble(
            f"{settings.port} cannot be used: {fault.strerror}",
            "End the program that has it, or choose another with --port.",
        )
    return ok(f"{settings.port} is free")


def _health(settings: Settings) -> dict[str, Any] | None:
    """What one of ours answers there."""
    url = f"http://127.0.0.1:{settings.port}{settings.base_path}/healthz"
    try:
        with urllib.request.urlopen(url, timeout=ASK_S) as answer:
            health = json.loads(answer.read(MAX_HEALTH_BYTES))
    except (OSError, ValueError, urllib.error.URLError):
        return None
    return health if isinstance(health, dict) and {"version", "rooms"} <= set(health) else None


def lan(settings: Settings) -> Finding:
    """At which address do guests find the exhibit?"""
    addresses = own_addresses()
    if not addresses:
        if settings.lan:
            return trouble(
                "this computer is on no network", "Plug in a cable or join a wireless network."
            )
        return ok("not asked for (--lan), and there is no network")
    if not settings.lan:
        return ok(f"not asked for (--lan); this computer's address is {' or '.join(addresses)}")
    if not ip_address(settings.address).is_unspecified:
        addresses = [settings.address]
    port = settings.port or "PORT"
    pages = [f"http://{in_url(one)}:{port}{settings.base_path}/" for one in addresses]
    others = f"; others of its addresses: {', '.join(pages[1:])}" if pages[1:] else ""
    return ok(
        f"guests type {pages[0]} or scan the code on the screen{others}",
        f"If that fails: let port {port} through this computer's firewall, and have the wireless "
        "network let its guests reach one another.",
    )


def remote(settings: Settings) -> Finding:
    """Does the compute server answer, and how fast?"""
    if settings.remote is None:
        return ok("not asked for (--remote)")
    place = urlsplit(settings.remote)
    start_it = "Start `main.py compute` there, and let its port through its firewall."
    try:
        keys = None if settings.key is None else for_client(settings.key, settings.server_key)
        socket.create_connection((place.hostname or "", place.port or 0), ASK_S).close()
    except KeyFileError as fault:
        return trouble(str(fault), "Copy the key file that `main.py keys` made for this exhibit.")
    except OSError as fault:
        why = fault.strerror or str(fault)
        return trouble(f"nobody answers at {settings.remote}: {why}", start_it)
    return _greet(settings.remote, keys)


def _greet(endpoint: str, keys: Keys | None) -> Finding:
    """Greet who listens at `endpoint`, and measure some pings."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    line = sockets.make(context, zmq.DEALER, endpoint, MAX_ANSWER_BYTES)
    try:
        if keys is not None:
            line.setsockopt(zmq.CURVE_PUBLICKEY, keys.public)
            line.setsockopt(zmq.CURVE_SECRETKEY, keys.secret)
            line.setsockopt(zmq.CURVE_SERVERKEY, keys.peers[0])
        line.connect(endpoint)
        line.send_multipart([b"", DEFLATE])
        if not line.poll(ASK_MS):
            return trouble(
                f"somebody listens at {endpoint}, and does not answer",
                "Give the key that the server knows (--key), or none if it has none; or another "
                "program has that port.",
            )
        body = line.recv_multipart()[-1]
        if body == UNKNOWN:
            return ok(f"super_hydro's server at {endpoint}")
        greeting, _ = from_server(inflate(body, MAX_ANSWER_BYTES))
        if not isinstance(greeting, Greeting) or greeting.protocol != PROTOCOL:
            return trouble(
                f"{endpoint} speaks another version", "Install the same version on both."
            )
        return _judge(endpoint, greeting.version, _round_trips_ms(line))
    except (WireError, msgspec.MsgspecError, zmq.ZMQError) as fault:
        return trouble(
            f"{endpoint} answers what no compute server would: {fault}", "Is that the right port?"
        )
    finally:
        line.close()
        context.term()


def _round_trips_ms(line: zmq.Socket[bytes]) -> list[float]:
    trips = []
    for _ in range(PINGS):
        sent = time.perf_counter()
        line.send_multipart([TAG, pack(Ping(t=sent))])
        if not line.poll(ASK_MS):
            break
        line.recv_multipart()
        trips.append(1000 * (time.perf_counter() - sent))
    return trips


def _judge(endpoint: str, version: str, trips_ms: list[float]) -> Finding:
    if not trips_ms:
        return trouble(f"{endpoint} greets, and answers no more", "Look at its log.")
    said = f"version {version} at {endpoint}, {median(trips_ms):.1f} ms there and back"
    if version != __version__:
        return note(f"{said}; this is {__version__}", "Install the same version on both.")
    if median(trips_ms) > SLOW_MS:
        return note(said, "Fingers will lag: use a cable, or a server that is nearer.")
    return ok(said)
