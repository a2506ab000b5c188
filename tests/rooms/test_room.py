"""The truth of a room: commands are carried out whole or not at all; everybody gets the result."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import UNSET

from app.protocol import frames
from app.protocol.frames import FrameKey
from app.protocol.messages import Visitor
from app.rooms.fingers import MAX_FINGERS_PER_ROOM, MAX_FINGERS_PER_VISITOR
from app.rooms.recovery import SAFE_AFTER_FRAMES
from app.rooms.room import MAX_TOOLS_PER_S
from models.contract import FingerLimitError
from tests.support import client
from tests.support.toy import DT, Counter, Mischief, Wave

RAW = FrameKey("density", frames.RAW)
MakeHall = Callable[..., Any]


def idle() -> None:
    """Nobody sends a command."""


# --- set --------------------------------------------------------------------------------------


def test_a_change_is_announced_with_what_changed_and_whose_it_was(hall: Any) -> None:
    hall.set(2, speed=0.5, steps=7)
    [(state, to)] = hall.heard.all
    assert to is None
    assert state["params"] == {"speed": 0.5, "steps": 7}
    assert (state["by"], state["id"]) == (2, 9)
    assert hall.room.params["speed"] == 0.5
    assert hall.room.params["steps"] == 7


@pytest.mark.parametrize(
    ("wrong", "code", "allowed"),
    [
        ({"speed": 2.5}, "out_of_range", "-2 to 2"),
        ({"speed": "fast"}, "bad_value", "float"),
        ({"speed": True}, "bad_value", "float"),
        ({"speed": 10**400}, "bad_value", "finite"),
        ({"humps": 4}, "out_of_range", "steps of 2 from 1"),
        ({"humps": 1.5}, "bad_value", "int"),
        ({"humps": 10**30}, "out_of_range", "1 to 9"),
        ({"lit": 1}, "bad_value", "bool"),
        ({"shape": "square"}, "out_of_range", "round, flat"),
        ({"shape": 3}, "bad_value", "choice"),
        ({"nobody": 3}, "unknown_parameter", "speed, humps, lit, shape, steps, tracers, precision"),
        ({"steps": 0}, "out_of_range", "1 to 200"),
        ({"tracers": 150}, "out_of_range", "steps of 100"),
    ],
)
def test_a_set_is_all_or_nothing_and_its_error_says_what_is_allowed(
    hall: Any, wrong: dict[str, Any], code: str, allowed: str
) -> None:
    before = hall.room.params
    hall.set(1, **{"speed": -1.0, "steps": 3, **wrong})
    [(error, to)] = hall.heard.all
    assert to == 1
    assert error["type"] == "error"
    assert (error["id"], error["code"]) == (9, code)
    assert allowed in error["message"]
    assert next(iter(wrong)) in error["message"]
    assert len(error["message"]) < 300
    assert hall.room.params == before


def test_a_whole_float_is_a_whole_number(hall: Any) -> None:
    hall.set(humps=3.0)
    assert hall.heard.last("state")["params"] == {"humps": 3}


def test_precision_is_a_parameter_that_builds_the_model_anew(hall: Any) -> None:
    hall.finger(1, 0, 0.5, 0.5)
    hall.set(precision="double", speed=0.25, tracers=100)
    assert hall.room.model.precision == "double"
    assert hall.room.params["precision"] == "double"
    assert hall.room.params["speed"] == 0.25
    assert len(hall.room.model.tracers()) == 100
    assert not any(mark.down for mark in hall.room.finger_marks())
    hall.set(precision="half")
    assert hall.heard.last("error")["code"] == "out_of_range"
    hall.set(precision="single")
    assert hall.room.model.precision == "single"


def test_the_number_of_tracers_takes_effect_at_once(hall: Any) -> None:
    hall.set(tracers=400)
    frame = client.decode(hall.room.compose([RAW])[RAW])
    assert len(frame.tracers) == 400


def test_first_values_are_given_to_model_and_room(make_hall: MakeHall) -> None:
    hall = make_hall(Wave, speed=0.25, steps=4)
    assert hall.room.params["speed"] == 0.25
    assert hall.room.steps_per_frame == 4


def test_wishes_of_strangers_are_not_heard(hall: Any) -> None:
    hall.set(99, speed=0.5)
    hall.do("pause", visitor=99)
    assert hall.heard.all == []
    assert hall.room.params["speed"] == 1.0
    assert hall.room.running


# --- do ---------------------------------------------------------------------------------------


def test_time_runs_pauses_and_runs_again_for_everybody(hall: Any) -> None:
    hall.room.advance(idle)
    assert hall.room.state().sim_time == 20 * DT
    hall.do("pause", visitor=2)
    state = hall.heard.last("state")
    assert (state["running"], state["action"], state["by"]) == (False, "pause", 2)
    hall.room.advance(idle)
    assert hall.room.state().sim_time == 20 * DT
    hall.do("start")
    assert hall.heard.last("state")["running"] is True
    hall.room.advance(idle)
    assert hall.room.state().sim_time == 40 * DT


def test_a_single_step_pauses_and_takes_just_one(hall: Any) -> None:
    hall.do("step")
    hall.do("step")
    state = hall.heard.last("state")
    assert state["running"] is False
    assert state["sim_time"] == 2 * DT


def test_a_pause_in_the_middle_of_a_frame_holds_at_once(hall: Any) -> None:
    hall.set(steps=200)
    hall.room._chunk_sizer.took(1, 1.0)  # as if a step took a second: a chunk is one step
    calls = []

    def hear() -> None:
        calls.append(hall.room.state().sim_time)
        if len(calls) == 3:
            hall.do("pause")

    hall.room.advance(hear)
    assert calls == [DT, 2 * DT, 3 * DT]
    assert hall.room.state().sim_time == 3 * DT


def test_reset_starts_anew_and_keeps_parameters(hall: Any) -> None:
    hall.set(speed=0.5)
    hall.room.advance(idle)
    hall.do("reset")
    state = hall.heard.last("state")
    assert (state["sim_time"], state["action"]) == (0.0, "reset")
    assert hall.room.params["speed"] == 0.5


def test_the_models_own_actions_take_arguments(hall: Any) -> None:
    hall.do("kick", by=2.5)
    assert hall.heard.last("state")["action"] == "kick"
    assert hall.room._model.position == 2.5
    hall.do("kick", by="hard")
    error = hall.heard.last("error")
    assert (error["code"], error["id"]) == ("bad_value", 9)
    assert "by: a float" in error["message"]


def test_a_tool_happens_where_it_is_used_and_refuses_what_is_no_place(hall: Any) -> None:
    hall.do("put", x=0.5, y=0.25)
    assert hall.room._model.position == pytest.approx(3.14159, abs=1e-4)
    hall.do("put", x=0.5)
    assert hall.heard.last("error")["code"] == "bad_value"
    hall.do("put", x=0.5, y=1.5)
    error = hall.heard.last("error")
    assert (error["code"], error["id"]) == ("out_of_range", 9)
    assert "0 to 1" in error["message"]


def test_tools_are_limited_for_all_visitors_of_a_room(hall: Any) -> None:
    for use in range(MAX_TOOLS_PER_S):
        hall.do("kick", visitor=1 + use % 2, by=0.125)
    assert hall.heard.take("error") == []
    hall.do("kick", by=0.125)
    error = hall.heard.last("error")
    assert error["code"] == "too_fast"
    assert str(MAX_TOOLS_PER_S) in error["message"]
    assert hall.room._model.position == MAX_TOOLS_PER_S / 8
    hall.do("pause")
    assert hall.heard.last("state")["action"] == "pause"


def test_an_unknown_action_is_answered_with_the_known_ones(hall: Any) -> None:
    hall.do("explode")
    [(error, to)] = hall.heard.all
    assert to == 1
    for name in ("explode", "start", "pause", "step", "reset", "reset_tracers", "kick"):
        assert name in error["message"]


# --- fingers ----------------------------------------------------------------------------------


def test_fingers_belong_to_their_visitors(hall: Any) -> None:
    hall.finger(1, 0, 0.1, 0.2)
    hall.finger(1, 1, 0.3, 0.4)
    hall.finger(2, 0, 0.5, 0.6)
    assert hall.fingers() == {(1, 0), (1, 1), (2, 0)}
    hall.finger(2, 0, 0.9, 0.8)
    frame = client.decode(hall.room.compose([RAW])[RAW])
    assert len(frame.fingers) == 3
    mark = frame.finger_of(2)
    assert mark is not None
    assert mark.pointer == pytest.approx((0.9, 0.8), abs=1e-4)
    hall.finger(1, 0, 0, 0, down=False)
    assert hall.fingers() == {(1, 1), (2, 0)}
    assert hall.heard.all == []


def test_lifting_what_is_not_down_is_nothing(hall: Any) -> None:
    hall.finger(1, 3, 0.5, 0.5, down=False)
    assert hall.heard.all == []


def test_a_visitors_fingers_are_capped(hall: Any) -> None:
    for touch in range(MAX_FINGERS_PER_VISITOR + 1):
        hall.finger(1, touch, 0.5, 0.5)
    error = hall.heard.last("error")
    assert error["code"] == "busy"
    assert str(MAX_FINGERS_PER_VISITOR) in error["message"]
    assert len(hall.fingers()) == MAX_FINGERS_PER_VISITOR
    # Those that are down may move, and one that is lifted makes room for another.
    hall.finger(1, 0, 0.6, 0.6)
    hall.finger(1, 0, 0.6, 0.6, down=False)
    hall.finger(1, 200, 0.1, 0.1)
    assert hall.heard.take("error") == []
    assert (1, 200) in hall.fingers()


def test_a_rooms_fingers_are_capped(hall: Any) -> None:
    for number in range(3, 3 + MAX_FINGERS_PER_ROOM):
        hall.room.enter(Visitor(id=number, name="", colour=""), UNSET)
        hall.finger(number, 0, 0.5, 0.5)
    assert hall.heard.take("error") == []
    hall.finger(1, 0, 0.5, 0.5)
    assert hall.heard.last("error")["code"] == "busy"
    assert len(hall.fingers()) == MAX_FINGERS_PER_ROOM


def test_a_finger_that_the_model_refuses_is_not_held(
    hall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise FingerLimitError("no more")

    with monkeypatch.context() as patch:
        patch.setattr(hall.room._model, "touch", full)
        hall.finger(1, 0, 0.5, 0.5)
        assert hall.heard.last("error")["id"] == 9
    for touch in range(1, 1 + MAX_FINGERS_PER_VISITOR):
        hall.finger(1, touch, 0.5, 0.5)
    assert hall.heard.take("error") == []


def test_reset_ends_drags_until_the_finger_is_lifted(hall: Any) -> None:
    hall.finger(1, 0, 0.5, 0.5)
    hall.finger(2, 0, 0.5, 0.5)
    hall.do("reset")
    assert hall.fingers() == set()
    hall.finger(1, 0, 0.6, 0.6)
    hall.finger(1, 1, 0.6, 0.6)
    assert hall.fingers() == {(1, 1)}
    hall.finger(1, 0, 0.6, 0.6, down=False)
    hall.finger(1, 0, 0.6, 0.6)
    assert hall.fingers() == {(1, 0), (1, 1)}


def test_whoever_comes_back_after_a_reset_can_touch_at_once(hall: Any) -> None:
    hall.finger(1, 0, 0.5, 0.5)
    hall.do("reset", visitor=2)
    hall.room.leave(1)
    hall.room.enter(Visitor(id=1, name="Anna", colour=""), UNSET)
    hall.finger(1, 0, 0.5, 0.5)
    assert hall.fingers() == {(1, 0)}


def test_fingers_do_not_stay_when_the_same_visitor_comes_from_elsewhere(hall: Any) -> None:
    hall.finger(1, 4, 0.5, 0.5)
    hall.room.enter(Visitor(id=1, name="Anna", colour=""), UNSET)
    assert hall.fingers() == set()


def test_a_model_without_a_grid_cannot_be_touched(make_hall: MakeHall) -> None:
    hall = make_hall(Counter)
    hall.finger(1, 0, 0.5, 0.5)
    error = hall.heard.last("error")
    assert error["id"] == 9
    assert "touch" in error["message"]


# --- visitors ---------------------------------------------------------------------------------


def test_a_late_joiner_gets_the_truth_as_it_is(hall: Any) -> None:
    hall.set(speed=0.5, tracers=700)
    hall.room.advance(idle)
    hall.do("pause")
    hall.heard.all.clear()
    hall.room.enter(Visitor(id=3, name="", colour="", role="kiosk"), 42)
    (welcome, to), (visitors, to_all) = hall.heard.all
    assert (welcome["type"], to, welcome["id"]) == ("welcome", 3, 42)
    assert welcome["state"]["running"] is False
    assert welcome["state"]["sim_time"] == 20 * DT
    assert welcome["state"]["params"] == hall.room.params
    assert welcome["state"]["params"]["speed"] == 0.5
    assert welcome["model"]["name"] == "Wave"
    assert welcome["room"] == "hall"
    assert welcome["you"]["role"] == "kiosk"
    assert [v["name"] for v in welcome["visitors"]][:2] == ["Anna", "Bert"]
    assert welcome["visitors"][2] == {k: v for k, v in welcome["you"].items() if k != "resume"}
    assert to_all is None
    assert visitors["joined"] == [3]
    assert visitors["left"] == []
    assert [v["id"] for v in visitors["list"]] == [1, 2, 3]


def test_a_welcome_bears_an_id_only_if_hello_did(hall: Any) -> None:
    hall.room.enter(Visitor(id=3, name="", colour=""), UNSET)
    assert "id" not in hall.heard.last("welcome")


def test_whoever_leaves_takes_his_fingers_along(hall: Any) -> None:
    hall.finger(1, 0, 0.5, 0.5)
    hall.finger(2, 0, 0.5, 0.5)
    hall.room.leave(1)
    visitors = hall.heard.last("visitors")
    assert visitors["left"] == [1]
    assert [v["id"] for v in visitors["list"]] == [2]
    assert hall.fingers() == {(2, 0)}
    hall.room.leave(1)
    assert hall.heard.all == []


# --- frames and channels ----------------------------------------------------------------------


def test_frames_come_in_every_form_that_is_wanted(hall: Any) -> None:
    hall.room.advance(idle)
    jpeg = FrameKey("density", frames.JPEG, 2)
    phase = FrameKey("phase", frames.RAW)
    composed = hall.room.compose([RAW, jpeg, phase, FrameKey("nobody", frames.RAW)])
    assert set(composed) == {RAW, jpeg, phase}
    seen = {key: client.decode(data) for key, data in composed.items()}
    assert [seen[key].encoding for key in (RAW, jpeg, phase)] == [2, 1, 2]
    assert [seen[key].view for key in (RAW, jpeg, phase)] == [0, 0, 1]
    assert {frame.time for frame in seen.values()} == {20 * DT}
    assert len({frame.seq for frame in seen.values()}) == 1
    assert len(seen[RAW].tracers) == 300


def test_sequence_numbers_grow(hall: Any) -> None:
    numbers = [client.decode(hall.room.compose([RAW])[RAW]).seq for _ in range(5)]
    assert numbers == sorted(set(numbers))


def test_a_model_without_a_grid_sends_no_frames(make_hall: MakeHall) -> None:
    hall = make_hall(Counter, stride=3)
    assert hall.room.compose([RAW]) == {}
    hall.room.advance(idle)
    hall.room.publish({"count"})
    assert hall.heard.last("channel") == {"type": "channel", "name": "count", "value": 3.0}


def test_channels_tell_changes_only(hall: Any) -> None:
    hall.room.publish({"position"})
    hall.room.publish({"position"})
    assert [m["value"] for m in hall.heard.take("channel")] == [0.0]
    hall.do("kick", by=1.5)
    hall.room.publish({"position"})
    assert [m["value"] for m in hall.heard.take("channel")] == [1.5]
    # Who asks again gets the value though it has not changed.
    hall.room.publish(set())
    hall.room.publish({"position"})
    assert [m["value"] for m in hall.heard.take("channel")] == [1.5]


def test_figures_count_what_happened(hall: Any) -> None:
    hall.room.advance(idle)
    hall.room.compose([RAW])
    stats = hall.room.stats()
    assert stats.steps_per_s == 20
    assert stats.fps == 1
    assert stats.sim_time == 20 * DT
    assert stats.restarts == 0


def test_the_report_holds_state_and_fingers(hall: Any) -> None:
    hall.finger(1, 2, 0.25, 0.75)
    report = hall.room.report()
    assert set(report) == {"running", "params", "fingers", "sim_time"}
    [finger] = report["fingers"]
    assert (finger["visitor"], finger["touch"], finger["pointer"]) == (1, 2, (0.25, 0.75))


# --- trouble ----------------------------------------------------------------------------------


def test_recovery_keeps_visitors_and_the_parameters_that_worked(make_hall: MakeHall) -> None:
    hall = make_hall(Mischief)
    hall.set(speed=0.5)
    for _ in range(SAFE_AFTER_FRAMES):
        hall.room.advance(idle)
    hall.set(mood="raise")
    hall.finger(1, 0, 0.5, 0.5)
    with pytest.raises(ZeroDivisionError):
        hall.room.advance(idle)
    hall.room.recover("one over nothing")
    assert hall.heard.last("notice")["level"] == "trouble"
    told = hall.heard.last("state")
    assert told["by"] is None
    assert told["params"] == hall.room.params
    assert hall.room.params["mood"] == "good"
    assert hall.room.params["speed"] == 0.5
    assert {visitor.id for visitor in hall.room.visitors} == {1, 2}
    assert hall.room.stats().restarts == 1
    assert hall.fingers() == set()
    hall.room.advance(idle)


def test_a_second_failure_goes_back_to_the_first_parameters(make_hall: MakeHall) -> None:
    hall = make_hall(Mischief, humps=3)
    hall.set(speed=0.5)
    for _ in range(SAFE_AFTER_FRAMES):
        hall.room.advance(idle)
    hall.room.recover("once")
    assert hall.room.params["speed"] == 0.5
    hall.room.recover("twice")
    assert hall.room.params["speed"] == 1.0
    assert hall.room.params["humps"] == 3


def test_a_failing_action_changes_nothing_but_is_a_failure(make_hall: MakeHall) -> None:
    hall = make_hall(Mischief)
    with pytest.raises(RuntimeError):
        hall.do("explode")
    assert {visitor.id for visitor in hall.room.visitors} == {1, 2}


def test_a_successor_takes_over_visitors_time_and_numbers(make_hall: MakeHall) -> None:
    hall = make_hall(Mischief, humps=5)
    hall.do("pause")
    hall.finger(1, 0, 0.5, 0.5)
    before = client.decode(hall.room.compose([RAW])[RAW]).seq
    hall.heard.all.clear()
    heir = hall.room.successor(hall.heard.emit, hall.posted.put)
    assert heir.visitors == hall.room.visitors
    assert heir.running is False
    assert heir.params["humps"] == 5
    assert heir.stats().restarts == 1
    assert client.decode(heir.compose([RAW])[RAW]).seq > before
    assert hall.heard.last("notice")["level"] == "trouble"
    assert hall.heard.last("state")["params"] == heir.params
    # A finger that was down on the old fluid does not stir the new one by itself.
    hall.room = heir
    hall.finger(1, 0, 0.5, 0.6)
    assert hall.fingers() == set()


def test_the_heart_beats_while_time_stands_still(
    hall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.do("pause")
    began = time.monotonic()
    for later in (1.0, 9.0, 10.5, 11.0, 3605.0):
        monkeypatch.setattr(time, "monotonic", lambda later=later: began + later)
        hall.room.publish({"heartbeat"})
    assert [told["value"] for told in hall.heard.take("channel")] == [0, 1, 360]
    assert hall.room.successor(hall.heard.emit, hall.posted.put).stats().heartbeat == 360
