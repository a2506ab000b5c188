"""One exhibit for each port and user: a second start finds the first and leaves it alone.

The operating system holds the lock while the supervisor lives, and lets go of it however that
ends; the file behind it is empty and stays. `--port 0` asks for an exhibit beside others, and locks
nothing.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from app.paths import state_dir


class RunsAlreadyError(Exception):
    """This user has an exhibit on that port; the text is one line that says where."""


@contextmanager
def only_one(port: int) -> Iterator[None]:
    """Be this user's only exhibit on `port`. Raises RunsAlreadyError.

    Where the lock's file cannot be made there is none, and the port alone keeps a second one out.
    """
    file = _open(port)
    if file is None:
        yield
        return
    with file:
        try:
            _lock(file)
        except OSError:
            raise RunsAlreadyError(
                f"Vortarium runs already, at http://127.0.0.1:{port}/ "
                "(--port with another number starts one more, 0 on any free port)"
            ) from None
        yield


def _open(port: int) -> BinaryIO | None:
    if port == 0:
        return None
    # Homes may be shared between machines; ports are not.
    path = state_dir() / f"exhibit-{platform.node()}-{port}.lock"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.open("ab")
    except OSError:
        return None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        """Lock the first byte, which need not exist; OSError if another process has it."""
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        """Lock the file; OSError if another process has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
