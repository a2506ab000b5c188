"""Classes in the style of super_hydro's user files, on our contract.

Such a class has a docstring, a list `sliders` of seven-element entries

    [name, "slider" | "toggle", "logarithmic" | "None", "range" | "checkbox", low, high, step]

and the methods get_density(), get(name), set(name, value) and step(N, tracer_particles), and
perhaps get_trace_particles(). How it is built and called is found by `models.super_hydro_calls`,
what its arrays mean by `models.super_hydro_arrays`. A logarithmic slider ranges over exponents of
ten, and `set` receives the power. What such a class does not say (its field's phase, where vortices
are) stays unknown here.

Source: the user documentation of super_hydro's Flask client.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np

from models.contract import FieldModel, FingerState, Picture, View, Vortex
from models.numerics.arrays import ComplexArray, FloatArray, Precision
from models.parameters import Float, Parameter, ParameterError, Toggle, Value
from models.super_hydro_arrays import DensityScale, density_of, root_of, tracers_of
from models.super_hydro_calls import build, check_calls, stepper

METHODS = ("get_density", "get", "set", "step")
ENTRY_LENGTH = 7
MAX_TEXT_CHARS = 200
SLIDER_STEPS = 100
"""Of a slider that names none."""
ABSENT = (AttributeError, KeyError, NotImplementedError, TypeError, ValueError)
"""What a class raises that does not know a name."""


def missing_from(kind: type) -> list[str]:
    """What `kind` lacks to be of this style."""
    wanted = [name for name in METHODS if not callable(getattr(kind, name, None))]
    if not isinstance(getattr(kind, "sliders", None), list | tuple):
        wanted.insert(0, "sliders")
    return wanted


def adapt(kind: type, options: Mapping[str, int]) -> type[FieldModel]:
    """`kind` as a FieldModel, its docstring and first values kept.

    `options` (Nx, Ny, ...) are handed to it as attributes of `opts`. Builds one instance to
    learn the first values. Raises ValueError for a wrong entry of `sliders` or a density that
    is not a real two-dimensional array, and whatever `kind` raises.
    """
    first = build(kind, options)
    check_calls(first)
    stepper(first)
    shape = density_of(first).shape
    if callable(getattr(first, "get_trace_particles", None)):
        tracers_of(first.get_trace_particles(), (shape[0], shape[1]))
    declared = tuple(_declaration(entry, first) for entry in kind.sliders)  # type: ignore[attr-defined]
    names = [parameter.name for parameter in declared]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"sliders: {name}: two of them have this name")
    members = {
        # Without a docstring of its own, not that of SliderStyle.
        "__doc__": kind.__doc__ or f"{kind.__name__}, a model without a description.",
        "__module__": kind.__module__,
        "parameters": declared,
        "kind": kind,
        "options": dict(options),
    }
    return type(kind.__name__, (SliderStyle,), members)


class SliderStyle(FieldModel):
    """Drives an instance of `kind`; made by `adapt`."""

    kind: ClassVar[type]
    options: ClassVar[Mapping[str, int]]
    views: ClassVar[tuple[View, ...]] = (View("density", "Density", ""),)
    field_name: ClassVar[str] = ""

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        super().__init__(params, precision)
        self._given = dict(params or {})
        self._steps = 0
        self._tracers_shown = False
        self.reset()

    def reset(self) -> None:
        self._model = build(self.kind, self.options)
        self._advance = stepper(self._model)
        for name in self.params:
            if name in self._given or self._steps:
                self._model.set(name, self.params[name])
        self._pointers: dict[Hashable, tuple[float, float]] = {}
        self._scale = DensityScale()
        self._shape = density_of(self._model).shape
        self.t = 0.0

    def step(self, n: int) -> None:
        self._advance(n, self._trace_particles() if self._tracers_shown else None)
        self._steps += n
        time = getattr(self._model, "t", None)
        self.t = float(time) if isinstance(time, int | float) else self.t + n

    def _apply(self, checked: Mapping[str, Value]) -> None:
        done: list[str] = []
        try:
            for name, value in checked.items():
                done.append(name)
                self._model.set(name, value)
        except Exception as fault:
            for name in done:
                self._try(partial(self._model.set, name, self.params[name]), (Exception,))
            text = f"{type(fault).__name__}: {fault}"[:MAX_TEXT_CHARS]
            raise ParameterError("bad_value", f"{name}: {text}") from fault
        self.params.update(checked)

    @property
    def shape(self) -> tuple[int, int]:
        return self._shape[0], self._shape[1]

    @property
    def psi(self) -> ComplexArray:
        """The root of the density: such a class does not tell the phase."""
        return root_of(self.density())

    def load(
        self,
        psi: ComplexArray,
        t: float = 0.0,
        finger: tuple[tuple[float, float], tuple[float, float]] | None = None,
    ) -> None:
        raise ValueError(f"{self.kind.__name__} has no way to load a field")

    def density(self) -> FloatArray:
        return density_of(self._model)

    def picture(self, view: str) -> Picture:
        return self._scale.picture(self.density(), self._steps)

    def touch(self, key: Hashable, x: float, y: float) -> None:
        """Such a class knows one finger: the one that moved last has it."""
        self._pointers.pop(key, None)
        self._pointers[key] = (x, y)
        self._try(lambda: self._model.set("finger_x", x))
        self._try(lambda: self._model.set("finger_y", y))

    def lift(self, key: Hashable) -> None:
        self._pointers.pop(key, None)

    def fingers(self) -> list[FingerState]:
        at = self._try(lambda: self._model.get("finger_Vxy"))
        states = []
        for key, pointer in self._pointers.items():
            known = isinstance(at, Sequence | np.ndarray) and len(at) == 2
            potential = (float(at[0]), float(at[1])) if known else pointer
            states.append(FingerState(key, True, pointer, potential))
        return states

    def set_tracers(self, count: int) -> None:
        """Such a class keeps its own tracers; `count` only shows or hides them."""
        self._tracers_shown = count > 0

    def tracers(self) -> FloatArray:
        if not self._tracers_shown:
            return np.zeros((0, 2))
        return tracers_of(self._trace_particles(), self.shape)

    def _trace_particles(self) -> Any:
        give = getattr(self._model, "get_trace_particles", None)
        return give() if callable(give) else ()

    def vortices(self) -> list[Vortex]:
        return []

    @staticmethod
    def _try(ask: Callable[[], Any], faults: tuple[type[Exception], ...] = ABSENT) -> Any:
        """What a class of this style need not have: no answer then."""
        try:
            return ask()
        except faults:
            return None


def _declaration(entry: Any, model: Any) -> Parameter:
    if not isinstance(entry, list | tuple) or len(entry) != ENTRY_LENGTH:
        raise ValueError(f"an entry of sliders has {ENTRY_LENGTH} elements, not {entry!r}")
    name, widget, scale, _, low, high, step = entry
    label, help_ = str(name).replace("_", " ").capitalize(), f"The model's own {name}."
    first = model.get(name)
    if widget == "toggle":
        return Toggle(name=name, default=bool(first), label=label, help=help_)
    if widget != "slider":
        raise ValueError(f"sliders: {name}: 'slider' or 'toggle' is needed, not {widget!r}")
    low, high, step = (_number(value, f"sliders: {name}") for value in (low, high, step))
    default = _number(first, f"sliders: {name}: get({name!r})")
    logarithmic = scale == "logarithmic"
    low, high = min(low, high), max(low, high)
    if low == high:
        raise ValueError(f"sliders: {name}: it goes from {low:g} to {high:g}")
    if logarithmic:
        if default <= 0.0:
            raise ValueError(f"sliders: {name}: get() gives {default:g}, which has no logarithm")
        low, high = 10**low, 10**high
    return Float(
        name=name,
        default=default,
        # What the model begins with is allowed, whatever its slider says.
        low=min(low, default),
        high=max(high, default),
        step=abs(step) or (high - low) / SLIDER_STEPS,
        scale="log" if logarithmic else "linear",
        label=label,
        help=help_,
    )


def _number(value: Any, where: str) -> float:
    """`value` as a finite number. Raises ValueError, which begins with `where`."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{where} gives {value!r}; a number is needed")
    return number
