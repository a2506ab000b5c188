"""The way to the fused step: does it fit a grid, and is its machine code there?

It is compiled once for a processor, which takes seconds, and kept on disk. Where that has been
done it is read at once. Otherwise a thread compiles it a little later, and until it is there
models go by the slower steps.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from models.numerics.cache import numba_cache_folder, rebuilt_if_broken, use_numba_cache
from models.numerics.fused.layout import Line, radices
from models.numerics.fused.processor import lanes, target

if TYPE_CHECKING:
    from models.numerics.fused.field import FusedField, Loops

log = logging.getLogger(__name__)

COMPILE_AFTER_S = 5.0

Plan = tuple[Line, Line]
"""Of the transforms along x and along y."""


@cache
def plan(shape: tuple[int, int]) -> Plan | None:
    """How the fused step goes about a grid of `shape`; None, and a line in the log, if it cannot.

    Each side has to be a multiple of the processor's lanes, without prime factors above 7.
    """
    reason = obstacle(shape)
    if reason is not None:
        _say(reason)
        return None
    x, y = (Line(n, radices(n) or ()) for n in shape)
    return x, y


def obstacle(shape: tuple[int, int]) -> str | None:
    """Why the fused step cannot do a grid of `shape`, if it cannot."""
    use_numba_cache()
    width = lanes()
    if not width:
        return "this processor has no AVX2 that numba knows of"
    if any(n % width or radices(n) is None for n in shape):
        return (
            f"the sides of a grid of {shape[0]} x {shape[1]} are not both multiples of {width}"
            " with no prime factor above 7"
        )
    return None


def field(plan: Plan) -> FusedField | None:
    """A field for the grid of `plan`, or None while a thread compiles: ask again."""
    if not _compiled.is_set() and not _stamp().exists():
        _compile_beside()
        return None
    loops = compiled()
    from models.numerics.fused.field import FusedField

    return FusedField(plan, loops)


def compiled() -> Loops:
    """The machine code; waits for it."""
    with _turn:
        return _loops()


@cache
def source_digest() -> str:
    """Of all that is compiled into the step: numba itself looks at one file only.

    A packaged program has no sources here; there numba looks at the whole program.
    """
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in [*sorted(folder.glob("*.py")), folder.parent / "compiled_step.py"]:
        if path.exists():
            digest.update(path.read_bytes())
    return digest.hexdigest()


_turn = threading.Lock()
_compiled = threading.Event()
_threads: list[threading.Thread] = []


@cache
def _loops() -> Loops:
    from models.numerics.fused.field import fill_blocks

    loops = rebuilt_if_broken(lambda: fill_blocks(source_digest()))
    _compiled.set()
    try:
        _stamp().parent.mkdir(parents=True, exist_ok=True)
        _stamp().touch()
    except OSError as error:
        log.info("the fused step's machine code cannot be kept: %s", error)
    return loops


def _compile_beside() -> None:
    if not _threads:
        # Numba compiles one thing at a time: first what a room cannot do without.
        thread = threading.Timer(COMPILE_AFTER_S, compiled)
        thread.daemon = True
        thread.name = "fused-step"
        _threads.append(thread)
        thread.start()


@cache
def _stamp() -> Path:
    """The file that says there is machine code of these sources for this processor."""
    key = hashlib.sha256("\n".join((source_digest(), *target())).encode())
    return numba_cache_folder() / f"fused-{key.hexdigest()[:16]}"


@cache
def _say(reason: str) -> None:
    log.info("%s: the fluid takes the slower steps", reason)
