"""Every exhibit keeps the contract, whatever its equation."""

from __future__ import annotations

import inspect
import itertools
import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import models
from models.contract import FieldModel, Model
from models.parameters import (
    Choice,
    Float,
    Integer,
    Parameter,
    ParameterError,
    Text,
    Toggle,
    from_schema,
)
from tests.support.fields import FIELDS, GRIDLESS

EVERY = pytest.mark.parametrize("name", models.names())
EVERY_FIELD = pytest.mark.parametrize("name", FIELDS)
EVERY_KEEPER = pytest.mark.parametrize(
    "name", [n for n in FIELDS if "norm" in models.get(n).channels and n != "Quench"]
)
"""Of its number of atoms."""

EVERY_GRIDLESS = pytest.mark.parametrize("name", GRIDLESS)


def small(name: str, precision: Any = "single", **params: Any) -> FieldModel:
    """The exhibit on a small grid."""
    exhibit = models.get(name)
    declared = {parameter.name for parameter in exhibit.parameters}
    sizes = {"Nx": 48, "Ny": 32, "cooling_steps": 10, "seed": 1}
    wanted = {**sizes, **params}
    model = exhibit({k: v for k, v in wanted.items() if k in declared}, precision)
    assert isinstance(model, FieldModel)
    return model


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"no model 'Nothing'.*BEC"):
        models.get("Nothing")


