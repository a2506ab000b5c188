"""How much memory this process may have, and has; what differs between systems stands here."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 2 * 1024**3
"""Of address space: what libraries map counts, used or not."""
EATEN_BYTES = 128 * 1024**2
"""A model that hangs and has taken so much since its last sign of life is eating memory."""


def limit() -> None:
    """Let whoever wants more than MAX_BYTES get MemoryError before the machine is in trouble."""
    # Not on Windows.
    with suppress(ImportError, ValueError, OSError):
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = MAX_BYTES if hard == resource.RLIM_INFINITY else min(MAX_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def used_bytes(pid: int) -> int:
    """The address space that a process of ours uses; 0 where that cannot be told."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_bytes().split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, AttributeError, IndexError):
        return 0
