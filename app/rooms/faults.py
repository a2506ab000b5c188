"""Exceptions from a model's own code: where they were raised, and how they are reported."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from app.protocol.commands import Command
from app.protocol.messages import Error, ErrorCode, Rpc, Set
from app.rooms.presence import Emit

log = logging.getLogger(__name__)

MAX_FAULT_CHARS = 300
MAX_TRACE_CHARS = 4000


def answered(emit: Emit, visitor: int, message: Command, fault: Exception, users: bool) -> bool:
    """Report to `visitor` that `message` failed; True if the model can continue.

    A user's model whose `set` raises refuses a value and continues; after every other fault the
    model may be inconsistent.
    """
    refused = users and isinstance(message, Set)
    code: ErrorCode = "bad_value" if refused else "failed"
    if not isinstance(message, Rpc):  # app.rooms.calls has answered those
        emit(Error(id=message.id, code=code, message=what(fault)), visitor)
    if refused:
        log.warning("a value was refused: %s", where(fault))
    return refused


def what(fault: BaseException) -> str:
    """Format kind and text in one line."""
    return f"{type(fault).__name__}: {fault}".replace("\n", " ")[:MAX_FAULT_CHARS]


def where(fault: BaseException) -> str:
    """Format file and line of the innermost call and the fault, in one line."""
    last = next(reversed(traceback.extract_tb(fault.__traceback__)), None)
    place = f"{Path(last.filename).name}, line {last.lineno}: " if last else ""
    return place + what(fault)


def trace(fault: BaseException) -> str:
    """Format the end of the whole traceback."""
    return "".join(traceback.format_exception(fault))[-MAX_TRACE_CHARS:]
