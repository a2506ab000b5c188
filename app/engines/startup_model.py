"""The model that `--model` names: found, checked and warmed up before anybody comes."""

from __future__ import annotations

from collections.abc import Mapping

import models
from app.engines.process_files import Stamp
from app.rooms import parameters
from app.rooms.description import describe
from models.contract import FieldModel
from models.parameters import ParameterError, check_all
from models.user_file import UserFileError, is_user_file, load


class UnfitError(Exception):
    """A model, or starting values, that nothing can be done with; the text says why."""

    def __init__(
        self, text: str, setting: str = "model", files: Mapping[str, Stamp] | None = None
    ) -> None:
        super().__init__(text)
        self.setting = setting
        """The option that has to be changed."""
        self.files = dict(files or {})
        """Those of which one may have to be changed, if it is a user's file that is unfit."""


def listed(model: str, params: Mapping[str, int]) -> str:
    """The name in the catalogue of what `--model` says; a user's file is loaded and listed.

    Raises UnfitError, also for `params` that the model does not take.
    """
    if is_user_file(model):
        try:
            found = load(model, params)
        except UserFileError as fault:
            raise UnfitError(str(fault)) from None
        models.add(found)
        model = next(iter(found))
    if model not in models.names():
        raise UnfitError(f"no model {model!r}; there are {', '.join(models.names())}")
    declared = parameters.declared(models.get(model))
    for name, value in params.items():
        try:
            check_all(declared, {name: value})
        except ParameterError as wrong:
            raise UnfitError(str(wrong).removeprefix(f"{name}: "), name) from None
    return model


def prepare(model: str, params: Mapping[str, int]) -> None:
    """Load what the first visitor would wait for: kernels, plans, rendered descriptions."""
    for name in models.names():
        describe(name, models.get(name))
    kind = models.get(model)
    own = {parameter.name for parameter in kind.parameters}
    first = kind({name: value for name, value in params.items() if name in own})
    first.step(1)
    if isinstance(first, FieldModel):
        for view in first.views:
            first.picture(view.name)
    for channel in first.channels:
        first.channel(channel)
