"""super_hydro's `layout`, a text of nested widget constructors, as controls.

It is read as an expression and never evaluated: only calls, keywords and constants matter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

# What a widget is if its constructor does not say (ipywidgets' own defaults).
RANGES = {
    "FloatSlider": (0.0, 10.0, 0.1),
    "FloatLogSlider": (0.0, 4.0, 0.1),
    "IntSlider": (0, 100, 1),
}
FINGER = ("finger_x", "finger_y")
"""Sliders that stand for a finger, which here is one."""


def sliders(layout: str) -> list[list[Any]]:
    """Entries as models.slider_style has them; an unreadable layout has none."""
    try:
        tree = ast.parse(layout.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = {entry[0]: entry for entry in _entries(tree) if entry[0] not in FINGER}
    return list(found.values())


def labels(layout: str) -> dict[str, str]:
    """What widgets are called, by name; only those that have a description."""
    try:
        tree = ast.parse(layout.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {
        str(keywords["name"]): str(keywords["description"])
        for _, keywords in _widgets(tree)
        if "description" in keywords and "name" in keywords
    }


def _entries(tree: ast.AST) -> Iterator[list[Any]]:
    for widget, keywords in _widgets(tree):
        name = keywords.get("name")
        if not isinstance(name, str):
            continue
        if widget == "Checkbox":
            yield [name, "toggle", "None", "checkbox", None, None, None]
        elif widget in RANGES:
            low, high, step = (
                keywords.get(key, default)
                for key, default in zip(("min", "max", "step"), RANGES[widget], strict=True)
            )
            scale = "logarithmic" if widget == "FloatLogSlider" else "None"
            if all(isinstance(end, int | float) for end in (low, high, step)) and low < high:
                yield [name, "slider", scale, "range", low, high, step]


def _widgets(tree: ast.AST) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every constructor's name and constant keywords."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            keywords = {}
            for keyword in node.keywords:
                try:
                    keywords[keyword.arg or ""] = ast.literal_eval(keyword.value)
                except ValueError:
                    continue
            yield node.func.id, keywords
