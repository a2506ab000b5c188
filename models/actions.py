"""What visitors may have a model do: one declaration per action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.parameters import Float, Parameter, ParameterError, Value, check_all

PLACE = (
    Float(name="x", default=0.5, low=0.0, high=1.0, label="Across",
          help="Fraction of the box from its left edge."),
    Float(name="y", default=0.5, low=0.0, high=1.0, label="Up",
          help="Fraction of the box from its lower edge."),
)  # fmt: skip
"""The arguments of an action that happens where somebody touches."""


@dataclass(frozen=True)
class Action:
    """A verb for visitors. It needs all of `args`, each within its own range."""

    label: str
    help: str
    args: tuple[Parameter, ...] = ()

    @property
    def takes_place(self) -> bool:
        """Does a touch give everything that it needs?"""
        return self.args == PLACE

    def check(self, given: Mapping[str, object]) -> dict[str, Value]:
        """`given` as the values of `args`. Raises ParameterError."""
        checked = check_all(self.args, given)
        missing = [arg.name for arg in self.args if arg.name not in checked]
        if missing:
            raise ParameterError("bad_value", f"{' and '.join(missing)} must be given too")
        return checked
