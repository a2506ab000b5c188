"""Random numbers, one after the other, the same for everybody."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from models.contract import Model
from models.numerics.arrays import Precision
from models.parameters import Choice, Float, Integer, Parameter, Value

KEPT = 10
TOP = 10.0
DECIMALS = 3
BELL_WIDTH = 1.5
STRIDE = 1.0


class Numbers(Model):
    r"""A random number now and then, the same one on every screen.

    The first visitor starts the numbers, and everybody who comes later sees the same ones, the
    last ten of them at once. Each lies between 0 and 10, and *random* means one of three things:

    - **Even**: every number is as likely as any other. The mean is 5, and the numbers spread
      around it by $10/\sqrt{12} \approx 2.9$.
    - **Bell**: most are near 5, few are far away, as with heights of people or errors of a
      measurement.
    - **Walk**: each number is the last one and a random stride, up or down. Such a drunkard's walk
      is how smoke spreads, and how a share's price looks to somebody who knows nothing about it.

    One number follows the other after a delay, which anybody may change while it runs. With a seed
    other than 0, the same numbers come again after each restart: they only look random.
    """

    title: ClassVar[str] = "Random numbers"
    display: ClassVar[str] = "numbers"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Float(name="delay", default=1.0, low=0.1, high=60.0, step=0.1, scale="log", unit="s",
              label="Delay", group="Numbers",
              help="How long it takes until the next number comes."),
        Choice(name="kind", default="even", options=("even", "bell", "walk"), label="Kind",
               group="Numbers",
               help="Even: all are as likely. Bell: most near 5. Walk: near the one before."),
        Integer(name="seed", default=0, low=0, high=2**31 - 1, rebuild=True,
                label="Seed", group="Expert",
                help="The same seed gives the same numbers; 0 gives others each time."),
    )  # fmt: skip
    presets: ClassVar[Mapping[str, Mapping[str, Value]]] = {
        "Ten a second": {"delay": 0.1, "kind": "even"},
        "Bell": {"delay": 0.5, "kind": "bell"},
        "Drunkard's walk": {"delay": 0.25, "kind": "walk"},
    }
    channels: ClassVar[Mapping[str, str]] = {"numbers": "The last ten numbers, the newest last."}

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        super().__init__(params, precision)
        self._last: deque[float] = deque(maxlen=KEPT)
        self.reset()

    @property
    def pause_s(self) -> float:
        """The delay: a step makes one number."""
        return float(self.params["delay"])

    def step(self, n: int) -> None:
        for _ in range(n):
            self._last.append(round(self._next(), DECIMALS))
            self.t += self.pause_s

    def reset(self) -> None:
        self.t = 0.0
        self._last.clear()
        self._random = np.random.default_rng(int(self.params["seed"]) or None)

    def channel(self, name: str) -> Any:
        if name not in self.channels:
            return super().channel(name)
        return list(self._last)

    def _apply(self, checked: Mapping[str, Value]) -> None:
        super()._apply(checked)
        if "seed" in checked:
            self.reset()

    def _next(self) -> float:
        match self.params["kind"]:
            case "bell":
                number = self._random.normal(TOP / 2, BELL_WIDTH)
            case "walk":
                before = self._last[-1] if self._last else TOP / 2
                number = before + self._random.normal(0, STRIDE)
            case _:
                number = self._random.uniform(0, TOP)
        # What would leave the range is thrown back from its end.
        inside = abs(float(number)) % (2 * TOP)
        return min(inside, 2 * TOP - inside)
