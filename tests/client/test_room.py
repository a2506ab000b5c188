"""One room seen through the client for programs, whichever server it is on."""

from __future__ import annotations

import json
import queue
import threading
from typing import Any

import numpy as np
import pytest

from app.client import Room, RoomError
from tests.client.conftest import Join
from tests.support.exhibit import wait_until
from tests.support.program_hosts import ComputeHost, WebHost

Host = WebHost | ComputeHost
PATIENCE_S = 20.0


def test_a_frame_is_an_array_with_x_first_and_y_upwards(host: Host, join: Join) -> None:
    room = join(host.address, name="Plotter")
    room.finger(0.25, 0.75)
    frame = next(
        frame
        for frame in room.frames()
        if frame.fingers and frame.fingers[0].potential[0] == pytest.approx(0.25, abs=0.01)
        and frame.values[24, 48] < 0.3 * frame.values[72, 16]
    )  # fmt: skip
    # The finger repels the fluid there, and nowhere else.
    assert frame.values.shape == (96, 64)
    assert frame.values.dtype == np.float64
    assert (frame.view, frame.unit) == ("density", "1/dx^2")
    assert frame.fingers[0].visitor == room.you.id
    assert frame.tracers.shape == (100, 2)
    assert frame.time > 0
    room.finger(0.25, 0.75, down=False)
    later = next(frame for frame in room.frames() if not any(f.down for f in frame.fingers))
    assert later.seq > frame.seq
    assert later.time > frame.time


def test_parameters_are_read_and_set_all_or_none(host: Host, join: Join) -> None:
    room, other = join(host.address), join(host.address)
    assert room.set(cooling=np.float32(0.25), finger_r0=np.int64(4)) == {
        "cooling": 0.25, "finger_r0": 4.0,
    }  # fmt: skip
    assert (room.get("cooling"), room.params["finger_r0"]) == (0.25, 4.0)
    wait_until(lambda: other.get("cooling") == 0.25, "the other one hears it")
    with pytest.raises(RoomError, match="cooling") as refused:
        room.set(cooling=1e9, finger_r0=5.0)
    assert refused.value.code == "out_of_range"
    assert room.get("finger_r0") == 4.0
    with pytest.raises(RoomError, match="cooling") as refused:
        room.get("warming")
    assert refused.value.code == "unknown_parameter"
    for wrong in ({"warming": 1}, {"cooling": "very"}, {"cooling": float("nan")}):
        with pytest.raises(RoomError):
            room.set(**wrong)
    with pytest.raises(TypeError):
        room.set(cooling=object())  # type: ignore[arg-type]
    room.set(cooling=0.01, finger_r0=5.0)


def test_an_echo_comes_back_as_it_was(host: Host, join: Join) -> None:
    room = join(host.address)
    for data in (None, 0, -1.5, "<b>&amp; \u00e9\U0001f419", [1, {"a": [None, True]}], {}, []):
        assert room.echo(data) == data
    assert room.echo({"at": np.float64(0.5), "cells": np.arange(3)}) == {
        "at": 0.5,
        "cells": [0, 1, 2],
    }
    with pytest.raises(TypeError):
        room.echo(object())
    assert room.echo("still here") == "still here"


def test_actions_act_and_a_paused_room_shows_its_frame(host: Host, join: Join) -> None:
    room = join(host.address)
    room.frame()
    room.act("pause")
    assert room.state().running is False
    room.act("vortex", x=np.float64(0.5), y=0.5)
    still = room.frame().time
    room.act("step")
    seen = next(frame.time for frame in room.frames() if frame.time > still)
    assert room.state().sim_time == pytest.approx(seen)
    room.act("start")
    assert room.state().running is True
    with pytest.raises(RoomError) as refused:
        room.act("fly")
    assert refused.value.code == "bad_value"
    with pytest.raises(RoomError):
        room.act("vortex", x=7.0, y=0.5)


def test_after_a_view_is_chosen_no_frame_shows_another(host: Host, join: Join) -> None:
    room = join(host.address)
    assert room.frame().view == "density"
    for name in ("phase", "density", "phase"):
        room.view(name)
        assert room.frame().view == name
    assert np.abs(room.frame().values).max() <= np.pi + 1e-6
    with pytest.raises(RoomError, match="density, phase"):
        room.view("taste")
    assert room.frame().view == "phase"


@pytest.mark.parametrize("picture", ["raw", "jpeg"])
def test_pictures_come_as_one_wants_them(host: Host, join: Join, picture: Any) -> None:
    room = join(host.address, picture=picture)
    room.act("pause")
    exact = join(host.address, picture="raw")
    frame = exact.frame()
    room.act("step")
    now = next(one for one in exact.frames() if one.time > frame.time)
    like = next(one for one in room.frames() if one.time == now.time)
    error = np.abs(like.values - now.values).max() / np.ptp(now.values)
    assert error == 0 if picture == "raw" else 0 < error < 0.2
    room.act("start")


