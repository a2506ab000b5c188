"""Small models for tests of what surrounds a model: they compute next to nothing."""

from __future__ import annotations

import math
import threading
from collections.abc import Hashable, Mapping
from typing import ClassVar

import numpy as np

from models.actions import PLACE, Action
from models.contract import (
    ActionError,
    FieldModel,
    FingerState,
    Model,
    Picture,
    PictureUse,
    View,
    Vortex,
)
from models.exposed import Tracked, exposed
from models.numerics.arrays import ByteArray, ComplexArray, FloatArray, Precision
from models.parameters import Choice, Float, Integer, Parameter, Toggle, Value
from models.serving import Leaf, flatten

DT = 0.25


class Wave(FieldModel):
    r"""A hump that travels along x.

    Its density is $1 + \cos(x - t)$ and it *never* tires. <script>alert(1)</script>
    """

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Float(name="speed", default=1.0, low=-2.0, high=2.0, label="Speed", help="Of the hump."),
        Integer(name="humps", default=1, low=1, high=9, step=2, label="Humps", help="Odd."),
        Toggle(name="lit", default=True, label="Lit", help="Off makes it dark."),
        Choice(name="shape", default="round", options=("round", "flat"), label="Shape", help="."),
    )
    actions: ClassVar[Mapping[str, Action]] = {
        "kick": Action(
            label="Kick",
            help="Push the hump on by `by`.",
            args=(Float(name="by", default=1.0, low=-9.0, high=9.0, label="By", help="Far."),),
        ),
        "put": Action(label="Put", help="Put the hump where you touch.", args=PLACE),
    }
    channels: ClassVar[Mapping[str, str]] = {"position": "Where the hump is."}
    views: ClassVar[tuple[View, ...]] = (
        View("density", "Density", "1"),
        View("phase", "Phase", "rad", smooth=False, cyclic=True),
        View("vortices", "Vortices", "1", marks_vortices=True),
    )
    pictures: ClassVar[tuple[PictureUse, ...]] = ("density",)
    size: ClassVar[tuple[int, int]] = (24, 16)

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        super().__init__(params, precision)
        self._held: dict[Hashable, tuple[float, float]] = {}
        self._specks = np.zeros((0, 2))
        self.threads = {threading.current_thread()}
        self.reset()

    @property
    def shape(self) -> tuple[int, int]:
        return self.size

    @property
    def psi(self) -> ComplexArray:
        Nx, Ny = self.size
        x = 2 * np.pi * np.arange(Nx) / Nx - self.position
        ramp = np.arange(Ny) / Ny
        dense = (1 + np.cos(x))[:, None] + ramp[None, :]
        return np.sqrt(dense) * np.exp(1j * x)[:, None]

    def load(
        self,
        psi: ComplexArray,
        t: float = 0.0,
        finger: tuple[tuple[float, float], tuple[float, float]] | None = None,
    ) -> None:
        self.t = t

    def step(self, n: int) -> None:
        self.threads.add(threading.current_thread())
        self.t += n * DT
        self.position += n * DT * float(self.params["speed"])

    def reset(self) -> None:
        self.t = 0.0
        self.position = 0.0

    def _act(self, action: str, args: Mapping[str, Value]) -> None:
        if action == "kick":
            self.position += float(args["by"])
        else:
            self.position = 2 * np.pi * float(args["x"])

    def _load_picture(self, levels: ByteArray, use: PictureUse) -> None:
        """Put the hump where the level at the top right says."""
        if levels.max() == 0:
            raise ActionError("this picture is too dark")
        self.position = float(levels[0, -1])

    def channel(self, name: str) -> float:
        return self.position

    def density(self) -> FloatArray:
        return np.abs(self.psi) ** 2

    def picture(self, view: str) -> Picture:
        field = np.angle(self.psi) if view == "phase" else self.density()
        lo, hi = (-np.pi, np.pi) if view == "phase" else (0.0, 3.0)
        levels = np.clip((field - lo) * 255 / (hi - lo), 0, 255).astype(np.uint8)
        return Picture(np.ascontiguousarray(levels.T[::-1]), lo, hi)

    def touch(self, key: Hashable, x: float, y: float) -> None:
        self._held[key] = (x, y)

    def lift(self, key: Hashable) -> None:
        self._held.pop(key, None)

    def fingers(self) -> list[FingerState]:
        return [FingerState(key, True, at, at) for key, at in self._held.items()]

    def set_tracers(self, count: int) -> None:
        self._specks = np.linspace(0, 0.9, 2 * count).reshape(count, 2)

    def tracers(self) -> FloatArray:
        return self._specks

    def vortices(self) -> list[Vortex]:
        return [Vortex(0.25, 0.75, 1)]


