"""A wall that turns: where the potential's factor changes from step to step, and how."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.numerics.arrays import ComplexArray, FloatArray


@dataclass(frozen=True)
class MovingWall:
    """At the points (flat, of the grid) the factor is `table` at a - b cos(angle) - c sin(angle).

    0 is table[1] and 1 is table[-3]; between the entries there is a cubic through four of them,
    and beyond the ends there are the ends.
    """

    points: npt.NDArray[np.int64]
    a: FloatArray
    b: FloatArray
    c: FloatArray
    table: ComplexArray
