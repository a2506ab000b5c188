"""The Model contract: what every exhibit is, whatever its equation.

A room drives a model from one thread and calls nothing but what stands here. A model knows
nothing of rooms, sockets or pages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from models.actions import Action
from models.exposed import Range, exposed
from models.feeds import check_state
from models.numerics.arrays import ByteArray, ComplexArray, FloatArray, Precision
from models.parameters import Parameter, Value, check_all, defaults

if TYPE_CHECKING:
    from models.serving import Leaf

PictureUse = Literal["trap", "density"]
"""What a visitor's picture becomes: walls, or the fluid's first density."""


GRID_GROUP = "Grid"
"""Of the parameters that say how large a field is."""


class ActionError(ValueError):
    """An action that the model does not have, or arguments that do not fit it."""


class FingerLimitError(ActionError):
    """One finger more than a model can carry."""

    code = "busy"


@dataclass(frozen=True)
class View:
    """One way to show a field. A view that is not `smooth` (phase wraps) is never sent lossy."""

    name: str
    label: str
    unit: str
    smooth: bool = True
    cyclic: bool = False
    marks_vortices: bool = False
    """Its frames carry the vortices."""


@dataclass(frozen=True)
class Picture:
    """A view as grey levels: value = lo + (hi - lo) * level / 255.

    `levels` is uint8 of shape (Ny, Nx), C-contiguous; row 0 is the largest y.
    """

    levels: ByteArray
    lo: float
    hi: float


@dataclass(frozen=True)
class FingerState:
    """A finger as shown: its pointer and its potential, in fractions of the box, y up."""

    key: Hashable
    down: bool
    pointer: tuple[float, float]
    potential: tuple[float, float]


@dataclass(frozen=True)
class Vortex:
    """A phase singularity at fractions (x, y) of the box; sign +1 turns anticlockwise."""

    x: float
    y: float
    sign: int


class Model(ABC):
    """An exhibit: declared parameters, a clock and `step`.

    Subclasses declare the class variables; the class docstring is the About text (Markdown,
    equations between dollar signs), its first line the plain sentence of the landing page.
    """

    title: ClassVar[str] = ""
    """What visitors call it; the class's name if there is none."""
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    actions: ClassVar[Mapping[str, Action]] = {}
    """Own actions beyond the room's start, pause, step, reset, reset_tracers, by name."""
    presets: ClassVar[Mapping[str, Mapping[str, Value]]] = {}
    """Things to try: name -> the parameters that make it; `preset` adds all others."""
    channels: ClassVar[Mapping[str, str]] = {}
    """Live values: name -> help. `channel(name)` computes one, only while someone listens."""
    pictures: ClassVar[tuple[PictureUse, ...]] = ()
    """What visitors' pictures may become here."""
    feed: ClassVar[tuple[Parameter, ...]] = ()
    """Of what a state consists that a program outside may post; none: it follows no feed."""
    display: ClassVar[str] = ""
    """What the page shows of a model without a grid: one of ui/js/exhibits; its values if none."""

    takes_from_room: ClassVar[frozenset[str] | None] = None
    """Of what every room offers, parameters and actions, what works with this model; None: all."""

    served: ClassVar[Mapping[str, Leaf]] = {}
    """Objects beside the model that its rooms offer (see models.serving), by dotted name."""

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        """Build the initial state. Raises ParameterError for a value that does not fit."""
        self.precision: Precision = precision
        self.params: dict[str, Value] = defaults(self.parameters)
        self.params.update(check_all(self.parameters, params or {}))
        self.t = 0.0

    @abstractmethod
    def step(self, n: int) -> None:
        """Advance `n` steps."""

    @abstractmethod
    def reset(self) -> None:
        """Back to the initial state at t = 0, with the parameters in force."""

    @classmethod
    def preset(cls, name: str) -> dict[str, Value]:
        """All that preset `name` sets: the defaults, but for its own values.

        So what came before leaves no trace in it, after a reset. Only the grid's size stays,
        which belongs to the computer and not to the preset. Raises KeyError.
        """
        own = cls.presets[name]
        others = {p.name: p.default for p in cls.parameters if p.group != GRID_GROUP}
        return {**others, **own}

    def set(self, changes: Mapping[str, object]) -> dict[str, Value]:
        """Apply all of `changes` or none, and return them checked.

        Raises ParameterError; what a value costs to apply (a new trap, a new grid) is the
        model's affair, in `_apply`.
        """
        checked = check_all(self.parameters, changes)
        self._apply(checked)
        return checked

    def _apply(self, checked: Mapping[str, Value]) -> None:
        self.params.update(checked)

    def take_in(self, state: Mapping[str, object]) -> dict[str, Value]:
        """Follow `state`, a whole one of `feed` or none of it, and return it checked.

        What was taken in lasts: neither `reset` nor `restore` undoes it. Raises ParameterError.
        """
        checked = check_state(self.feed, state)
        self._fed(checked)
        return checked

    def _fed(self, state: Mapping[str, Value]) -> None:
        """Follow `state`, which has all of `feed`, checked."""
        raise NotImplementedError(f"{type(self).__name__} declares a feed and ignores it")

    @property
    def pause_s(self) -> float:
        """So many seconds lie between two steps; 0: as few as frames and computer allow."""
        return 0.0

    def hold(self, still: bool) -> None:  # noqa: B027
        """Time stands still, or goes on: told to models whose time runs elsewhere."""

    def act(self, action: str, args: Mapping[str, object]) -> None:
        """Do one of `actions`. Raises ActionError, or ParameterError for wrong `args`."""
        if action not in self.actions:
            known = ", ".join(self.actions) or "none"
            raise ActionError(f"no action {action!r}; this model's own: {known}")
        self._act(action, self.actions[action].check(args))

    def _act(self, action: str, args: Mapping[str, Value]) -> None:
        """Do `action`, one of `actions`, with all its `args` checked."""
        raise NotImplementedError(f"{type(self).__name__} declares {action!r} and cannot do it")

    def load_picture(self, levels: ByteArray, use: PictureUse) -> None:
        """Begin again with a picture, until the next reset. Raises ActionError.

        `levels` has shape (height, width), row 0 at its top, 0 for black and 255 for white; it
        is shown upright, in its proportions.
        """
        if use not in self.pictures:
            known = ", ".join(self.pictures) or "nothing"
            raise ActionError(f"a picture cannot become {use!r} here; it can become: {known}")
        self._load_picture(levels, use)

    def _load_picture(self, levels: ByteArray, use: PictureUse) -> None:
        """Do so, `use` being one of `pictures`."""
        raise NotImplementedError(f"{type(self).__name__} declares {use!r} and cannot do it")

    def channel(self, name: str) -> Any:
        """The present value of one of `channels`, as JSON."""
        raise KeyError(name)

    def healthy(self) -> str | None:
        """None, or what is wrong: a noun phrase for visitors. Cheap; meant for every frame."""
        return None

    def restore(self) -> dict[str, Value]:
        """Go back to the last healthy state and the parameters of that time.

        Returns the parameters that changed back. Asked again before the model was healthy
        again, it goes back further, and in the end to the initial state.
        """
        self.reset()
        return {}


