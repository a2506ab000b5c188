"""Signed tokens that outlive a connection, and the server itself: who a visitor is.

They are signed with a secret of the launch, which the supervisor keeps, so a server that was
killed and started again knows its visitors by the tokens they bring back.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from app.protocol.messages import Role, Visitor

RESUME_S = 24 * 3600
OPERATOR_S = 12 * 3600


class _Signer(TimestampSigner):
    """Tells how old tokens are by a clock that nobody sets; all processes of a machine share it."""

    def get_timestamp(self) -> int:
        """Seconds since a moment before the launch."""
        return int(time.monotonic())


class Identity:
    """Makes and reads the tokens of one launch."""

    def __init__(self, secret: str) -> None:
        self._resume = URLSafeTimedSerializer(secret, salt="resume", signer=_Signer)
        self._operator = URLSafeTimedSerializer(secret, salt="operator", signer=_Signer)

    def new(self, role: Role, name: str) -> Visitor:
        """Make a new visitor; the room gives them a colour, and a name if they have none."""
        return Visitor(id=1 + secrets.randbelow(2**32 - 1), name=name, colour="", role=role)

    def resume_token(self, visitor: Visitor) -> str:
        """Make the token with which `visitor` reconnects as the same visitor."""
        return _text(self._resume.dumps([visitor.id, visitor.name, visitor.colour, visitor.role]))

    def resumed(self, token: str) -> Visitor | None:
        """The visitor in a resume token, or None if it is not ours or too old."""
        fields = _read(self._resume, token, RESUME_S)
        if fields is None:
            return None
        number, name, colour, role = fields
        return Visitor(id=number, name=name, colour=colour, role=role)

    def operator_key(self) -> str:
        """What an operator's HTTP requests carry."""
        return _text(self._operator.dumps("operator"))

    def is_operator(self, authorization: str) -> bool:
        """Does an Authorization header hold a valid operator key?"""
        scheme, _, key = authorization.partition(" ")
        known = _read(self._operator, key, OPERATOR_S)
        return scheme.lower() == "bearer" and known == "operator"


def _read(serializer: URLSafeTimedSerializer, token: str, max_age_s: int) -> Any:
    try:
        return serializer.loads(token, max_age=max_age_s)
    except BadSignature:
        return None


def _text(token: str | bytes) -> str:
    return token if isinstance(token, str) else token.decode()
