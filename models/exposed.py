"""What visitors may reach of a Python object: one declaration per method, property or value.

    class Sample:
        a = Tracked(1, low=0, high=10)

        @exposed
        def add(self, a: float, b: Annotated[float, Range(-1, 1)] = 0.0) -> float:
            "The sum."
            return a + b

Arguments and values are checked against their annotations: bool, int, float, str, None, Literal,
lists, tuples and dicts of these, `Any`, and a `Range` for numbers. What is not declared here is out
of reach, and so is every name that begins with an underscore and whatever is `restricted`, also
where a base class exposes it.
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol, TypeVar, overload

Thing = TypeVar("Thing")

RESTRICTED = "interface_access_restricted"
"""The attribute that hides what has it: a method, or a whole object."""

_MANNER = "_exposed"
_WATCHERS = "_watchers"


@dataclass(frozen=True)
class Range:
    """Goes into `Annotated`: a number from `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True)
class Manner:
    """How a call runs: between two steps of the room's model unless said otherwise.

    `slow` ones run beside the model, a few at a time; `locked` ones beside it, one at a time.
    Neither may touch what a step changes. Only an operator may use what is `operator`'s.
    """

    slow: bool = False
    locked: bool = False
    operator: bool = False


@dataclass(frozen=True)
class Member:
    """One thing that a class declares; `signature` is without `self`, annotations resolved."""

    name: str
    kind: Literal["method", "property", "tracked"]
    manner: Manner
    help: str
    signature: inspect.Signature
    """Of a method. Of anything else, its one parameter is the value that a `set` gives."""
    settable: bool = False


class ExposeError(TypeError):
    """A declaration that cannot be; the text says which and why."""


@overload
def exposed(thing: Thing) -> Thing: ...
@overload
def exposed(
    *, slow: bool = ..., locked: bool = ..., operator: bool = ...
) -> Callable[[Thing], Thing]: ...
def exposed(
    thing: Any = None, *, slow: bool = False, locked: bool = False, operator: bool = False
) -> Any:
    """Let visitors call a method, or read (and set, if it can be) a property; see Manner.

    Raises ExposeError for anything else.
    """
    manner = Manner(slow, locked, operator)

    def mark(marked: Any) -> Any:
        function = marked.fget if isinstance(marked, property) else marked
        if not inspect.isfunction(function):
            raise ExposeError(f"methods and properties can be exposed, not {marked!r}"[:200])
        setattr(function, _MANNER, manner)
        return marked

    return mark if thing is None else mark(thing)


def restricted(thing: Thing) -> Thing:
    """Hide a method or a class from visitors, whatever else is declared."""
    setattr(thing, RESTRICTED, True)
    return thing


class Hearer(Protocol):
    """Who wants to know that a tracked value has changed."""

    def changed(self, channel: str) -> None:
        """The value behind `channel` is another; called in whatever thread changed it."""


class Tracked:
    """A value that visitors may read and change, and that is a channel: it tells its changes.

    Changes are assignments; what is altered in place tells nothing. Deleting it gives it its first
    value back. Its type is that of the first value, or `kind`.
    """

    def __init__(
        self,
        first: Any,
        *,
        kind: Any = None,
        low: float | None = None,
        high: float | None = None,
        settable: bool = True,
        operator: bool = False,
        doc: str = "",
    ) -> None:
        """`settable` and `operator` are about visitors; the program may always assign."""
        self.name = ""
        self.first = first
        self.kind = type(first) if kind is None else kind
        if low is not None or high is not None:
            limits = Range(
                -float("inf") if low is None else low, float("inf") if high is None else high
            )
            self.kind = Annotated[self.kind, limits]
        self.settable = settable
        self.manner = Manner(operator=operator)
        self.doc = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return vars(instance).get(self.name, self.first)

    def __set__(self, instance: Any, value: Any) -> None:
        vars(instance)[self.name] = value
        self._tell(instance)

    def __delete__(self, instance: Any) -> None:
        vars(instance).pop(self.name, None)
        self._tell(instance)

    def _tell(self, instance: Any) -> None:
        for name, hearer, channel in vars(instance).get(_WATCHERS, ()):
            alive = hearer() if name == self.name else None
            if alive is not None:
                alive.changed(channel)


class Part:
    """Declares an attribute, set in `__init__`, whose own declarations are exposed below it."""


def watch(instance: object, name: str, hearer: Hearer, channel: str) -> None:
    """Have `hearer` told, for as long as it lives, when the tracked value `name` changes."""
    known = vars(instance).get(_WATCHERS, ())
    alive = [watcher for watcher in known if watcher[1]() is not None]
    # Replaced as a whole, for another thread may be going through it.
    vars(instance)[_WATCHERS] = (*alive, (name, weakref.ref(hearer), channel))


def members(kind: type) -> dict[str, Member]:
    """What `kind` and its bases declare, by name. Raises ExposeError."""
    found = {}
    for name in dir(kind):
        manner = None if name.startswith("_") else _manner(kind, name)
        if manner is not None:
            found[name] = _member(kind, name, manner)
    return found


def parts(kind: type) -> list[str]:
    """The attributes of `kind` that are declared as a Part."""
    return [
        name
        for name in dir(kind)
        if not name.startswith("_") and isinstance(inspect.getattr_static(kind, name), Part)
    ]


def is_restricted(thing: object) -> bool:
    """Is it, or its class, hidden from visitors?"""
    return bool(getattr(thing, RESTRICTED, False))


def _manner(kind: type, name: str) -> Manner | None:
    """What the nearest declaration says; an override without one stays what it was."""
    for base in kind.__mro__:
        own = vars(base).get(name)
        if isinstance(own, Tracked):
            return own.manner
        function = own.fget if isinstance(own, property) else own
        if is_restricted(function):
            return None
        manner = getattr(function, _MANNER, None) if inspect.isfunction(function) else None
        if isinstance(manner, Manner):
            return manner
    return None


def _member(kind: type, name: str, manner: Manner) -> Member:
    own = inspect.getattr_static(kind, name)
    if isinstance(own, Tracked):
        return Member(name, "tracked", manner, own.doc, _of_value(own.kind), own.settable)
    if isinstance(own, property):
        getter, setter = own.fget, own.fset
        given = list(_signature(setter).parameters.values()) if setter else []
        annotation = given[0].annotation if given else inspect.Parameter.empty
        value = _of_value(annotation)
        return Member(name, "property", manner, _help(getter), value, setter is not None)
    if not inspect.isfunction(own):
        raise ExposeError(
            f"{kind.__name__}.{name} hides an exposed method: make it one, or restrict it"
        )
    signature = _signature(own)
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ExposeError(
                f"{kind.__name__}.{name}: name each argument, in place of {parameter}"
            )
    return Member(name, "method", manner, _help(own), signature)


def _signature(function: Any) -> inspect.Signature:
    """Without `self`."""
    try:
        whole = inspect.signature(function, eval_str=True)
    except NameError as unknown:
        raise ExposeError(f"{function.__qualname__}: {unknown} in an annotation") from None
    return whole.replace(parameters=list(whole.parameters.values())[1:])


def _of_value(annotation: Any) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_ONLY
    return inspect.Signature([inspect.Parameter("value", kind, annotation=annotation)])


def _help(function: Any) -> str:
    return (inspect.getdoc(function) or "").split("\n\n")[0]
