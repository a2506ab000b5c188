"""A room's objects in Python's own syntax, on both kinds of server."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.client import RoomError
from tests.client.conftest import Join
from tests.support.exhibit import wait_until
from tests.support.program_hosts import ComputeHost, WebHost

Host = WebHost | ComputeHost


def test_attributes_are_got_set_and_called(host: Host, join: Join) -> None:
    room, other = join(host.address), join(host.address)
    model: Any = room.model
    model.cooling = np.float32(0.25)
    assert model.cooling == model["cooling"] == room.get("cooling") == 0.25
    wait_until(lambda: other.get("cooling") == 0.25, "everybody is told")
    model.pause()
    assert room.state().running is False
    # What is a value as well as a function is called as a function.
    assert model.energy() == pytest.approx(model["energy"])
    dense = room.snapshot()["density"]
    assert model.density_at(0.25, y=np.float64(0.5)) == pytest.approx(dense[24, 32], rel=1e-3)
    model.start()
    model["cooling"] = 0.01
    assert {"cooling", "energy", "density_at"} <= set(dir(model))
    assert "cooling" in repr(model)


def test_notes_are_written_listed_and_deleted(host: Host, join: Join) -> None:
    room, other = join(host.address), join(host.address)
    room.notes.mine = "to do"
    room.notes["yours"] = "done"
    assert other.notes.mine == "to do"
    assert {"mine", "yours"} <= set(other.notes.list())
    del room.notes.mine
    del other.notes["yours"]
    with pytest.raises(RoomError):
        _ = other.notes.mine
    with pytest.raises(RoomError) as refused:
        room.notes.clear()
    assert refused.value.code == "forbidden"


def test_what_is_not_exposed_is_out_of_reach(host: Host, join: Join) -> None:
    room = join(host.address)
    for name in ("taste", "psi", "_finger", "__wrapped__"):
        with pytest.raises(AttributeError, match="exposes no"):
            getattr(room.model, name)
    with pytest.raises(AttributeError, match="exposed"):
        _ = room.modell
    for wrong in (
        lambda: setattr(room.model, "energy", 1.0),
        lambda: setattr(room.model, "cooling", "very"),
        lambda: setattr(room.model, "cooling", 1e9),
        lambda: delattr(room.model, "cooling"),
        lambda: room.model.density_at(7.0, 7.0),
        lambda: room.model.density_at(),
        lambda: room.model["__init__"],
    ):
        with pytest.raises(RoomError) as refused:
            wrong()
        assert refused.value.code in ("not_exposed", "bad_value", "out_of_range")
    with pytest.raises(TypeError, match="cannot be sent"):
        room.model.density_at(object())
