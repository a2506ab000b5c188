"""Classes in the style of super_hydro's user files, on our contract.

Such a class has a docstring, a list `sliders` of seven-element entries

    [name, "slider" | "toggle", "logarithmic" | "None", "range" | "checkbox", low, high, step]

and the methods get_density(), get_trace_particles(), get(name), set(name, value) and
step(N, tracer_particles). It is built as cls(opts), or cls() if it takes nothing. A logarithmic
slider ranges over exponents of ten, and `set` receives the power. Tracers are complex x + iy in
grid units, with their origin at the centre of the box. What such a class does not say (its field's
phase, where vortices are) stays unknown here.

Source: the user documentation of super_hydro's Flask client.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from models.contract import (
    ComplexArray,
    FieldModel,
    FingerState,
    FloatArray,
    Picture,
    Precision,
    View,
    Vortex,
)
from models.parameters import Float, Parameter, Toggle, Value
from models.pictures import HEADROOM, SteadyScale, grey

METHODS = ("get_density", "get_trace_particles", "get", "set", "step")
ENTRY_LENGTH = 7
DEFAULT_SIZE = 256


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
    first = _build(kind, options)
    _density(first)
    declared = tuple(_declaration(entry, first) for entry in kind.sliders)  # type: ignore[attr-defined]
    members = {
        "__doc__": kind.__doc__,
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
        self._model = _build(self.kind, self.options)
        for name in self.params:
            if name in self._given or self._steps:
                self._model.set(name, self.params[name])
        self._pointers: dict[Hashable, tuple[float, float]] = {}
        self._scale = SteadyScale()
        self._shape = _density(self._model).shape
        self.t = 0.0

    def step(self, n: int) -> None:
        tracers = self._model.get_trace_particles() if self._tracers_shown else None
        self._model.step(n, tracers)
        self._steps += n
        time = getattr(self._model, "t", None)
        self.t = float(time) if isinstance(time, int | float) else self.t + n

    def _apply(self, checked: Mapping[str, Value]) -> None:
        for name, value in checked.items():
            self._model.set(name, value)
        self.params.update(checked)

    @property
    def shape(self) -> tuple[int, int]:
        return self._shape[0], self._shape[1]

    @property
    def psi(self) -> ComplexArray:
        """The root of the density: such a class does not tell the phase."""
        field: ComplexArray = np.sqrt(np.maximum(self.density(), 0)).astype(complex)
        return field

    def load(
        self,
        psi: ComplexArray,
        t: float = 0.0,
        finger: tuple[tuple[float, float], tuple[float, float]] | None = None,
    ) -> None:
        raise ValueError(f"{self.kind.__name__} has no way to load a field")

    def density(self) -> FloatArray:
        return _density(self._model)

    def picture(self, view: str) -> Picture:
        n = self.density()
        if not np.isfinite(n).all():
            raise FloatingPointError("get_density() gives values that are not finite")
        mean = float(n.mean())
        hi = self._scale.follow(HEADROOM * float((n * n).mean()) / mean, self._steps) if mean else 1
        return Picture(grey(n, 0.0, hi), 0.0, hi)

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
        z = np.asarray(self._model.get_trace_particles(), complex).ravel()
        z = z[np.isfinite(z)]
        fractions = np.stack([z.real / self.shape[0], z.imag / self.shape[1]], axis=1)
        shown: FloatArray = (fractions + 0.5) % 1.0
        return shown

    def vortices(self) -> list[Vortex]:
        return []

    @staticmethod
    def _try(ask: Callable[[], Any]) -> Any:
        """What a class of this style need not have: no answer then."""
        try:
            return ask()
        except (AttributeError, KeyError, NotImplementedError, TypeError, ValueError):
            return None


def _build(kind: type, params: Mapping[str, object]) -> Any:
    """`kind(opts)`, or `kind()` if it takes nothing."""
    takes = [
        parameter
        for parameter in inspect.signature(kind).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    if not takes:
        return kind()
    return kind(SimpleNamespace(**{"Nx": DEFAULT_SIZE, "Ny": DEFAULT_SIZE, **params}))


def _density(model: Any) -> FloatArray:
    density = np.asarray(model.get_density())
    if density.ndim != 2 or not np.issubdtype(density.dtype, np.floating):
        raise ValueError(
            f"get_density() must give a real array of shape (Nx, Ny), not {density.dtype} "
            f"of shape {density.shape}"
        )
    return density


def _declaration(entry: Any, model: Any) -> Parameter:
    if not isinstance(entry, list | tuple) or len(entry) != ENTRY_LENGTH:
        raise ValueError(f"an entry of sliders has {ENTRY_LENGTH} elements, not {entry!r}")
    name, widget, scale, _, low, high, step = entry
    label, help_ = str(name).replace("_", " ").capitalize(), f"The model's own {name}."
    if widget == "toggle":
        return Toggle(name=name, default=bool(model.get(name)), label=label, help=help_)
    if widget != "slider":
        raise ValueError(f"sliders: {name}: 'slider' or 'toggle' is needed, not {widget!r}")
    low, high, step = float(low), float(high), float(step)
    logarithmic = scale == "logarithmic"
    return Float(
        name=name,
        default=float(model.get(name)),
        low=10**low if logarithmic else low,
        high=10**high if logarithmic else high,
        step=step,
        scale="log" if logarithmic else "linear",
        label=label,
        help=help_,
    )
