"""Files as physicists write them, in super_hydro's style: they run as they are, or are refused
at the start in words that name file, line, class and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from models.contract import FieldModel
from models.parameters import Float, ParameterError
from models.user_file import UserFileError, load

BASE = '''
import numpy as np

class Field:
    """A drop in a corner."""
    sliders = [["size", "slider", "None", "range", 0, 3, 0.1]]

    def __init__(self, opts=None):
        self.opts, self.t, self.size = opts, 0.0, 1.0

    def get_density(self):
        x, y = np.meshgrid(np.arange(48), np.arange(32), indexing="ij")
        return 100 * np.exp(-((x - 8) ** 2 + (y - 24) ** 2) / 40)

    def get(self, name):
        return getattr(self, name)

    def set(self, name, value):
        setattr(self, name, value)

    def step(self, N, tracer_particles=None):
        self.t += 0.01 * N
'''
AUTOMATON = '''
import numpy as np

class Life:
    """Cells that live and die by their neighbours."""
    sliders = [["alive", "toggle", "None", "checkbox", 0, 1, 1]]
    alive = True

    def __init__(self, opts):
        rng = np.random.default_rng(0)
        self.cells = (rng.random((opts.Nx, opts.Ny)) < 0.3).astype(int)

    def get_density(self):
        return self.cells

    def get(self, name):
        return getattr(self, name)

    def set(self, name, value):
        setattr(self, name, value)

    def step(self, N, tracer_particles):
        for _ in range(N):
            around = sum(np.roll(self.cells, s, (0, 1)) for s in
                         [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)])
            self.cells = ((around == 3) | ((self.cells == 1) & (around == 2))).astype(int)
'''


def loaded(folder: Path, text: str, **options: int) -> FieldModel:
    """The one model in a file of that text, built."""
    file = folder / "odd.py"
    file.write_text(text, encoding="utf-8")
    ((_, kind),) = load(str(file), options).items()
    model = kind({})
    assert isinstance(model, FieldModel)
    return model


def changed(old: str, new: str, text: str = BASE) -> str:
    """The usual file with one thing in it written otherwise."""
    assert old in text
    return text.replace(old, new)


def refusal(folder: Path, text: str) -> str:
    """Why a file of that text is refused."""
    with pytest.raises(UserFileError) as refused:
        loaded(folder, text)
    assert re.match(r".*odd\.py, line \d+: class Field", str(refused.value))
    return str(refused.value)


def test_a_cellular_automaton_runs(tmp_path: Path) -> None:
    model = loaded(tmp_path, AUTOMATON, Nx=40, Ny=24)
    before = model.density()
    model.set_tracers(10)
    model.step(3)
    assert model.shape == (40, 24)
    assert not np.array_equal(before, model.density())
    assert model.tracers().shape == (0, 2)
    assert model.picture("density").levels.max() > 100


@pytest.mark.parametrize(
    "convert",
    ["d.astype(int)", "d.astype(np.uint8)", "d > 50", "d.tolist()", "d.astype(int).tolist()",
     "d.astype(np.float32)", "(d > 50).tolist()"],
)  # fmt: skip
def test_densities_of_every_real_kind_are_shown(convert: str, tmp_path: Path) -> None:
    text = changed("return 100 * np.exp", "d = 100 * np.exp") + "\n"
    text = changed("/ 40)\n", f"/ 40)\n        return {convert}\n", text)
    model = loaded(tmp_path, text)
    picture = model.picture("density")
    assert picture.levels.shape == (32, 48)
    row, column = np.unravel_index(picture.levels.argmax(), picture.levels.shape)
    assert abs(column - 8) <= 8
    assert abs((31 - row) - 24) <= 8
    assert np.isfinite(model.psi).all()


@pytest.mark.parametrize(("factor", "brightest"), [("-100", False), ("100", True)])
def test_negative_densities_are_on_a_scale_that_is_not_upside_down(
    factor: str, brightest: bool, tmp_path: Path
) -> None:
    model = loaded(tmp_path, changed("return 100 *", f"return {factor} *"))
    picture = model.picture("density")
    assert picture.lo < picture.hi
    drop, elsewhere = int(picture.levels[31 - 24, 8]), int(picture.levels[31, 40])
    assert (drop > elsewhere) == brightest
    value = picture.lo + (picture.hi - picture.lo) * elsewhere / 255
    assert value == pytest.approx(0, abs=1)


@pytest.mark.parametrize("nothing", ["0 * x", "0 * x - 1.0", "0 * x + 1.0"])
def test_a_field_without_any_shape_is_shown(nothing: str, tmp_path: Path) -> None:
    text = changed("return 100 * np.exp(-((x - 8) ** 2 + (y - 24) ** 2) / 40)", f"return {nothing}")
    picture = loaded(tmp_path, text).picture("density")
    assert np.isfinite([picture.lo, picture.hi]).all()
    assert picture.lo < picture.hi


@pytest.mark.parametrize(
    "give",
    ["np.array([[12, 24], [8, 16], [0, 0]])", "np.array([[12, 24], [8, 16], [0, 0]]).T * 1.0",
     "[(12, 24), (8, 16), (0, 0)]", "np.array([12 - 24 + 8j, 8 - 24 + 0j, -24 - 16j])",
     "[12 - 24 + 8j, 8 - 24 + 0j, -24 - 16j, complex('nan')]"],
)  # fmt: skip
def test_tracers_are_taken_for_what_they_are(give: str, tmp_path: Path) -> None:
    text = f"{BASE}\n    def get_trace_particles(self):\n        return {give}\n"
    model = loaded(tmp_path, text)
    model.set_tracers(3)
    np.testing.assert_allclose(model.tracers(), [[0.25, 0.75], [8 / 48, 0.5], [0, 0]], atol=1e-12)


@pytest.mark.parametrize("give", ["np.zeros((3, 5))", "'abc'", "[[1, 2], [3]]", "[[1, 2, 3]]"])
def test_tracers_that_mean_nothing_are_refused(give: str, tmp_path: Path) -> None:
    text = f"{BASE}\n    def get_trace_particles(self):\n        return {give}\n"
    assert "get_trace_particles() " in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "signature",
    ["step(self, N)", "step(self, n, *args)", "step(self, *, N)",
     "step(self, *, N, tracer_particles)",
     "step(self, N, *, tracer_particles=None)", "step(self, N, tracer_particles=None, extra=1)",
     "step(self, N=1)", "step(self, **kwargs)"],
)  # fmt: skip
def test_step_is_called_as_it_wants_to_be(signature: str, tmp_path: Path) -> None:
    text = changed("step(self, N, tracer_particles=None)", signature)
    counts = "N if 'N' in locals() else n if 'n' in locals() else kwargs['N']"
    model = loaded(tmp_path, changed("0.01 * N", f"0.01 * ({counts})", text))
    model.step(7)
    assert model.t == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("step(self, N, tracer_particles=None)", "step(self)", "step(N, tracer_particles)"),
        (
            "step(self, N, tracer_particles=None)",
            "step(self, a, b, c)",
            "step(N, tracer_particles)",
        ),
        ("get(self, name)", "get(self)", "get(name)"),
        ("set(self, name, value)", "set(self, name)", "set(name, value)"),
        ("get_density(self)", "get_density(self, t)", "get_density()"),
        ("__init__(self, opts=None)", "__init__(self, opts, extra)", "Field(opts)"),
        ("return 100 *", "return 1j *", "real numbers"),
        ("return 100 * np.exp", "return [[1, 2], [3]]\n        return np.exp", "different lengths"),
        ("return 100 * np.exp", "return np.zeros(5)\n        return np.exp", "shape (5,)"),
        ("self.size = opts, 0.0, 1.0", "self.size = opts, 0.0, None", "get('size') gives None"),
        ("self.size = opts, 0.0, 1.0", "self.size = opts, 0.0, [1]", "get('size') gives [1]"),
        ("0, 3, 0.1]]", "2, 2, 0.1]]", "from 2 to 2"),
        ("0, 3, 0.1]]", "0, 'three', 0.1]]", "sliders: size gives 'three'"),
        ("0, 3, 0.1]]", "0, 3, 0.1]] * 2", "two of them have this name"),
        ("self.opts, self.t", "opts.grid, self.opts, self.t", "opts has no 'grid'; it has"),
    ],
)
def test_what_cannot_run_is_refused_at_the_start(
    old: str, new: str, words: str, tmp_path: Path
) -> None:
    new = new.replace("opts.grid, self.opts", "_, self.opts")
    text = changed(old, new)
    if "_, self.opts" in new:
        text = text.replace("= opts, 0.0", "= opts.grid, opts, 0.0")
    assert words in refusal(tmp_path, text)


def test_a_slider_may_run_backwards_and_begin_outside_itself(tmp_path: Path) -> None:
    text = changed("0, 3, 0.1]]", "5, 0, -0.1]]")
    size = loaded(tmp_path, text).parameters[0]
    assert isinstance(size, Float)
    assert (size.low, size.high, size.step) == (0.0, 5.0, 0.1)
    size = loaded(tmp_path, text.replace("opts, 0.0, 1.0", "opts, 0.0, 7.0")).parameters[0]
    assert isinstance(size, Float)
    assert (size.low, size.high, size.default) == (0.0, 7.0, 7.0)


def test_a_value_that_set_refuses_changes_nothing(tmp_path: Path) -> None:
    two = '"range", 0, 3, 0.1], ["other", "slider", "None", "range", 0, 3, 0.1]]\n    other = 1.0'
    text = changed('"range", 0, 3, 0.1]]', two)
    refuse = "if value == 2.0: raise RuntimeError('too large')"
    model = loaded(tmp_path, changed("        setattr", f"        {refuse}\n        setattr", text))
    with pytest.raises(ParameterError, match="other: RuntimeError: too large") as refused:
        model.set({"size": 0.5, "other": 2.0})
    assert refused.value.code == "bad_value"
    assert model.params == {"size": 1.0, "other": 1.0}
    model.step(1)


def test_options_are_attributes_and_items(tmp_path: Path) -> None:
    text = changed(
        "self.opts, self.t",
        "assert opts.steps == opts['steps'] == opts.get('steps') == 5\n"
        "        assert opts.tracer_particles == opts['tracer_particles'] == opts['tracers'] == 9\n"
        "        assert dict(**opts)['Nxy'] == (opts.Nx, opts['Ny']) == (64, 48)\n"
        "        self.opts, self.t",
    )
    loaded(tmp_path, text, Nx=64, Ny=48, steps=5, tracers=9)


def test_a_class_without_a_docstring_says_nothing_of_ours(tmp_path: Path) -> None:
    doc = type(loaded(tmp_path, changed('    """A drop in a corner."""\n', ""))).__doc__ or ""
    assert "Field" in doc
    assert "adapt" not in doc


@pytest.mark.parametrize("folder", ["plain", "with space", "ümlaut"])
def test_a_file_imports_what_lies_beside_it(folder: str, tmp_path: Path) -> None:
    home = tmp_path / folder
    home.mkdir()
    (home / f"beside_{len(folder)}.py").write_text("SIZE = 2.5\n", encoding="utf-8")
    text = f"from beside_{len(folder)} import SIZE\n" + BASE
    assert loaded(home, text.replace("0.0, 1.0", "0.0, SIZE")).params["size"] == 2.5
