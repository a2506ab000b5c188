"""A program outside that posts states, by HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.support.exhibit import Exhibit, wait_until

ANNOUNCEMENT = "Feeds post with the token "


class Answer(NamedTuple):
    """What came of a post."""

    status: int
    text: str

    @property
    def state(self) -> Any:
        """The state that is shown."""
        return json.loads(self.text)["state"]


def token_of(exhibit: Exhibit) -> str:
    """The token that it was started with, as it tells the operator."""

    def told() -> list[str]:
        return [line for line in exhibit.lines if line.startswith(ANNOUNCEMENT)]

    (line,) = wait_until(told, "the token is told")
    return str(line).removeprefix(ANNOUNCEMENT)


def post(
    exhibit: Exhibit,
    state: Any,
    *,
    room: str = "Cloud",
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Post `state` (bytes: as they are); without `token`, with the right one."""
    body = state if isinstance(state, bytes) else json.dumps(state).encode()
    bearer = {"Authorization": f"Bearer {token or token_of(exhibit)}"}
    connection = http.client.HTTPConnection("127.0.0.1", exhibit.port, timeout=10)
    try:
        connection.request("POST", f"/api/rooms/{room}/feed", body, headers or bearer)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode())
    finally:
        connection.close()
