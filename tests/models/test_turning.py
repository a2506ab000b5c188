"""Rotations on the grid: the generator is Hermitian, and knows a vortex's angular momentum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.numerics.backend import backend
from models.numerics.turning import Turning, largest

BOTH = pytest.mark.parametrize("precision", ["single", "double"])


def noise(shape: tuple[int, int], dtype: Any) -> Any:
    rng = np.random.default_rng(5)
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)).astype(dtype)


def generated(psi: Any) -> Any:
    out = np.empty_like(psi)
    Turning().turned(out, psi, 1.0)
    return out - psi


@pytest.mark.parametrize("turns", [-2, 1, 3])
def test_a_vortex_has_as_many_quanta_as_it_turns(turns: int) -> None:
    """Within 1e-3: the difference is of fourth order, and the vortex 20 cells wide."""
    x, y = np.arange(128)[:, None] - 64, np.arange(96)[None, :] - 48
    z = x + 1j * np.sign(turns) * y
    psi = z ** abs(turns) * np.exp(-(x**2 + y**2) / (2 * 8.0**2))
    np.testing.assert_allclose(generated(psi), turns * psi, atol=1e-3 * np.abs(psi).max())


def test_it_is_hermitian_and_bounded() -> None:
    one, other = noise((24, 16), complex), noise((24, 16), complex).T.copy().T[::-1].copy()
    assert np.vdot(one, generated(other)) == pytest.approx(np.vdot(generated(one), other))
    identity = np.eye(24 * 16).reshape(-1, 24, 16).astype(complex)
    matrix = np.array([generated(column).ravel() for column in identity])
    assert np.abs(np.linalg.eigvalsh(matrix)).max() <= largest((24, 16))


@BOTH
@pytest.mark.parametrize("shape", [(16, 16), (20, 34)])
def test_compiled_and_plain_agree(precision: Any, shape: tuple[int, int]) -> None:
    fast = backend(precision)
    psi = noise(shape, fast.complex)
    outs = [np.empty_like(psi) for _ in range(2)]
    for turning, out in zip((Turning(), fast.turning), outs, strict=True):
        turning.turned(out, psi, 0.02)
    tolerance = 1e-5 if precision == "single" else 1e-13
    np.testing.assert_allclose(outs[1], outs[0], atol=tolerance)
