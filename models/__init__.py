"""The catalogue: every exhibit by name, in the order in which visitors see them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module

from models.contract import Model
from models.exhibits.bec import BEC
from models.exhibits.bec_breather import BECBreather
from models.exhibits.bec_flow import BECFlow
from models.exhibits.bec_quantum_friction import BECQuantumFriction
from models.exhibits.bec_soliton import BECSoliton
from models.exhibits.bec_vortex_ring import BECVortexRing
from models.exhibits.bec_vortices import BECVortices
from models.exhibits.cloud import Cloud
from models.exhibits.hello_world import HelloWorld
from models.exhibits.numbers import Numbers
from models.exhibits.persistent_currents import PersistentCurrents
from models.exhibits.quench import Quench
from models.exhibits.soc1 import SOC1
from models.exhibits.soc2 import SOC2
from models.exhibits.turbulence import Turbulence
from models.exhibits.wave_tank import WaveTank

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


_FORMER_MODULES = {
    "bec": "bec",
    "becbreather": "bec_breather",
    "becflow": "bec_flow",
    "becquantumfriction": "bec_quantum_friction",
    "becsoliton": "bec_soliton",
    "becvortexring": "bec_vortex_ring",
    "becvortices": "bec_vortices",
    "cloud": "cloud",
    "helloworld": "hello_world",
    "numbers": "numbers",
    "persistentcurrents": "persistent_currents",
    "quench": "quench",
    "soc1": "soc1",
    "soc2": "soc2",
    "spin_orbit": "spin_orbit",
    "turbulence": "turbulence",
    "wavetank": "wave_tank",
}
"""Where users' files may still look for exhibits (`from models.bec import BEC`)."""

for _former, _module in _FORMER_MODULES.items():
    sys.modules[f"{__name__}.{_former}"] = import_module(f"{__name__}.exhibits.{_module}")

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
