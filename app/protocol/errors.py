"""The exception for whatever is refused: a code of the web contract, and what is allowed."""

from __future__ import annotations

from app.protocol.messages import Error, ErrorCode, Id


class ContractError(Exception):
    """A message, request or visitor that is refused. Sessions answer it with `error`."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code

    def reply(self, request: Id) -> Error:
        """The `error` message that answers `request`."""
        return Error(id=request, code=self.code, message=str(self))