def test_catalogue_does_not_load_the_compiler() -> None:
    code = (
        "import models, sys; print([m for m in ('numba', 'pyfftw', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@EVERY
def test_docstring_opens_with_a_plain_sentence(name: str) -> None:
    text = inspect.getdoc(models.get(name)) or ""
    first = text.splitlines()[0]
    assert first.endswith((".", "!", "?"))
    assert not set(first) & set("$\\`*_")
    assert len(text) > 4 * len(first)


@EVERY_FIELD
def test_a_fields_docstring_tells_its_equation_and_where_that_is_from(name: str) -> None:
    text = inspect.getdoc(models.get(name)) or ""
    assert "Source:" in text
    assert "$$" in text


@EVERY
def test_declarations_are_sound(name: str) -> None:
    exhibit = models.get(name)
    for declared in (exhibit.parameters, exhibit.feed):
        names = [parameter.name for parameter in declared]
        assert len(names) == len(set(names))
    for parameter in (*exhibit.parameters, *exhibit.feed):
        assert parameter.check(parameter.default) == parameter.default
        assert parameter.label
        assert parameter.help.endswith((".", "!"))
        json.dumps(parameter.schema())
    json.dumps(dict(exhibit.channels))
    for action in exhibit.actions.values():
        assert action.label
        assert action.help.endswith((".", "!"))
        json.dumps([argument.schema() for argument in action.args])


@EVERY_FIELD
def test_presets_can_be_tried(name: str) -> None:
    exhibit = models.get(name)
    assert exhibit.presets
    assert exhibit.title
    fields = []
    for changes in exhibit.presets.values():
        model = small(name)
        assert model.set({**changes, "Nx": 64, "Ny": 64}) == {**changes, "Nx": 64, "Ny": 64}
        model.step(20)
        assert model.healthy() is None
        fields.append(model.psi)
    for a, b in itertools.combinations(fields, 2):
        assert np.abs(a - b).max() > 1e-3 * np.abs(a).max()


@EVERY_KEEPER
@pytest.mark.parametrize("precision", ["single", "double"])
def test_what_is_shown_is_true_at_every_cooling(name: str, precision: Any) -> None:
    """A step cools first and makes up for it in the next; nobody may see what is between them."""
    model = small(name, precision)
    atoms = model.channel("norm")
    for cooling in (1e-10, 0.01, 0.1, 1.0, 1e-10):
        model.set({"cooling": cooling})
        model.step(30)
        assert model.channel("norm") == pytest.approx(atoms, rel=1e-5)
        assert model.density().sum() == pytest.approx(atoms * model.grid.dx**-2, rel=1e-5)


@EVERY_KEEPER
def test_channels_do_not_jump_when_only_the_cooling_changes(name: str) -> None:
    """At rest in time, the same fluid has the same energies, whatever will cool it next."""
    model = small(name, "double", cooling=1.0)
    model.step(10)
    shown = [model.channel(part) for part in ("energy", "norm", "angular_momentum")]
    model.set({"cooling": 1e-10})
    after = [model.channel(part) for part in ("energy", "norm", "angular_momentum")]
    np.testing.assert_allclose(after, shown, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["Quench", "Turbulence"])
def test_each_start_throws_other_dice_and_any_can_be_had_again(name: str) -> None:
    model = small(name, seed=0)
    seeds, fields = [], []
    for _ in range(3):
        model.step(20)
        seeds.append(model.channel("seed"))
        fields.append(model.psi)
        model.reset()
    assert len(set(seeds)) == 3
    assert np.abs(fields[0] - fields[1]).max() > 0.01 * np.abs(fields[0]).max()
    model.set({"seed": seeds[1]})
    assert model.channel("seed") == seeds[1]
    model.step(20)
    np.testing.assert_allclose(model.psi, fields[1], atol=1e-4 * np.abs(fields[1]).max())


@EVERY_FIELD
def test_a_presets_state_does_not_depend_on_what_ran_before(name: str) -> None:
    """But for rounding, which follows the transforms' plans. Where a start is random, of a seed."""
    exhibit = models.get(name)
    same = {"Nx": 48, "Ny": 32, "seed": 3}
    fresh = {preset: exhibit({**exhibit.preset(preset), **same}) for preset in exhibit.presets}
    used = small(name)
    for before, after in itertools.permutations(exhibit.presets, 2):
        for preset in (before, after):
            used.touch("a", 0.5, 0.5)
            used.step(3)
            used.lift("a")
            used.set({**exhibit.preset(preset), "seed": 3})
            used.reset()
            expected = fresh[preset]
            assert isinstance(expected, FieldModel)
            assert (used.params, used.t, used.shape) == (expected.params, 0.0, (48, 32))
            largest = np.abs(expected.psi).max()
            np.testing.assert_allclose(used.psi, expected.psi, rtol=0, atol=1e-3 * largest)
            assert used.fingers() == []


@EVERY_FIELD
@pytest.mark.parametrize("precision", ["single", "double"])
def test_a_round_through_the_contract(name: str, precision: Any) -> None:
    model = small(name, precision)
    assert (model.shape, model.t) == ((48, 32), 0.0)
    model.touch("a", 0.5, 0.5)
    model.set_tracers(20)
    model.step(0)
    model.step(7)
    assert model.t > 0
    psi = model.psi
    assert psi.dtype == (np.complex64 if precision == "single" else np.complex128)
    assert psi.shape[-2:] == (48, 32)
    np.testing.assert_array_equal(model.psi, psi)
    assert not np.shares_memory(psi, model.psi)
    assert model.density().shape == (48, 32)
    for view in model.views:
        picture = model.picture(view.name)
        assert (picture.levels.dtype, picture.levels.shape) == (np.uint8, (32, 48))
        assert picture.levels.flags.c_contiguous
        assert picture.lo < picture.hi
    for channel in model.channels:
        json.dumps(model.channel(channel), allow_nan=False)
    with pytest.raises(KeyError):
        model.channel("nothing")
    assert model.tracers().shape == (20, 2)
    assert [finger.key for finger in model.fingers()] == ["a"]
    model.vortices()
    model.lift("a")
    model.lift("nobody")
    model.reset()
    assert model.t == 0.0
    assert model.fingers() == []


@EVERY_FIELD
def test_steps_in_blocks_are_the_same_steps(name: str) -> None:
    """Looking at the field, or not, and how steps are grouped changes nothing."""
    a, b = small(name, "double"), small(name, "double")
    a.step(12)
    for n in (1, 4, 7):
        b.step(n)
        b.picture("density" if "density" in [v.name for v in b.views] else b.views[0].name)
    assert a.t == pytest.approx(b.t)
    np.testing.assert_allclose(a.psi, b.psi, atol=1e-10 * np.abs(a.psi).max())


@EVERY_FIELD
def test_load_goes_on_where_psi_left_off(name: str) -> None:
    # The norm that is kept is that of the loaded field, from which cooling takes a little.
    a, b = (small(name, "double", cooling=1e-10, temperature=0.0) for _ in range(2))
    a.step(10)
    b.load(a.psi, a.t)
    for model in (a, b):
        model.step(5)
    assert a.t == pytest.approx(b.t)
    np.testing.assert_allclose(a.psi, b.psi, atol=1e-10 * np.abs(a.psi).max())


@EVERY_FIELD
def test_load_refuses_what_does_not_fit(name: str) -> None:
    model = small(name)
    before = model.psi
    with pytest.raises(ValueError, match="shape"):
        model.load(np.ones((8, 8), complex))
    bad = before.copy()
    bad[..., 3, 3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        model.load(bad)
    np.testing.assert_array_equal(model.psi, before)


@EVERY_FIELD
def test_picture_has_the_largest_y_on_top_and_x_to_the_right(name: str) -> None:
    model = small(name)
    psi = np.full(model.psi.shape, 0.1 + 0j)
    psi[..., 40, 5] = 1.0
    model.load(psi)
    levels = model.picture(model.views[0].name).levels.astype(int)
    row, column = np.unravel_index(np.abs(levels - np.median(levels)).argmax(), levels.shape)
    assert (row, column) == (32 - 1 - 5, 40)


@EVERY_FIELD
def test_set_is_all_or_nothing(name: str) -> None:
    model = small(name)
    before = dict(model.params)
    number = next(p for p in model.parameters if isinstance(p, Float | Integer))
    with pytest.raises(ParameterError):
        model.set({"Nx": 64, number.name: number.high * 2 + 1})
    assert model.params == before
    assert model.set({"Nx": 64, "Ny": 64}) == {"Nx": 64, "Ny": 64}
    assert model.shape == (64, 64)


@EVERY_FIELD
def test_every_parameter_can_be_changed_while_it_runs(name: str) -> None:
    model = small(name)
    for parameter in model.parameters:
        options: tuple[Any, ...] = getattr(parameter, "options", ())
        if isinstance(parameter, Float):
            values: tuple[Any, ...] = (parameter.low, parameter.high, parameter.default)
        elif isinstance(parameter, Integer):
            top = min(parameter.high, 64)
            low = max(parameter.low, min(16, top))
            values = (low, top - (top - parameter.low) % parameter.step)
        else:
            values = options or (False, True)
        kept = model.params[parameter.name]
        for value in values:
            model.set({parameter.name: value})
            assert model.params[parameter.name] == value
            model.step(1)
        model.set({parameter.name: kept})
    assert np.isfinite(model.psi).all()


@EVERY_GRIDLESS
def test_a_round_through_the_contract_without_a_grid(name: str) -> None:
    exhibit = models.get(name)
    assert exhibit.title
    assert exhibit.display
    for changes in ({}, *exhibit.presets.values()):
        model = exhibit(changes)
        assert model.t == 0.0
        assert model.pause_s > 0
        model.step(0)
        assert model.t == 0.0
        model.step(12)
        assert model.t > 0
        assert model.healthy() is None
        for channel in model.channels:
            json.dumps(model.channel(channel), allow_nan=False)
        with pytest.raises(KeyError):
            model.channel("nothing")
        with pytest.raises(ParameterError):
            model.set({**changes, "nothing": 1})
        model.reset()
        assert model.t == 0.0


@EVERY_FIELD
def test_no_field_follows_a_feed(name: str) -> None:
    with pytest.raises(ParameterError, match="takes no feed"):
        small(name).take_in({"mood": "sunny"})


@pytest.mark.parametrize(
    "parameter",
    [
        Float(name="a", default=1.0, low=0.0, high=2.0, label="A", help="."),
        Integer(name="a", default=1, low=0, high=2, label="A", help=".", scale="log"),
        Toggle(name="a", default=True, label="A", help="."),
        Choice(name="a", default="b", options=("b", "c"), label="A", help="."),
        Text(name="a", default="", max_chars=3, label="A", help="."),
    ],
)
def test_a_declaration_survives_its_way_through_json(parameter: Parameter) -> None:
    assert from_schema(json.loads(json.dumps(parameter.schema()))) == parameter


def test_helpers_are_not_listed() -> None:
    for name in models.names():
        assert issubclass(models.get(name), Model)
        assert not inspect.isabstract(models.get(name))
    assert "GrossPitaevskii" not in models.names()
