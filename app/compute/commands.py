"""What super_hydro's clients may ask for, derived from a model's declared parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from app.rooms.builtins import ROOM_ACTIONS

ACTIONS = {
    "pause": ROOM_ACTIONS["pause"],
    "quit": "End the server, if that is allowed.",
    "reset": ROOM_ACTIONS["reset"],
    "reset_tracers": ROOM_ACTIONS["reset_tracers"],
    "start": ROOM_ACTIONS["start"],
}
ARRAYS = {
    "density": "The density, shape (Nx, Ny).",
    "tracers": "Where tracers are, as grid indices, shape (2, N).",
}
ABOUT_ALL = {
    "Nxy": "The shape of the density.",
    "available_commands": "This list.",
    "layout": "Widgets for the parameters.",
}
SIZES = {"Nx": "The grid's points along x.", "Ny": "The grid's points along y."}
FINGER = {
    "finger_x": "Where the finger is, as a fraction of the box.",
    "finger_y": "Where the finger is, as a fraction of the box.",
    "finger_Vxy": "Where the finger's potential is, as fractions of the box.",
}


class LegacyFinger(NamedTuple):
    """Where a client has put its finger, in fractions of the box, y up."""

    x: float
    y: float


def available(about: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """`available_commands` for the model that `about` describes."""
    own = {parameter["name"]: parameter["help"] for parameter in about["parameters"]}
    return {
        "do": dict(ACTIONS),
        "get": {**ABOUT_ALL, **(SIZES if about["grid"] else {}), **FINGER, **own},
        "set": {**FINGER, **own},
        "get_array": dict(ARRAYS),
    }


def answers(
    report: Mapping[str, Any], shape: list[int], visitor: int, finger: LegacyFinger
) -> dict[str, Any]:
    """All that `get` knows of a room (see Room.report), for a client that is `visitor`."""
    marks = [mark for mark in report["fingers"] if mark["visitor"] == visitor]
    at = marks[0]["potential"] if marks else finger
    place = {"finger_x": finger.x, "finger_y": finger.y, "finger_Vxy": list(at)}
    sizes = dict(zip(("Nx", "Ny"), shape, strict=False))
    return {"Nxy": shape, **sizes, **place, **report["params"]}


def layout(about: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Widgets as super_hydro writes them: constructors with keywords in alphabetical order."""
    widgets = [_widget(parameter, values[parameter["name"]]) for parameter in about["parameters"]]
    if about["grid"]:
        x, y = values["finger_x"], values["finger_y"]
        across = f"FloatSlider(value={x!r}, max=1.0, name='finger_x', readout=False, step=0.01)"
        up = f"FloatSlider(value={y!r}, max=1.0, name='finger_y', orientation='vertical', "
        up += "readout=False, step=0.01)"
        widgets += [across, f"HBox(children=(Canvas(name='density'), {up}))"]
    return f"VBox(children=({', '.join(widgets)},))"


def _widget(parameter: Mapping[str, Any], value: Any) -> str:
    name, label, kind = parameter["name"], parameter["label"], parameter["kind"]
    head = f"value={value!r}, description={label!r}"
    if kind == "bool":
        return f"Checkbox({head}, name={name!r})"
    if kind == "choice":
        return f"Dropdown({head}, name={name!r}, options={tuple(parameter['options'])!r})"
    low, high, step = parameter["low"], parameter["high"], parameter["step"]
    widget = "IntSlider" if kind == "int" else "FloatSlider"
    if kind == "float" and parameter["scale"] == "log":
        widget, low, high, step = "FloatLogSlider", math.log10(low), math.log10(high), 0.2
    return f"{widget}({head}, max={high!r}, min={low!r}, name={name!r}, step={step!r})"
