"""What a room's objects expose, with Python's own syntax: `room.model.cooling = 0.01`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from app.client.requests import Requests
from app.protocol.messages import Reply, Rpc

ANY = "*"
"""Ends a name in the listing where visitors make the names themselves."""

Listing = Sequence[Mapping[str, Any]]
"""`exposed` of the room's model: name and ops."""


class Exposed:
    """One object, or one part of it; `dir` names what it exposes.

    `thing.name` is a function if it can be called, else the value now; `thing["name"]` is always
    the value. Both can be assigned to and deleted where the room lets one. Raises AttributeError
    for what is not exposed, and else what `Requests.ask` does: RoomError `not_exposed`,
    `bad_value`, `out_of_range`, `forbidden`, `too_late` (it could not start in time), `failed`.
    """

    __slots__ = ("_listing", "_name", "_requests")

    def __init__(self, name: str, requests: Requests, listing: Callable[[], Listing]) -> None:
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_requests", requests)
        object.__setattr__(self, "_listing", listing)

    def __getattr__(self, name: str) -> Any:
        # Notebooks look for names of their own in whatever they show.
        ops = set() if name.startswith("_") else self._ops(name)
        if "call" in ops:
            return lambda *args, **kwargs: self._rpc("call", name, args, kwargs)
        if "get" in ops:
            return self[name]
        if name in dir(self):
            return Exposed(f"{self._name}.{name}", self._requests, self._listing)
        known = ", ".join(dir(self))
        raise AttributeError(f"{self._name} exposes no {name!r}; there are {known}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __getitem__(self, name: str) -> Any:
        return self._rpc("get", name)

    def __setitem__(self, name: str, value: Any) -> None:
        self._rpc("set", name, (value,))

    def __delitem__(self, name: str) -> None:
        self._rpc("delete", name)

    def __dir__(self) -> list[str]:
        start = f"{self._name}."
        names = {
            entry["name"].removeprefix(start).partition(".")[0]
            for entry in self._listing()
            if entry["name"].startswith(start)
        }
        return sorted(names - {ANY})

    def __repr__(self) -> str:
        return f"<{self._name}: {', '.join(dir(self))}>"

    def _ops(self, name: str) -> set[str]:
        found: dict[str, set[str]] = {}
        for entry in self._listing():
            found.setdefault(entry["name"], set()).update(entry["ops"])
        exact = found.get(f"{self._name}.{name}")
        return found.get(f"{self._name}.{ANY}", set()) if exact is None else exact

    def _rpc(
        self,
        op: Literal["get", "set", "call", "delete"],
        name: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        target = f"{self._name}.{name}"
        reply = self._requests.ask(
            Rpc(op=op, target=target, args=list(args), kwargs=dict(kwargs or {}))
        )
        assert isinstance(reply, Reply)
        return reply.value
