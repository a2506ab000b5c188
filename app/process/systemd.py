"""What systemd is told, where it listens: sd_notify(3), without its library. Stdlib only."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

READY = "READY=1"
ALIVE = "WATCHDOG=1"
"""Kept back for longer than the unit's WatchdogSec, systemd restarts everything."""
STOPPING = "STOPPING=1"


def notify(state: str) -> None:
    """Send `state` to systemd if it listens; never waits."""
    name = os.environ.get("NOTIFY_SOCKET")
    if not name:
        return
    address = f"\0{name[1:]}" if name.startswith("@") else name
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.sendto(state.encode(), address)