def test_a_channel_is_heard_at_once_and_at_each_change(host: Host, join: Join) -> None:
    room = join(host.address, picture="none")
    assert "energy" in room.channels()
    energies: queue.SimpleQueue[float] = queue.SimpleQueue()
    again: queue.SimpleQueue[float] = queue.SimpleQueue()
    room.subscribe("energy", energies.put)
    values = [energies.get(timeout=PATIENCE_S) for _ in range(3)]
    assert len(set(values)) == 3
    room.act("pause")
    # Nothing changes any more: a second handler hears at once what is known.
    room.subscribe("energy", again.put)
    assert again.get(timeout=PATIENCE_S) > 0
    room.unsubscribe("energy", energies.put)
    room.unsubscribe("energy")
    room.act("start")
    with pytest.raises(RoomError, match="energy") as refused:
        room.subscribe("gossip", energies.put)
    assert refused.value.code == "bad_value"
    with pytest.raises(ValueError, match="no pictures"):
        room.frame()


def test_a_handler_may_use_the_room_and_may_fail(host: Host, join: Join) -> None:
    room = join(host.address)
    done = threading.Event()

    def handler(_value: object) -> None:
        if room.get("winding") == 7:
            room.set(winding=6)
            raise ZeroDivisionError("a handler's mistake")
        done.set()

    room.set(winding=7)
    room.subscribe("energy", handler)
    assert done.wait(PATIENCE_S)
    assert room.set(winding=7) == {"winding": 7}


def test_a_snapshot_holds_one_instant_without_loss(host: Host, join: Join) -> None:
    room = join(host.address)
    room.act("pause")
    made = room.snapshot()
    assert (made["psi"].shape, made["psi"].dtype.kind) == ((96, 64), "c")
    np.testing.assert_allclose(made["density"], np.abs(made["psi"]) ** 2, rtol=1e-4, atol=1e-6)
    assert made["t"] == pytest.approx(room.state().sim_time)
    assert json.loads(str(made["params"])) == room.params
    room.act("start")


def test_lines_are_said_and_heard(host: Host, join: Join) -> None:
    anna, bert = join(host.address, name="Anna"), join(host.address, name="Bert")
    said = anna.say("Look at the <b>left</b> one!")
    assert (said.by, said.name, said.count) == (anna.you.id, "Anna", 1)
    wait_until(lambda: bert.lines, "Bert hears it")
    assert [line.text for line in bert.lines] == ["Look at the <b>left</b> one!"]
    for wrong in ("", "x" * 1000):
        with pytest.raises(RoomError):
            anna.say(wrong)


def test_visitors_come_and_go(host: Host, join: Join) -> None:
    room = join(host.address, name="Anna")
    assert "Anna" in [visitor.name for visitor in room.visitors]
    with Room(host.address, "BEC", name="Bert") as other:
        wait_until(lambda: other.you.id in {v.id for v in room.visitors}, "Bert is seen")
        assert {v.name for v in other.visitors} >= {"Anna", "Bert"}
    wait_until(lambda: other.you.id not in {v.id for v in room.visitors}, "Bert is gone")
    assert "BEC" in repr(room)
    assert room.about["name"] == "BEC"


def test_a_hasty_program_is_slowed_down_and_not_thrown_out(host: Host, join: Join) -> None:
    room = join(host.address)
    threads = [
        threading.Thread(target=lambda: [room.finger(x / 300, 0.5) for x in range(150)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    room.finger(0.5, 0.5, down=False)
    assert room.set(cooling=0.01) == {"cooling": 0.01}
    with pytest.raises(RoomError, match="x"):
        room.finger(1.5, 0.5)
    with pytest.raises(RoomError):
        room.finger(float("nan"), 0.5)


def test_a_room_that_was_left_says_so(host: Host, join: Join) -> None:
    room = join(host.address)
    frames = room.frames()
    next(frames)
    room.close()
    room.close()
    assert list(frames) == []
    for use in (room.frame, room.channels, lambda: room.set(cooling=0.1)):
        with pytest.raises(ConnectionError, match="closed here"):
            use()


def test_who_is_refused_is_told_why(host: Host, join: Join) -> None:
    with pytest.raises(RoomError, match="Nobody") as refused:
        join(host.address, "Nobody")
    assert refused.value.code in ("unknown_room", "unknown_model")
    with pytest.raises(RoomError, match="Nobody") as refused:
        join(host.address, None, model="Nobody")
    assert refused.value.code == "unknown_model"


def test_a_full_room_says_so(mortal: Host, join: Join) -> None:
    empty = mortal.fill()
    try:
        with pytest.raises(RoomError, match="128 visitors") as refused:
            join(mortal.address)
        assert refused.value.code == "room_full"
    finally:
        empty()
