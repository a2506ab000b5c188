"""Where rooms are computed, as the settings say: here, in processes of their own, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from app.compute.keys import Keys, for_client
from app.compute.task import Task
from app.engines.base import CallSoon, Engine
from app.engines.described import described
from app.engines.line import Watch
from app.engines.local import LocalEngine
from app.engines.mixed import MixedEngine
from app.engines.process import ProcessEngine
from app.engines.remote import RemoteEngine
from app.first_model import listed, prepare
from app.settings import Settings
from models.user_file import is_user_file


class Place(NamedTuple):
    """An engine, the model shown first, and what to do before the first visitor comes."""

    engine: Engine
    model: str
    prepare: Callable[[], None]
    """Slow; for a thread of its own."""


def choose(settings: Settings, watch: Watch, call_soon: CallSoon) -> Place:
    """The place for rooms. Raises UnfitError and KeyFileError."""
    local = LocalEngine(call_soon, settings.fps, settings.params)
    if settings.remote is not None:
        # Which models a compute server has is seen when it is there.
        remote = RemoteEngine(
            settings.remote,
            local,
            model=settings.model,
            params=settings.params,
            fallback=settings.fallback,
            keys=_keys(settings),
            watch=watch,
            call_soon=call_soon,
        )
        return Place(remote, settings.model, remote.meet)
    if is_user_file(settings.model):
        task = Task(file=settings.model, fps=settings.fps, params=settings.params)
        told = described(task)
        processes = ProcessEngine(task, told, watch, call_soon)
        return Place(MixedEngine(processes, local), next(iter(told.models)), lambda: None)
    model = listed(settings.model, settings.params)
    return Place(local, model, partial(prepare, model, settings.params))


def _keys(settings: Settings) -> Keys | None:
    """The keys for the compute server. Raises KeyFileError."""
    if settings.key is None:
        return None
    return for_client(settings.key, settings.server_key)
