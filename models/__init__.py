"""The catalogue: every exhibit by name, in the order in which visitors see them."""

from __future__ import annotations

from models.bec import BEC
from models.contract import Model

_EXHIBITS: dict[str, type[Model]] = {model.__name__: model for model in (BEC,)}


class UnknownModelError(KeyError):
    """No exhibit of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


def names() -> list[str]:
    """Names of all exhibits."""
    return list(_EXHIBITS)


def get(name: str) -> type[Model]:
    """The exhibit of that name. Raises UnknownModelError, which lists the known ones."""
    try:
        return _EXHIBITS[name]
    except KeyError:
        raise UnknownModelError(f"no model {name!r}; there are {', '.join(names())}") from None
