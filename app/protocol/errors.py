"""Why a compute server does not do what it is asked."""

from __future__ import annotations

from app.protocol.messages import ErrorCode


class RefusedError(Exception):
    """A message that cannot be done; `code` is the web contract's."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
