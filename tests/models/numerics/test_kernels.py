"""Compiled loops against NumPy's, transforms against each other, and nothing allocated."""

from __future__ import annotations

import builtins
import logging
import tracemalloc
from typing import Any

import numpy as np
import pyfftw
import pytest

import models
import models.grid_model
from models.exhibits.bec import BEC
from models.numerics import backend as backends
from models.numerics import fft
from models.numerics.backend import Backend
from tests.support.fields import FIELDS

TOLERANCE = {"single": 2e-5, "double": 1e-12}
SMALL = {"Nx": 48, "Ny": 32, "cooling_steps": 20}


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Builds a BEC whose arrays are NumPy's throughout."""

    def build(params: dict[str, Any], precision: Any) -> BEC:
        with monkeypatch.context() as patch:
            patch.setattr(models.grid_model, "backend", lambda p: Backend(p, plain=True))
            return BEC(params, precision)

    return build


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("cooling", [1e-10, 0.3])
@pytest.mark.parametrize("height", [0.7, 9.0])
def test_compiled_and_plain_loops_agree(
    plain: Any, precision: Any, cooling: float, height: float
) -> None:
    params = {**SMALL, "cooling": cooling, "finger_V0_mu": height, "dt_t_scale": 0.5}
    fast, slow = BEC(params, precision), plain(params, precision)
    assert (fast._kernels.name, slow._kernels.name) == ("numba", "NumPy")
    rng = np.random.default_rng(5)
    start = np.exp(1j * rng.normal(0, 0.3, fast.shape)) * (1 + 0.1 * rng.random(fast.shape))
    for model in (fast, slow):
        model.load(start)
        model.touch("a", 0.01, 0.4)
        model.touch("b", 0.6, 0.98)
        model.set_tracers(50)
        model.step(30)
        model.touch("a", 0.3, 0.4)
        model.lift("b")
        model.step(30)
    scale = np.abs(slow.psi).max()
    assert np.abs(fast.psi - slow.psi).max() < TOLERANCE[precision] * scale
    for a, b in zip(fast.fingers(), slow.fingers(), strict=True):
        assert a.potential == pytest.approx(b.potential, abs=1e-6)
    moved = (fast.tracers() - slow.tracers() + 0.5) % 1 - 0.5
    assert np.median(np.abs(moved)) < 1e-4
    a, b = fast.picture("density"), slow.picture("density")
    assert np.abs(a.levels.astype(int) - b.levels).max() <= 1
    assert fast.energy_parts() == pytest.approx(slow.energy_parts(), rel=1e-4)


@pytest.mark.parametrize("name", FIELDS)
def test_every_exhibit_is_the_same_without_the_compiler(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit: Any = models.get(name)
    small = {"Nx": 48, "Ny": 32, "seed": 1}
    fast = exhibit(small, "double")
    with monkeypatch.context() as patch:
        patch.setattr(models.grid_model, "backend", lambda p: Backend(p, plain=True))
        slow = exhibit(small, "double")
    for model in (fast, slow):
        model.touch("a", 0.3, 0.6)
        model.step(20)
    scale = max(float(np.abs(slow.psi).max()), 1e-3)
    assert np.abs(fast.psi - slow.psi).max() < 1e-10 * scale
    for view in exhibit.views:
        a, b = (model.picture(view.name).levels.astype(int) for model in (fast, slow))
        # The phase's ends meet: black is white there.
        assert np.mean(np.minimum(np.abs(a - b), 256 - np.abs(a - b)) > 1) < 0.01


@pytest.mark.parametrize("precision", ["single", "double"])
@pytest.mark.parametrize("name", FIELDS)
def test_nothing_is_allocated_inside_a_step(name: str, precision: Any) -> None:
    model: Any = models.get(name)({"Nx": 128, "Ny": 128}, precision)
    model.touch("a", 0.5, 0.5)
    model.set_tracers(10)
    model.step(20)
    field = 128 * 128 * (8 if precision == "single" else 16)
    tracemalloc.start()
    try:
        model.step(20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < field / 16


def test_transform_keeps_what_the_array_holds_and_inverts() -> None:
    for plain in (False, True):
        backend = Backend("double", plain)
        array = backend.empty((12, 10))
        values = np.random.default_rng(1).random((12, 10)) + 1j
        array[...] = values
        transform = backend.transform(array)
        np.testing.assert_array_equal(array, values)
        transform.forward()
        np.testing.assert_allclose(array, np.fft.fft2(values), atol=1e-10)
        transform.inverse()
        np.testing.assert_allclose(array / values.size, values, atol=1e-13)


def test_missing_pyfftw_is_said_once_and_replaced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real_import = builtins.__import__

    def without_pyfftw(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "pyfftw":
            raise ImportError("not here")
        return real_import(name, *args, **kwargs)

    backends._pyfftw.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without_pyfftw)
    try:
        with caplog.at_level(logging.WARNING):
            for _ in range(2):
                backend = Backend("single")
                assert isinstance(backend.transform(backend.empty((8, 8))), fft.LibraryTransform)
    finally:
        backends._pyfftw.cache_clear()
    assert [record.message for record in caplog.records if "pyFFTW" in record.message] == [
        "pyFFTW is missing (not here): slower Fourier transforms take its place"
    ]


@pytest.mark.parametrize("content", [b"", b"{", b'{"double": 1}', b'{"double":"","single":"x"}'])
def test_broken_wisdom_is_ignored(
    content: bytes, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / fft.WISDOM_FILE).write_bytes(content)
    monkeypatch.setattr(fft, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(fft.FftwTransform, "_wisdom_read", False)
    backend = Backend("single")
    backend.transform(backend.empty((14, 18))).forward()
    assert fft.FftwTransform._wisdom_read


def test_wisdom_is_kept(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fft, "cache_folder", lambda: tmp_path / "made" / "here")
    backend = Backend("double")
    pyfftw.forget_wisdom()
    backend.transform(backend.empty((22, 26)))
    assert (tmp_path / "made" / "here" / fft.WISDOM_FILE).read_bytes().startswith(b"{")
