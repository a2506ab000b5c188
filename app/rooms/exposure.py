"""The flat table of what visitors of a room may get, set, call and delete, by dotted name.

Made once for each model, from declarations alone; a request is one lookup. A room has

    model.<parameter>   get, set (as the message `set`: everybody gets the `state`)
    model.<action>      call (as `do`)
    model.<channel>     get
    model.<method>      call, what the model's class exposes; a property: get, and set if it can be
    notes.<name>        get, set, delete; and call notes.list, notes.clear (operator)
    <object>.<name>     what the model's file serves (see models.serving)
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Literal, NamedTuple, Protocol

from app.rooms import parameters
from app.rooms.builtins import ROOM_CHANNELS, room_actions
from app.rooms.checks import bind, type_and_limits
from app.rooms.notes import Notes
from models.actions import Action
from models.contract import Model
from models.exposed import ExposeError, Manner, Member, members
from models.parameters import ParameterError, Value

Op = Literal["get", "set", "call", "delete"]
ANY = "*"
"""Stands for the last word of a name where visitors make the names."""


class Host(Protocol):
    """The room that a request is about."""

    notes: Notes

    @property
    def model(self) -> Model:
        """Its model."""

    @property
    def params(self) -> dict[str, Value]:
        """Every parameter's value in force."""

    def change(self, by: int, params: Mapping[str, Any]) -> None:
        """Set parameters and announce the change. Raises ParameterError."""

    def act(self, by: int, action: str, args: dict[str, Any]) -> None:
        """Do an action and announce it. Raises ActionError, ParameterError."""

    def read(self, channel: str) -> Any:
        """A channel's present value."""


class Request(NamedTuple):
    """A visitor's request to an entry: by whom, in which room, and (for ANY) about which name."""

    host: Host
    by: int
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    word: str


class ExposedItem(NamedTuple):
    """One operation for visitors. `run` raises ParameterError, or whatever the object raises."""

    run: Callable[[Request], Any]
    help: str = ""
    manner: Manner = Manner()
    signature: inspect.Signature | None = None
    breaks: bool = False
    """Whether the model may be inconsistent after an unexpected exception from `run`."""


Table = Mapping[tuple[str, str], ExposedItem]
"""By operation and dotted name."""


@cache
def table(model: type[Model]) -> Table:
    """Make the table of a room with `model`. Raises ExposeError."""
    made: dict[tuple[str, str], ExposedItem] = {}
    for name in _channels(model):
        made["get", f"model.{name}"] = ExposedItem(partial(_read, name))
    for name, member in members(model).items():
        if member.kind == "tracked":
            raise ExposeError(f"{model.__name__}.{name}: a model's live values are its channels")
        made.update(_of_member(f"model.{name}", member, _model_of))
    for name in room_actions(model):
        made["call", f"model.{name}"] = ExposedItem(partial(_act, name, ()), breaks=True)
    for name, action in model.actions.items():
        made["call", f"model.{name}"] = ExposedItem(
            partial(_act, name, _names(action)), breaks=True
        )
    for parameter in parameters.declared(model):
        made["get", f"model.{parameter.name}"] = ExposedItem(partial(_parameter, parameter.name))
        made["set", f"model.{parameter.name}"] = ExposedItem(
            partial(_set_parameter, parameter.name), breaks=True
        )
    made.update(NOTES)
    for target, leaf in model.served.items():
        made.update(_of_member(target, leaf.member, partial(_the, leaf.owner)))
    return made


def listing(model: type[Model]) -> list[dict[str, Any]]:
    """Make `exposed` of `GET /api/models`; what is declared elsewhere there has no `help` here."""
    entries: dict[tuple[str, bool], dict[str, Any]] = {}
    for (op, target), entry in table(model).items():
        about = entries.setdefault((target, op == "call"), _about(target, entry))
        about["ops"].append(op)
    return sorted(entries.values(), key=lambda about: str(about["name"]))


def tracked(model: type[Model]) -> dict[str, str]:
    """Return the channels of the objects that `model`'s file serves: name -> help."""
    return {
        target: leaf.member.help
        for target, leaf in model.served.items()
        if leaf.member.kind == "tracked"
    }


def _about(target: str, entry: ExposedItem) -> dict[str, Any]:
    about: dict[str, Any] = {"name": target, "ops": []}
    if entry.help:
        about["help"] = entry.help
    if entry.signature is not None:
        about["args"] = [_argument(one) for one in entry.signature.parameters.values()]
    ways = [way for way in ("slow", "locked", "operator") if getattr(entry.manner, way)]
    return {**about, "manner": ways} if ways else about


