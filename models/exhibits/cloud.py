"""A cloud with a mood, which somebody outside decides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from models.contract import Model
from models.numerics.arrays import Precision
from models.parameters import Choice, Float, Parameter, Text, Value

MOODS = {
    "calm": "All is quiet.",
    "sunny": "The sun is out.",
    "cloudy": "A little grey today.",
    "rainy": "It rains.",
    "stormy": "There is a storm.",
    "snowy": "It snows.",
}
"""Each mood, and what the cloud says in it when it was given no words."""
WAITING = "Waiting for news."
MAX_CAPTION_CHARS = 120


class Cloud(Model):
    """A cloud that shows how somebody, or something, feels: its mood comes from outside.

    Any program can tell it: the temperature of a lab, the queue in front of a coffee machine, a
    vote in a classroom. Whenever that program posts a *state*, a mood and a caption, every page
    with this cloud shows it at once, and whoever opens the page later sees it too.

    The moods are calm, sunny, cloudy, rainy, stormy and snowy. The caption is one line of any
    words; without one the cloud finds its own. States come by HTTP, to the address of this
    exhibit's room, with the token that the exhibit was started with:

        POST /api/rooms/Cloud/feed
        {"mood": "rainy", "caption": "The coffee is out"}

    What can be changed here is how hard the wind blows, for everybody. The mood itself cannot:
    the cloud believes nobody but its feed.
    """

    title: ClassVar[str] = "Mood cloud"
    display: ClassVar[str] = "cloud"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Float(name="wind", default=1.0, low=0.0, high=5.0, step=0.1, label="Wind", group="Sky",
              help="How fast the cloud sways: 0 is still air."),
    )  # fmt: skip
    presets: ClassVar[Mapping[str, Mapping[str, Value]]] = {
        "Still air": {"wind": 0.0},
        "Breeze": {"wind": 1.5},
        "Gale": {"wind": 5.0},
    }
    channels: ClassVar[Mapping[str, str]] = {"mood": "The cloud's mood and its caption."}
    feed: ClassVar[tuple[Parameter, ...]] = (
        Choice(name="mood", default="calm", options=tuple(MOODS), label="Mood",
               help="What the cloud looks like."),
        Text(name="caption", default="", max_chars=MAX_CAPTION_CHARS, label="Caption",
             help="What stands below it; without one the cloud says something itself."),
    )  # fmt: skip

    def __init__(
        self, params: Mapping[str, object] | None = None, precision: Precision = "single"
    ) -> None:
        super().__init__(params, precision)
        self._mood, self._caption = "calm", WAITING

    @property
    def pause_s(self) -> float:
        """Nothing happens by itself."""
        return math.inf

    def step(self, n: int) -> None:
        self.t += n

    def reset(self) -> None:
        self.t = 0.0

    def channel(self, name: str) -> Any:
        if name not in self.channels:
            return super().channel(name)
        return {"mood": self._mood, "caption": self._caption}

    def _fed(self, state: Mapping[str, Value]) -> None:
        self._mood = str(state["mood"])
        self._caption = str(state["caption"]) or MOODS[self._mood]
