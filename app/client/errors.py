"""The exception for a request that a room refuses."""

from __future__ import annotations

from app.protocol.messages import Error, ErrorCode


class RoomError(Exception):
    """The room refuses: `code` is one of the web contract's, the text says what is allowed."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code

    @classmethod
    def of(cls, error: Error) -> RoomError:
        """The exception for an `error` message."""
        return cls(error.code, error.message)

    def __str__(self) -> str:
        return f"{self.code}: {super().__str__()}"
