"""super_hydro's `layout`, a text of nested widget constructors, as declared parameters.

It is read as an expression and never evaluated: only calls, keywords and constants matter.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from models.parameters import Float, Integer, Parameter, Toggle

# What a widget is if its constructor does not say (ipywidgets' own defaults).
RANGES = {
    "FloatSlider": (0.0, 10.0, 0.1),
    "FloatLogSlider": (0.0, 4.0, 0.1),
    "IntSlider": (0, 100, 1),
}
SWITCHES = ("Checkbox", "ToggleButton")
CONTAINERS = ("Accordion", "Box", "GridBox", "HBox", "Tab", "VBox")
FINGER = ("finger_x", "finger_y")
"""Sliders that stand for a finger, which here is one."""
MAX_WIDGETS = 200
MAX_CHARS = 100
MAX_DECADE = 300.0


class Widget(NamedTuple):
    """One constructor: its class, its `name`, and its constant keywords."""

    kind: str
    name: str
    keywords: Mapping[str, Any]


class Layout:
    """What can be learned from a layout; from one that cannot be read, nothing."""

    def __init__(self, text: str) -> None:
        try:
            tree: ast.Expression | None = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            tree = None
        found = [] if tree is None else _widgets(tree)[:MAX_WIDGETS]
        self._widgets = {w.name: w for w in found if w.name and w.name not in FINGER}
        self.title = _title(tree)
        """What the fluid is called, if the layout says so."""

    def names(self) -> list[str]:
        """The parameters that have a control here."""
        return [w.name for w in self._widgets.values() if w.kind in (*SWITCHES, *RANGES)]

    def parameters(
        self, values: Mapping[str, Any], help_: Mapping[str, Any]
    ) -> tuple[Parameter, ...]:
        """Those of `values` that have a control here, with what `help_` says of them."""
        declared = []
        for name in self.names():
            if name in values:
                widget, help_text = self._widgets[name], str(help_.get(name) or "")[: 3 * MAX_CHARS]
                parameter = _declaration(widget, values[name], help_text)
                if parameter is not None:
                    declared.append(parameter)
        return tuple(declared)


def _declaration(widget: Widget, value: Any, help_text: str) -> Parameter | None:
    """`widget` with its present value; None where they do not fit each other."""
    described = str(widget.keywords.get("description") or "")[:MAX_CHARS]
    label = described or widget.name.replace("_", " ").capitalize()
    common: dict[str, Any] = {
        "name": widget.name,
        "label": label,
        "help": help_text or f"super_hydro's {widget.name}.",
    }
    if widget.kind in SWITCHES:
        return Toggle(default=bool(value), **common)
    ends = [
        widget.keywords.get(key, default)
        for key, default in zip(("min", "max", "step"), RANGES[widget.kind], strict=True)
    ]
    if not all(_is_number(number) for number in (*ends, value)):
        return None
    low, high, step = ends
    logarithmic = widget.kind == "FloatLogSlider"
    if logarithmic:
        base = widget.keywords.get("base", 10.0)
        if not _is_number(base) or base <= 1:
            return None
        low, high = (_power(base, exponent) for exponent in (low, high))
    if low >= high:
        return None
    # Servers are known to begin outside their own sliders, and go on working there.
    low, high = min(low, value), max(high, value)
    if widget.kind == "IntSlider":
        whole = all(float(number).is_integer() for number in (low, high, step, value))
        if whole and step > 0:
            step = int(step) if (value - low) % step == 0 else 1
            return Integer(default=int(value), low=int(low), high=int(high), step=step, **common)
    scale = "log" if logarithmic and low > 0 else "linear"
    return Float(
        default=float(value),
        low=float(low),
        high=float(high),
        step=float(step) if step > 0 else (high - low) / 100,
        scale=scale,  # type: ignore[arg-type]
        **common,
    )


def _power(base: float, exponent: float) -> float:
    decades = exponent * math.log10(base)
    return float(10.0 ** min(max(decades, -MAX_DECADE), MAX_DECADE))


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 10**MAX_DECADE
    )


def _title(tree: ast.Expression | None) -> str:
    """The outermost widget's own name or class, unless it is a mere box."""
    if tree is None or not isinstance(tree.body, ast.Call):
        return ""
    widget = _widget(tree.body)
    if widget is None or widget.kind in (*RANGES, *SWITCHES):
        return ""
    own = widget.name.strip("_") or ("" if widget.kind in CONTAINERS else widget.kind)
    return str(widget.keywords.get("description") or own)[:MAX_CHARS]


def _widgets(tree: ast.AST) -> list[Widget]:
    """Every constructor."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [widget for node in calls if (widget := _widget(node)) is not None]


def _widget(call: ast.Call) -> Widget | None:
    if not isinstance(call.func, ast.Name):
        return None
    keywords = {}
    for keyword in call.keywords:
        if isinstance(keyword.value, ast.Constant | ast.UnaryOp):
            try:
                keywords[keyword.arg or ""] = ast.literal_eval(keyword.value)
            except ValueError:
                continue
    name = keywords.get("name")
    return Widget(call.func.id, name if isinstance(name, str) else "", keywords)
