"""How a class in super_hydro's style wants to be built and called, found out once, at the start.

Raises ValueError for signatures that nothing can be done with.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

DEFAULTS = {"Nx": 256, "Ny": 256, "steps": 20, "tracers": 300}
OTHER_NAMES = {"tracer_particles": "tracers"}
"""super_hydro's names of options that are called otherwise here."""
STEP_CALLS: tuple[Callable[[Any, Any], tuple[tuple[Any, ...], dict[str, Any]]], ...] = (
    lambda n, tracers: ((n, tracers), {}),
    lambda n, tracers: ((n,), {"tracer_particles": tracers}),
    lambda n, tracers: ((), {"N": n, "tracer_particles": tracers}),
    lambda n, _: ((n,), {}),
    lambda n, _: ((), {"N": n}),
    lambda n, _: ((), {"n": n}),
)


class Options(SimpleNamespace):
    """What the class gets as `opts`: every option as an attribute and as an item."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"opts has no {name!r}; it has {', '.join(self)}")

    def __getitem__(self, name: str) -> Any:
        if name not in vars(self):
            raise KeyError(f"opts has no {name!r}; it has {', '.join(self)}")
        return vars(self)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(vars(self))

    def __len__(self) -> int:
        return len(vars(self))

    def keys(self) -> list[str]:
        """As of a dict."""
        return list(vars(self))

    def get(self, name: str, default: Any = None) -> Any:
        """As of a dict."""
        return vars(self).get(name, default)


def options(given: Mapping[str, object]) -> Options:
    """`given` (Nx, Ny, steps, tracers) over the defaults, also by super_hydro's names."""
    known = {**DEFAULTS, **given}
    known["Nxy"] = (known["Nx"], known["Ny"])
    for other, ours in OTHER_NAMES.items():
        known[other] = known[ours]
    return Options(**known)


def build(kind: type, given: Mapping[str, object]) -> Any:
    """`kind(opts)`, `kind(opts=opts)`, or `kind()` if it takes nothing."""
    signature = inspect.signature(kind)
    opts = options(given)
    needed = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = [((opts,), {}), ((), {"opts": opts})]
    if not needed:
        calls.insert(0, ((), {}))
    for args, kwargs in (*calls, ((), {})):
        if _fits(signature, args, kwargs):
            return kind(*args, **kwargs)
    raise ValueError(f"it is built as {kind.__name__}(opts), and {_shown(kind.__init__)} cannot be")  # type: ignore[misc]


def stepper(model: Any) -> Callable[[int, Any], object]:
    """What advances `model` by n steps, with the tracers to carry along or None."""
    signature = inspect.signature(model.step)
    for call in STEP_CALLS:
        if _fits(signature, *call(1, None)):

            def step(
                n: int,
                tracers: Any,
                call: Callable[[Any, Any], tuple[tuple[Any, ...], dict[str, Any]]] = call,
            ) -> object:
                args, kwargs = call(n, tracers)
                return model.step(*args, **kwargs)

            return step
    asked = "step(N, tracer_particles)"
    raise ValueError(f"it is called as {asked}, and {_shown(model.step)} cannot be")


def check_calls(model: Any) -> None:
    """Whether the other methods take what they are given."""
    for name, args in (("get_density", ()), ("get", ("name",)), ("set", ("name", 0.0))):
        method = getattr(model, name)
        if not _fits(inspect.signature(method), args, {}):
            asked = ", ".join(map(str, ("name", "value")[: len(args)]))
            raise ValueError(f"it is called as {name}({asked}), and {_shown(method)} cannot be")


def _fits(signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    try:
        signature.bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def _shown(method: Any) -> str:
    return f"{method.__name__}{inspect.signature(method)}"
