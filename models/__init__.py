"""The catalogue: every exhibit by name, in the order in which visitors see them."""

from __future__ import annotations

from collections.abc import Mapping

from models.bec import BEC
from models.becbreather import BECBreather
from models.becflow import BECFlow
from models.becquantumfriction import BECQuantumFriction
from models.becsoliton import BECSoliton
from models.becvortexring import BECVortexRing
from models.becvortices import BECVortices
from models.cloud import Cloud
from models.contract import Model
from models.helloworld import HelloWorld
from models.numbers import Numbers
from models.persistentcurrents import PersistentCurrents
from models.quench import Quench
from models.soc1 import SOC1
from models.soc2 import SOC2
from models.turbulence import Turbulence
from models.wavetank import WaveTank

_EXHIBITS: dict[str, type[Model]] = {
    model.__name__: model
    for model in (
        BEC,
        BECVortices,
        BECFlow,
        BECVortexRing,
        BECSoliton,
        BECBreather,
        PersistentCurrents,
        BECQuantumFriction,
        SOC2,
        SOC1,
        Turbulence,
        Quench,
        WaveTank,
        HelloWorld,
        Cloud,
        Numbers,
    )
}


_FROM_USERS: set[str] = set()


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


def add(found: Mapping[str, type[Model]]) -> None:
    """List a user's models (see models.user_file) too; one of a listed name takes its place."""
    _EXHIBITS.update(found)
    _FROM_USERS.update(found)


def is_users(name: str) -> bool:
    """Is the exhibit of that name from a user's file?"""
    return name in _FROM_USERS
