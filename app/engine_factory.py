"""Where rooms are computed, as the settings say: here, in processes of their own, or elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import models
from app.engines.base import Engine
from app.engines.local import LocalEngine
from app.engines.mixed import MixedEngine
from app.engines.process import ProcessEngine
from app.engines.remote import RemoteEngine
from app.engines.startup_model import prepare
from app.settings.exhibit import Settings
from app.startup_checks import Fit
from app.transport.connection import Watch
from app.transport.event_loop import CallSoon


class EngineChoice(NamedTuple):
    """An engine, the model shown first, and what to do before the first visitor comes."""

    engine: Engine
    model: str
    prepare: Callable[[], None]
    """Slow; for a thread of its own."""


def choose_engine(settings: Settings, fit: Fit, watch: Watch, call_soon: CallSoon) -> EngineChoice:
    """The place for rooms of what `fit` found for `settings`."""
    local = LocalEngine(call_soon, settings.fps, settings.params, calls=settings.calls)
    if settings.remote is not None:
        remote = RemoteEngine(
            settings.remote,
            local,
            model=settings.model,
            params=settings.params,
            fallback=settings.fallback,
            keys=fit.keys,
            watch=watch,
            call_soon=call_soon,
        )

        def ready() -> None:
            if settings.fallback and fit.model in models.names():
                prepare(fit.model, settings.params)  # it may be needed at once
            remote.await_contact()

        return EngineChoice(remote, fit.model, ready)
    if fit.own is not None:
        processes = ProcessEngine(fit.own.task, fit.own.described, watch, call_soon)
        return EngineChoice(MixedEngine(processes, local), fit.model, lambda: None)
    return EngineChoice(local, fit.model, partial(prepare, fit.model, settings.params))
