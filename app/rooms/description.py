"""The description of a model for the web: its declarations and its rendered docstring."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from app.rooms import exposure, parameters
from app.rooms.builtins import ROOM_CHANNELS, room_actions
from models.contract import FieldModel, Model


@functools.cache
def describe(name: str, model: type[Model]) -> dict[str, Any]:
    """Make one entry of `GET /api/models`; `about` is HTML made from Markdown without raw HTML."""
    doc = inspect.getdoc(model) or ""
    field = issubclass(model, FieldModel)
    views = model.views if issubclass(model, FieldModel) else ()
    return {
        "name": name,
        "title": model.title or name,
        "summary": " ".join(doc.split("\n\n")[0].split()),
        "doc": doc,
        "about": _markdown().render(doc),
        "grid": field,
        "display": "field" if field else model.display,
        "parameters": [parameter.schema() for parameter in parameters.declared(model)],
        "actions": {
            **room_actions(model),
            **{name: action.help for name, action in model.actions.items()},
        },
        "tools": [
            {
                "name": name,
                "label": action.label,
                "help": action.help,
                "takes_place": action.takes_place,
                "args": [argument.schema() for argument in action.args],
            }
            for name, action in model.actions.items()
        ],
        "views": [
            {
                "name": view.name,
                "label": view.label,
                "unit": view.unit,
                "smooth": view.smooth,
                "cyclic": view.cyclic,
                "marks_vortices": view.marks_vortices,
            }
            for view in views
        ],
        "channels": {**ROOM_CHANNELS, **model.channels, **exposure.tracked(model)},
        "feed": [part.schema() for part in model.feed],
        "presets": [{"name": name, "params": model.preset(name)} for name in model.presets],
        "pictures": list(model.pictures),
        "exposed": exposure.listing(model),
    }


@functools.cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # A price is no equation: a dollar sign next to a digit outside of it, or to a space, is one.
    return parser.use(dollarmath_plugin, renderer=_equation, allow_digits=False, allow_space=False)


def _equation(latex: str, options: dict[str, Any]) -> str:
    return convert(latex, display="block" if options["display_mode"] else "inline")
