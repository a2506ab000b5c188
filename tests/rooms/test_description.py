"""What the web is told about a model derives from its declaration."""

from __future__ import annotations

import msgspec

import models
from app.rooms.description import describe
from tests.support.toy import Counter, Wave


def test_a_description_holds_every_declaration() -> None:
    about = describe("Wave", Wave)
    assert about["name"] == "Wave"
    assert about["summary"] == "A hump that travels along x."
    by_name = {parameter["name"]: parameter for parameter in about["parameters"]}
    assert list(by_name) == ["speed", "humps", "lit", "shape", "steps", "tracers", "precision"]
    assert by_name["speed"]["kind"] == "float"
    assert (by_name["speed"]["low"], by_name["speed"]["high"]) == (-2.0, 2.0)
    assert by_name["humps"]["step"] == 2
    assert by_name["lit"]["default"] is True
    assert by_name["shape"]["options"] == ("round", "flat")
    assert [view["name"] for view in about["views"]] == ["density", "phase", "vortices"]
    assert about["views"][1]["cyclic"] is True
    assert {"start", "pause", "step", "reset", "reset_tracers", "kick", "put"} == set(
        about["actions"]
    )
    assert {"steps_per_s", "fps", "heartbeat", "notes", "position"} == set(about["channels"])
    kick, put = about["tools"]
    assert (kick["name"], kick["label"], kick["takes_place"]) == ("kick", "Kick", False)
    assert [argument["name"] for argument in kick["args"]] == ["by"]
    assert (put["help"], put["takes_place"]) == (about["actions"]["put"], True)
    msgspec.json.encode(about)


def test_the_about_text_is_html_without_the_authors_markup() -> None:
    about = describe("Wave", Wave)["about"]
    assert "<em>never</em>" in about
    assert "<math" in about
    assert "<script" not in about


def test_a_model_without_a_grid_has_no_views_and_no_tracers() -> None:
    about = describe("Counter", Counter)
    assert about["views"] == []
    assert about["grid"] is False
    assert [parameter["name"] for parameter in about["parameters"]] == ["stride"]


def test_prices_are_no_equations() -> None:
    class Costs(Wave):
        r"""A ticket costs $5, two cost $9.

        An energy $E = \hbar\omega$, and between $ 3 and $4 all the same.
        """

    about = describe("Costs", Costs)["about"]
    assert "A ticket costs $5, two cost $9." in about
    assert about.count("<math") == 1


def test_a_preset_names_every_parameter_but_the_grids() -> None:
    """So whatever was set before, a page that sets all of them has what the preset is called."""
    for name in models.names():
        model = models.get(name)
        free = {p.name: p.default for p in model.parameters if p.group != "Grid"}
        told = {preset["name"]: preset["params"] for preset in describe(name, model)["presets"]}
        assert told == {key: {**free, **own} for key, own in model.presets.items()}