class Crate:
    """Something that a room serves."""

    a = Tracked(1, low=0, high=1_000_000)

    def __init__(self) -> None:
        self.gate = threading.Event()

    @exposed
    def add(self, a: float, b: float = 0.0) -> float:
        """The sum."""
        return a + b

    @exposed(slow=True)
    def storm(self, count: int) -> int:
        """Change `a` so many times."""
        for number in range(count):
            self.a = number + 1
        return count

    @exposed(slow=True)
    def wait(self) -> str:
        """Until the gate is open."""
        self.gate.wait(20)
        return "open"


class Counter(Model):
    """Counts. It has no grid, so nothing can be seen of it but its channel."""

    served: ClassVar[Mapping[str, Leaf]] = flatten("crate", Crate())

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Integer(name="stride", default=1, low=1, high=10, label="Stride", help="A step's."),
    )
    channels: ClassVar[Mapping[str, str]] = {"count": "How far."}

    def step(self, n: int) -> None:
        self.t += n * int(self.params["stride"])

    def reset(self) -> None:
        self.t = 0.0

    def channel(self, name: str) -> float:
        return self.t


class Echo(Model):
    """Follows a feed, and does nothing else."""

    channels: ClassVar[Mapping[str, str]] = {"heard": "What it was fed."}
    feed: ClassVar[tuple[Parameter, ...]] = (
        Choice(name="tone", default="low", options=("low", "high"), label="T", help="."),
        Float(name="volume", default=1.0, low=0.0, high=2.0, label="V", help="."),
    )

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        super().__init__(params, precision)
        self._heard: dict[str, Value] = {}

    @property
    def pause_s(self) -> float:
        return math.inf

    def step(self, n: int) -> None:
        self.t += n

    def reset(self) -> None:
        self.t = 0.0

    def channel(self, name: str) -> dict[str, Value]:
        return self._heard

    def _fed(self, state: Mapping[str, Value]) -> None:
        self._heard = dict(state)


class Mischief(Wave):
    """Does what models must not: raises, hangs until `released`, cannot be built."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        *Wave.parameters,
        Choice(name="mood", default="good", options=("good", "raise", "hang"), label="M", help="."),
    )
    actions: ClassVar[Mapping[str, Action]] = {"explode": Action(label="E", help="Raise.")}
    released: ClassVar[threading.Event] = threading.Event()
    hangs: ClassVar[threading.Event] = threading.Event()
    broken_builds: ClassVar[int] = 0
    """So many builds fail before one succeeds."""

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        if Mischief.broken_builds > 0:
            Mischief.broken_builds -= 1
            raise MemoryError("no room for another")
        super().__init__(params, precision)

    def step(self, n: int) -> None:
        mood: Value = self.params["mood"]
        if mood == "raise":
            raise ZeroDivisionError("one over nothing")
        if mood == "hang":
            Mischief.hangs.set()
            Mischief.released.wait(30)
        super().step(n)

    def _act(self, action: str, args: Mapping[str, Value]) -> None:
        raise RuntimeError("bang")
