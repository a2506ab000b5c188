"""A start with --reload waits until a user's file can be used."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from app.engines.process_files import stamps
from app.engines.process_reload import POLL_S
from app.engines.startup_model import UnfitError

Found = TypeVar("Found")


def once_mended(check: Callable[[], Found], reload: bool, over: threading.Event) -> Found | None:
    """What `check` returns, once it does: until then what is wrong is told at each change.

    None if all is over before. Raises UnfitError for what is not the file's fault, or without
    `reload`.
    """
    told = ""
    while True:
        try:
            return check()
        except UnfitError as fault:
            if not (reload and fault.files):
                raise
            if str(fault) != told:
                told = str(fault)
                sys.stderr.write(f"vortarium: {told}; waiting until that is mended\n")
            files = fault.files
        while stamps(files) == files:
            if over.wait(POLL_S):
                return None
