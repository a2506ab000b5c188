"""Whether settings fit what there is: models, a user's file, keys, pages. All starts go through it.

`main.py config` goes through it as well, so that it refuses what a start would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import models
from app.engines.process_describe import Described, described
from app.engines.process_files import Stamp
from app.engines.process_task import Task
from app.engines.startup_model import UnfitError, listed
from app.settings.compute import ComputeSettings
from app.settings.exhibit import Settings
from app.settings.site_options import LANDING
from app.transport.keys import KeyFileError, Keys, for_client, read
from models.user_file import is_user_file


class OwnFile(NamedTuple):
    """A user's file: what its processes are to do, and what is in it."""

    task: Task
    described: Described


class Fit(NamedTuple):
    """What the settings name, found and checked."""

    model: str
    """Shown first. What a compute server elsewhere has is seen when it is there."""
    own: OwnFile | None
    keys: Keys | None


def check_exhibit(settings: Settings) -> Fit:
    """What an exhibit needs. Raises UnfitError, which says where the setting stands."""
    keys = _keys(settings.key, settings.server_key, settings.places)
    if settings.remote is None:
        fit = _with_model(settings, keys)
    elif is_user_file(settings.model):
        text = "a file of your own is given to the compute server, not to the exhibit"
        raise _unfit(settings.places, "model", text)
    else:
        fit = Fit(settings.model, None, keys)
    _check_home(settings, fit)
    return fit


def check_compute(settings: ComputeSettings) -> Fit:
    """What a compute server needs. Raises UnfitError, which says where the setting stands."""
    try:
        keys = read(settings.key) if settings.key else None
    except KeyFileError as fault:
        raise _unfit(settings.places, "key", str(fault)) from None
    return _with_model(settings, keys)


def _with_model(settings: Settings | ComputeSettings, keys: Keys | None) -> Fit:
    try:
        if not is_user_file(settings.model):
            return Fit(listed(settings.model, settings.params), None, keys)
        task = Task(
            file=settings.model,
            fps=settings.fps,
            params=settings.params,
            calls=settings.calls,
            log_level=settings.log_level,
            reload=settings.reload,
        )
        found = described(task)
        return Fit(next(iter(found.models)), OwnFile(task, found), keys)
    except UnfitError as fault:
        raise _unfit(settings.places, fault.setting, str(fault), fault.files) from None


def _keys(key: str | None, server_key: str | None, places: Mapping[str, str]) -> Keys | None:
    if key is None:
        return None
    guilty = "key"
    try:
        read(key)
        guilty = "key" if server_key is None else "server-key"
        return for_client(key, server_key)
    except KeyFileError as fault:
        raise _unfit(places, guilty, str(fault)) from None


def _check_home(settings: Settings, fit: Fit) -> None:
    first, _, rest = settings.home.partition("/")
    if settings.home == LANDING:
        return
    if first == "static":
        from app.web.routes.static_pages import page  # with a web server only

        name, _, path = rest.partition("/")
        if name not in settings.static:
            there = ", ".join(settings.static) or "none"
            raise _unfit(settings.places, "home", f"no --static folder {name!r}; there are {there}")
        if page(Path(settings.static[name]), path) is None:
            raise _unfit(settings.places, "home", f"{settings.static[name]} has no page {path!r}")
    elif settings.remote is None:
        known = [*(fit.own.described.models if fit.own else ()), *models.names()]
        if first not in known:
            raise _unfit(
                settings.places, "home", f"no exhibit {first!r}; there are {', '.join(known)}"
            )


def _unfit(
    places: Mapping[str, str], setting: str, text: str, files: Mapping[str, Stamp] | None = None
) -> UnfitError:
    """The same fault, with the place of the setting before it."""
    place = places.get(setting)
    return UnfitError(f"{place}: {text}" if place else text, setting, files)
