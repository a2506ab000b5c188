"""Requests to a room's objects: looked up, checked, run where they belong, and answered."""

from __future__ import annotations

import logging
import time

from app.protocol.errors import ContractError
from app.protocol.messages import Error, Id, Reply, Rpc, Visitor
from app.rooms.call_threads import CallDeadline, CallLimits, CallThreads
from app.rooms.checks import check_size
from app.rooms.exposure import ANY, ExposedItem, Host, Request, table
from app.rooms.faults import trace, what
from app.rooms.json_values import NotJsonError, to_json
from app.rooms.presence import Emit
from app.rooms.rates import Rate
from models.contract import ActionError, Model
from models.parameters import ParameterError

log = logging.getLogger(__name__)

MAX_SHARE = 0.25
"""The share of the room's time that calls may take; the rest is the model's."""
MICROSECONDS = 1e6
MAX_TRACE_CHARS = 2000


class Calls:
    """Serves one room's visitors, in the room's thread except for `slow` and `locked` calls."""

    def __init__(
        self, model: type[Model], host: Host, emit: Emit, emit_later: Emit, limits: CallLimits
    ) -> None:
        """`emit_later` is like `emit`, and may be called in any thread."""
        self.limits = limits
        self._table = table(model)
        self._host = host
        self._emit = emit
        self._emit_later = emit_later
        self._taken_us = Rate()
        self._slow = CallThreads("slow calls", limits.slow_threads)
        self._locked = CallThreads("locked calls", 1)

    def serve(self, visitor: Visitor, message: Rpc, deadline: CallDeadline | None) -> None:
        """Run the request and answer it, now or later, or refuse it.

        Without a `deadline`, one that begins now is used.

        Raises ContractError, and what the request raises if the model may be inconsistent then.
        """
        deadline = deadline or CallDeadline(visitor.id, message.id, self.limits.start_s)
        entry, word = self._find(message)
        if entry.manner.operator and visitor.role != "operator":
            raise ContractError("forbidden", f"{message.target} is for operators")
        check_size(message.args, message.kwargs)
        request = Request(self._host, visitor.id, message.args, message.kwargs, word)
        if entry.manner.slow or entry.manner.locked:
            self._send_aside(visitor, message, entry, request, deadline)
            return
        if not deadline.claim():
            return
        if deadline.overdue:
            self._emit(deadline.refusal(), visitor.id)
            return
        if self._taken_us.per_s() > MAX_SHARE * MICROSECONDS:
            raise ContractError(
                "too_fast", "calls take too much of the room's time; try again in 1 s"
            )
        began = time.perf_counter()
        try:
            answer = self._answer(visitor, message, entry, request)
        finally:
            self._taken_us.add(int((time.perf_counter() - began) * MICROSECONDS))
        self._emit(answer, visitor.id)

    def close(self) -> None:
        """End the call threads; no more calls may come."""
        self._slow.close()
        self._locked.close()

    def _find(self, message: Rpc) -> tuple[ExposedItem, str]:
        """Look up the entry and the name's last word. Raises ContractError."""
        above, _, word = message.target.rpartition(".")
        entry = self._table.get((message.op, message.target))
        if entry is None and word != ANY:
            entry = self._table.get((message.op, f"{above}.{ANY}"))
        if entry is None:
            raise ContractError(
                "not_exposed", f"{message.op} {message.target!r} is not exposed"[:200]
            )
        return entry, word

    def _send_aside(
        self,
        visitor: Visitor,
        message: Rpc,
        entry: ExposedItem,
        request: Request,
        deadline: CallDeadline,
    ) -> None:
        def job() -> None:
            if not deadline.claim():
                return
            answer: Reply | Error = deadline.refusal()
            if not deadline.overdue:
                answer = self._answer(visitor, message, entry, request)
            self._emit_later(answer, visitor.id)

        threads = self._locked if entry.manner.locked else self._slow
        if not threads.put(job):
            raise ContractError("busy", "too many calls are waiting; try again in a moment")

    def _answer(
        self, visitor: Visitor, message: Rpc, entry: ExposedItem, request: Request
    ) -> Reply | Error:
        try:
            return Reply(id=message.id, value=to_json(entry.run(request)))
        except ParameterError as wrong:
            return Error(id=message.id, code=wrong.code, message=str(wrong))
        except NotJsonError as wrong:
            text = f"{message.target} returned a value that cannot be sent: {wrong}"
            return Error(id=message.id, code="failed", message=text)
        except Exception as fault:
            if not entry.breaks:
                return self._failure(visitor, message.id, message.target, fault)
            if not isinstance(fault, ActionError):
                self._emit(self._failure(visitor, message.id, message.target, fault), visitor.id)
            raise

    def _failure(self, visitor: Visitor, request: Id, target: str, fault: Exception) -> Error:
        log.warning("%s failed: %r", target, fault)
        text = f"{target} failed: {what(fault)}"
        if visitor.role == "operator":
            text = trace(fault)
        return Error(id=request, code="failed", message=text)