class FieldModel(Model):
    """A model on a periodic grid of shape (Nx, Ny), x first, y up."""

    views: ClassVar[tuple[View, ...]] = ()
    field_name: ClassVar[str] = "psi"
    """What `psi` is called where it is saved; nothing, where it is only made up."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """(Nx, Ny)."""

    @property
    @abstractmethod
    def psi(self) -> ComplexArray:
        """The field, shape (Nx, Ny), or (components, Nx, Ny); a copy, synchronised in time."""

    @abstractmethod
    def load(
        self,
        psi: ComplexArray,
        t: float = 0.0,
        finger: tuple[tuple[float, float], tuple[float, float]] | None = None,
    ) -> None:
        """Go on from `psi` at time `t`.

        `finger`: (pointer, potential) in fractions of the box: one finger at rest and at full
        strength, which stays until the next reset. Raises ValueError for a wrong shape or a
        value that is not finite.
        """

    @abstractmethod
    def density(self) -> FloatArray:
        """What a probe reads, shape (Nx, Ny): the density, of all components together."""

    @exposed
    def density_at(
        self, x: Annotated[float, Range(0.0, 1.0)], y: Annotated[float, Range(0.0, 1.0)]
    ) -> float:
        """The density at fractions (x, y) of the box, y up."""
        Nx, Ny = self.shape
        return float(self.density()[min(int(x * Nx), Nx - 1), min(int(y * Ny), Ny - 1)])

    @abstractmethod
    def picture(self, view: str) -> Picture:
        """The present field as `view`, one of `views`."""

    @abstractmethod
    def touch(self, key: Hashable, x: float, y: float) -> None:
        """Put the pointer of finger `key` at fractions (x, y): a new potential, or a moved one."""

    @abstractmethod
    def lift(self, key: Hashable) -> None:
        """The finger is up: its potential fades. Unknown keys are ignored."""

    @abstractmethod
    def fingers(self) -> list[FingerState]:
        """Every finger that is down or still fades."""

    @abstractmethod
    def set_tracers(self, count: int) -> None:
        """Seed `count` tracer particles again, in proportion to the density; 0 removes them."""

    @abstractmethod
    def tracers(self) -> FloatArray:
        """Positions, shape (count, 2), fractions of the box in [0, 1)."""

    @abstractmethod
    def vortices(self) -> list[Vortex]:
        """The phase singularities inside the fluid."""
