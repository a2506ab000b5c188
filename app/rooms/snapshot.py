"""A room at one instant, as arrays in NumPy's npz format, without pickled objects.

    psi       the field, complex (Nx, Ny) or (components, Nx, Ny); called `field` where it is no
              wave function, and missing where only the density is known
    density   real, (Nx, Ny)
    t         the time, a number
    params    every parameter in force, as JSON text
    tracers   real (count, 2), fractions of the box, y up
    shape     (Nx, Ny)

`copy_arrays` runs in the room's thread, between two steps; `packed` may run elsewhere.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from app.protocol.compute import SnapshotPart
from app.rooms.room import Room
from models.contract import FieldModel

log = logging.getLogger(__name__)

MAX_SNAPSHOT_BYTES = 48 * 1024 * 1024
"""Two components of 1024 x 1024 in double precision, their density, and some more."""
PLAIN_KINDS = "biufcU"
"""dtype.kind of what is written without pickle."""

Arrays = dict[str, npt.NDArray[Any]]


class SnapshotError(Exception):
    """No snapshot is available; the text gives the reason."""


OnSnapshot = Callable[[bytes | SnapshotError], None]
"""Called with the npz, or with the reason why there is none."""


def copy_arrays(room: Room, parts: Sequence[SnapshotPart]) -> Arrays | SnapshotError:
    """Copy `parts` as they are now. A model's exception is returned: it must not end the room."""
    model = room.model
    if not isinstance(model, FieldModel):
        return SnapshotError(f"room {room.name} has no grid, and so no field to save")
    makers: dict[SnapshotPart, Callable[[], Any]] = {
        "psi": lambda: model.psi,
        "density": model.density,
        "t": lambda: float(model.t),
        "params": lambda: msgspec.json.encode(room.params).decode(),
        "tracers": model.tracers,
        "shape": lambda: model.shape,
    }
    names: dict[str, str] = {"psi": model.field_name}
    try:
        found = {names.get(part, part): np.array(makers[part]()) for part in parts}
    except Exception as fault:  # noqa: BLE001  (a model's own code)
        log.warning("room %s: the model's state cannot be read: %r", room.name, fault)
        return SnapshotError(f"the model's state cannot be read: {type(fault).__name__}: {fault}")
    found.pop("", None)
    strange = [name for name, array in found.items() if array.dtype.kind not in PLAIN_KINDS]
    if strange:
        return SnapshotError(f"the model's {', '.join(strange)} is not an array of numbers")
    size = sum(array.nbytes for array in found.values())
    if size > MAX_SNAPSHOT_BYTES:
        return SnapshotError(
            f"the snapshot has {size / 1e6:.0f} MB; at most {MAX_SNAPSHOT_BYTES / 1e6:.0f} MB are "
            "allowed, so use a smaller grid"
        )
    return found


def packed(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Pack as npz; uncompressed, because a field hardly shrinks and compression is slow."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def unpacked(data: bytes) -> Arrays:
    """Unpack the output of `packed`. Raises ValueError for anything else."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return dict(file)
