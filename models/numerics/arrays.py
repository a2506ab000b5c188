"""The types of arrays that models and numerics share."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Precision = Literal["single", "double"]
FloatArray = npt.NDArray[np.floating[Any]]
ComplexArray = npt.NDArray[np.complexfloating[Any, Any]]
ByteArray = npt.NDArray[np.uint8]
