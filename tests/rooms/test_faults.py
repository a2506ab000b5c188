"""A user's model whose own code fails: who asked gets an answer, who comes later is told why."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from msgspec import UNSET

import models
from app.protocol.messages import Visitor
from models.actions import Action
from models.contract import Model
from models.parameters import Toggle
from tests.rooms.conftest import Hall


class Faulty(Model):
    """Raises where it is told to."""

    parameters = (
        Toggle(name="bad", default=False, label="Bad", help="Cannot be switched on."),
        Toggle(name="stops", default=False, label="Stops", help="The next step raises."),
    )
    actions: ClassVar = {"trip": Action(label="Trip", help="Raises.")}
    channels: ClassVar = {"broken": "Raises."}

    def step(self, n: int) -> None:
        if self.params["stops"]:
            raise ZeroDivisionError("one over nothing")
        self.t += n

    def reset(self) -> None:
        self.t = 0.0

    def _apply(self, checked: Any) -> None:
        if checked.get("bad"):
            raise RuntimeError("no such state")
        super()._apply(checked)

    def act(self, action: str, args: Any) -> None:
        raise KeyError("trip")

    def channel(self, name: str) -> Any:
        raise LookupError("broken")


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Hall:
    """A room with it, listed as a user's."""
    monkeypatch.setattr(models, "_FROM_USERS", {"Faulty"})
    return Hall(Faulty)


def test_a_set_that_raises_is_refused_and_the_model_goes_on(hall: Hall) -> None:
    hall.set(bad=True)
    error = hall.heard.last("error")
    assert (error["id"], error["code"]) == (9, "bad_value")
    assert error["message"] == "RuntimeError: no such state"
    assert hall.room.running
    hall.room.advance(lambda: None)
    assert hall.room.state().params["bad"] is False


def test_a_tool_that_raises_answers_whoever_used_it(hall: Hall) -> None:
    with pytest.raises(KeyError):
        hall.do("trip")
    error = hall.heard.last("error")
    assert (error["id"], error["code"]) == (9, "failed")


def test_whoever_comes_when_the_model_has_stopped_is_told_why(hall: Hall) -> None:
    hall.set(stops=True)
    with pytest.raises(ZeroDivisionError) as fault:
        hall.room.advance(lambda: None)
    hall.room.fail(fault.value)
    assert "ZeroDivisionError: one over nothing" in hall.heard.last("notice")["text"]
    hall.room.enter(Visitor(id=3, name="Cleo", colour=""), UNSET)
    notice = hall.heard.last("notice")
    assert "test_faults.py, line " in notice["text"]
    hall.set(stops=False)
    hall.do("start")
    hall.room.enter(Visitor(id=4, name="Dan", colour=""), UNSET)
    assert hall.heard.take("notice") == []