def _argument(parameter: inspect.Parameter) -> dict[str, Any]:
    annotation, limits = type_and_limits(parameter.annotation)
    about: dict[str, Any] = {
        "name": parameter.name,
        "type": inspect.formatannotation(annotation),
        "required": parameter.default is parameter.empty,
    }
    if limits is not None:
        # JSON has no infinity: a side without a limit is left out.
        ends = {"low": limits.low, "high": limits.high}
        about.update({end: value for end, value in ends.items() if math.isfinite(value)})
    return about


def _channels(model: type[Model]) -> Iterable[str]:
    return (*(name for name in ROOM_CHANNELS if name != "notes"), *model.channels)


# --- the model ---------------------------------------------------------------------------------


def _model_of(host: Host) -> object:
    return host.model


def _the(owner: object, _: Host) -> object:
    return owner


def _read(name: str, request: Request) -> Any:
    _takes(request, 0)
    return request.host.read(name)


def _parameter(name: str, request: Request) -> Value:
    _takes(request, 0)
    return request.host.params[name]


def _set_parameter(name: str, request: Request) -> Value:
    _takes(request, 1)
    request.host.change(request.by, {name: request.args[0]})
    return request.host.params[name]


def _names(action: Action) -> tuple[str, ...]:
    return tuple(argument.name for argument in action.args)


def _act(action: str, names: Sequence[str], request: Request) -> None:
    if len(request.args) > len(names):
        wanted = ", ".join(names) or "nothing"
        raise ParameterError("bad_value", f"{action} takes {wanted}")
    given = dict(zip(names, request.args, strict=False))
    if given.keys() & request.kwargs.keys():
        raise ParameterError("bad_value", f"{action}: an argument is given twice")
    unknown = request.kwargs.keys() - set(names)
    if unknown:
        raise ParameterError("bad_value", f"{action} takes no {', '.join(sorted(unknown))}"[:200])
    request.host.act(request.by, action, {**given, **request.kwargs})


# --- declared members --------------------------------------------------------------------------


def _of_member(
    target: str, member: Member, owner: Callable[[Host], object]
) -> dict[tuple[str, str], ExposedItem]:
    def entry(run: Callable[..., Any], signature: inspect.Signature | None = None) -> ExposedItem:
        return ExposedItem(partial(run, owner, member), member.help, member.manner, signature)

    if member.kind == "method":
        return {("call", target): entry(_call, member.signature)}
    made = {("get", target): entry(_get)}
    if member.settable:
        made["set", target] = entry(_set, member.signature)
        if member.kind == "tracked":
            made["delete", target] = entry(_delete)
    return made


def _call(owner: Callable[[Host], object], member: Member, request: Request) -> Any:
    bound = bind(member.signature, request.args, request.kwargs)
    return getattr(owner(request.host), member.name)(*bound.args, **bound.kwargs)


def _get(owner: Callable[[Host], object], member: Member, request: Request) -> Any:
    _takes(request, 0)
    return getattr(owner(request.host), member.name)


def _set(owner: Callable[[Host], object], member: Member, request: Request) -> Any:
    (value,) = bind(member.signature, request.args, request.kwargs).args
    setattr(owner(request.host), member.name, value)
    return getattr(owner(request.host), member.name)


def _delete(owner: Callable[[Host], object], member: Member, request: Request) -> None:
    _takes(request, 0)
    delattr(owner(request.host), member.name)


def _takes(request: Request, count: int) -> None:
    if len(request.args) != count or request.kwargs:
        wanted = "one value in args" if count else "no arguments"
        raise ParameterError("bad_value", f"{wanted} needed")


# --- the notes ---------------------------------------------------------------------------------


def _list_notes(request: Request) -> list[str]:
    _takes(request, 0)
    return list(request.host.notes.texts)


def _clear_notes(request: Request) -> None:
    _takes(request, 0)
    request.host.notes.clear()


def _note(request: Request) -> str:
    _takes(request, 0)
    return request.host.notes.get(request.word)


def _put_note(request: Request) -> str:
    _takes(request, 1)
    return request.host.notes.put(request.word, request.args[0])


def _remove_note(request: Request) -> None:
    _takes(request, 0)
    request.host.notes.remove(request.word)


NOTES: Table = {
    ("get", f"notes.{ANY}"): ExposedItem(_note, "A note on the room's board."),
    ("set", f"notes.{ANY}"): ExposedItem(_put_note),
    ("delete", f"notes.{ANY}"): ExposedItem(_remove_note),
    ("call", "notes.list"): ExposedItem(_list_notes, "The names of all notes, oldest first."),
    ("call", "notes.clear"): ExposedItem(_clear_notes, "Delete all notes.", Manner(operator=True)),
}
