"""The fused step: codelets, passes and tables against numpy.fft in complex128."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import pytest

from models.exhibits.bec import BEC
from models.exhibits.bec_vortices import BECVortices
from models.numerics.finger_table import FingerTable, Spring
from models.numerics.fused import ready
from models.numerics.fused.layout import (
    Line,
    aligned,
    in_lanes,
    order,
    pairs,
    radices,
    true_to_length,
)
from models.numerics.fused.processor import lanes
from models.numerics.fused.rule import SERIES_LIMIT, series
from models.numerics.kernels_numpy import Kernels

pytestmark = pytest.mark.skipif(not lanes(), reason="needs a processor with AVX2")

SPRING = Spring(spring=1.0, damping=0.5, height=1.0, r0=4.0, dx=1.0)
SHAPES = [(64, 64), (128, 128), (96, 160), (160, 240), (320, 96), (448, 112), (16, 336), (48, 32)]
LARGE = [(256, 256), (512, 512), (512, 288), (288, 512), (1024, 64), (96, 1024), (768, 576)]


@pytest.fixture(scope="module", autouse=True)
def loops() -> Any:
    assert ready.plan((64, 64)) is not None
    return ready.compiled()


def noise(*shape: int, seed: int = 3) -> Any:
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def elements(values: Any) -> Any:
    """Complex (n, lanes) as the codelets have them."""
    array = aligned(2 * values.size)
    array.reshape(-1, 2, lanes())[:] = np.stack([values.real, values.imag], axis=1)
    return array


def numbers(array: Any) -> Any:
    parts = array.reshape(-1, 2, lanes()).astype(float)
    return parts[:, 0] + 1j * parts[:, 1]


def off(found: Any, expected: Any) -> float:
    """Rms of the difference, relative."""
    difference = np.abs(found - expected) ** 2
    return float(np.sqrt(difference.mean() / (np.abs(expected) ** 2).mean()))


# --- Tables ---


@pytest.mark.parametrize(
    "n", [16, 32, 48, 64, 80, 96, 112, 240, 256, 320, 336, 448, 576, 768, 1024]
)
def test_stages_make_up_a_line_and_tiles_have_theirs(n: int) -> None:
    stages = radices(n)
    assert stages is not None
    assert math.prod(stages) == n
    assert stages[-1] == 4
    assert n % 16 or stages[0] == 4
    assert set(stages) <= {2, 3, 4, 5, 7}


@pytest.mark.parametrize("n", [4, 11, 100, 130, 250, 252, 352])
def test_lines_without_a_plan(n: int) -> None:
    assert radices(n) is None


def test_order_is_that_of_decimation_in_frequency() -> None:
    assert order((2, 2)).tolist() == [0, 2, 1, 3]
    assert order((3, 2)).tolist() == [0, 3, 1, 4, 2, 5]
    for stages in ((4, 7, 4), (4, 3, 5, 2, 4)):
        assert sorted(order(stages)) == list(range(math.prod(stages)))


def test_factors_keep_their_length() -> None:
    exact = np.exp(2j * np.pi * np.arange(1000) / 1000) * np.linspace(0.9, 1, 1000)
    chosen, nearest = true_to_length(exact), exact.astype(np.complex64)
    lengths = [np.abs(np.abs(each.astype(complex)) - np.abs(exact)) for each in (chosen, nearest)]
    assert lengths[0].max() < 3.1e-8 < lengths[1].max()
    assert lengths[0].mean() < 0.5 * lengths[1].mean()
    assert np.abs(chosen - exact).max() < 4e-7
    zeros = true_to_length(np.array([0, 1, -1j]))
    assert zeros.tolist() == [0, 1, -1j]


def test_buffers_are_aligned_to_the_widest_vector() -> None:
    for count in (1, 7, 1000):
        assert aligned(count).ctypes.data % 64 == 0
        assert len(aligned(count)) == count


def test_fields_in_lanes() -> None:
    values = noise(6, 2 * lanes())
    laid = in_lanes(values, lanes()).reshape(2, 6, 2, lanes())
    assert laid[1, 4, 0, 3] == np.float32(values[4, lanes() + 3].real)
    assert laid[1, 4, 1, 3] == np.float32(values[4, lanes() + 3].imag)


@pytest.mark.parametrize("rate", [-0.1j, -0.02 - 0.3j, -0.5 + 0j])
def test_the_polynomial_is_the_exponential(rate: complex) -> None:
    u = np.linspace(-1, 1, 1001) * SERIES_LIMIT / abs(rate)
    found = np.polynomial.polynomial.polyval(u, series(rate))
    assert np.abs(found - np.exp(rate * u)).max() < 5e-9


# --- Codelets ---


@pytest.mark.parametrize("n", [256, 7 * 16, 3 * 5 * 16, 2 * 16])
@pytest.mark.parametrize("back", [False, True])
def test_stages_transform_lines(loops: Any, n: int, back: bool) -> None:
    line = Line(n, radices(n) or ())
    values = noise(n, lanes())
    start = values[line.order] if back else values
    array = elements(start)
    stages = line.addressed
    for radix, m, table in stages[::-1] if back else stages:
        loops.stages[back].ctypes(array.ctypes.data, n, int(radix), int(m), int(table))
    if back:
        assert off(numbers(array), np.fft.ifft(values, axis=0) * n) < 3e-7
    else:
        assert off(numbers(array), np.fft.fft(values, axis=0)[line.order]) < 3e-7


@pytest.fixture(scope="module")
def codelet() -> Any:
    """Calls one codelet by its name, with arrays for addresses."""
    from models.numerics.fused import codelets as c

    tile_in, tile_out, kinetic, look = c.tile_in, c.tile_out, c.kinetic, c.look
    potential, any_potential, add_bump = c.potential, c.any_potential, c.add_bump
    rows_in, rows_out, clear = c.rows_in, c.rows_out, c.clear

    @numba.njit
    def one(which: int, a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: int) -> None:
        if which == 0:
            tile_in(a, b)
        elif which == 1:
            tile_out(a, b)
        elif which == 2:
            kinetic(a, b, c, d)
        elif which == 3:
            look(a, b, c, d, e)
        elif which == 4:
            potential(a, b, c, d, e, f, g, h)
        elif which == 5:
            any_potential(a, b, c, d)
        elif which == 6:
            add_bump(a, b, c)
        elif which == 7:
            rows_in(a, b, c)
        elif which == 8:
            rows_out(a, b, c, d)
        else:
            clear(a)

    names = "tile_in tile_out kinetic look potential any_potential add_bump rows_in rows_out clear"

    def call(name: str, *arguments: Any) -> None:
        given = [a if isinstance(a, int) else a.ctypes.data for a in arguments]
        one(names.split().index(name), *given, *[0] * (8 - len(given)))

    return call


def test_tiles_turn_and_take_a_stage(codelet: Any) -> None:
    tile = noise(lanes(), lanes())
    array, line = elements(tile), aligned(8 * lanes())
    codelet("tile_in", array, line)
    assert off(numbers(line), np.fft.ifft(tile[:, :4].T, axis=0) * 4) < 2e-7
    codelet("tile_out", array, line)
    expected = tile.copy()
    expected[:, :4] *= 4
    assert off(numbers(array), expected) < 2e-7


def test_rows_of_an_ordinary_array_turn(codelet: Any) -> None:
    psi = noise(lanes(), 6).astype(np.complex64)
    line, back = aligned(4 * lanes()), np.zeros_like(psi)
    codelet("rows_in", psi[:, 2:], 6 * 8, line)
    assert (numbers(line) == psi[:, 2:4].T).all()
    codelet("rows_out", back[:, 4:], 6 * 8, line, np.full(1, 2, np.float32))
    assert (back[:, 4:] == 2 * psi[:, 2:4]).all()


def test_kinetic_energy_and_norm(codelet: Any) -> None:
    psi, ex, ey = noise(4, lanes()), noise(4, seed=4), noise(1, lanes(), seed=5)
    array, norm = elements(psi), aligned(lanes())
    norm[:] = 10
    codelet("kinetic", array, pairs(ex), elements(ey), norm)
    waves = np.fft.fft(psi, axis=0) * ex[:, None] * ey
    assert off(numbers(array), np.fft.ifft(waves, axis=0) * 4) < 3e-7
    assert off(norm, 10 + (np.abs(waves) ** 2).sum(axis=0)) < 3e-7


def test_a_look_at_the_spectrum(codelet: Any) -> None:
    psi, ex, ey = noise(1, lanes()), noise(1, seed=4), noise(1, lanes(), seed=5)
    array, sums, weights = elements(psi), aligned(3 * lanes()), aligned(2)
    weights[:] = 0.5, 3.0
    codelet("look", array, pairs(ex), elements(ey), weights, sums)
    n = np.abs(psi * ex * ey)[0] ** 2
    assert off(numbers(array), psi * ex * ey) < 3e-7
    assert off(sums.reshape(3, -1), np.stack([n, 0.5 * n, 3 * n])) < 3e-7


def rule(rate: complex, g: float, scale: float) -> Any:
    from models.numerics.fused.rule import RULE

    row = aligned(RULE)
    row[:4] = g, scale, rate.real, rate.imag
    coefficients = scale * series(rate)
    row[8 : 8 + len(coefficients)] = coefficients.real
    row[16 : 16 + len(coefficients)] = coefficients.imag
    return row


def test_a_short_potential_step_between_two_stages(codelet: Any) -> None:
    rate, g, scale = -0.005 - 0.05j, 0.7, 0.9
    psi, static, bump = noise(4, lanes()), noise(4, lanes(), seed=6), noise(4, lanes(), seed=7).real
    twiddles = np.exp(-2j * np.pi * np.arange(1, 4) / 16)
    array, bumps, largest = elements(psi), aligned(4 * lanes()), aligned(lanes())
    bumps[:] = bump.ravel()
    step = 8 * lanes()
    turns, still = pairs(twiddles), elements(static)
    codelet("potential", array, step, turns, still, bumps, step // 2, rule(rate, g, scale), largest)
    factors = np.concatenate([[1], twiddles])[:, None]
    space = np.fft.ifft(psi * factors.conj(), axis=0) * 4
    u = bump + g * np.abs(space) ** 2
    expected = np.fft.fft(space * static * scale * np.exp(rate * u), axis=0) * factors
    inside = (np.abs(rate * u) < SERIES_LIMIT).all(axis=0)
    assert inside.sum() > lanes() / 4
    assert off(numbers(array)[:, inside], expected[:, inside]) < 4e-7
    assert off(largest, (u * u).max(axis=0)) < 3e-7


@pytest.mark.parametrize("reach", [0.3, 3.0, 300.0])
def test_a_potential_step_of_any_angle(codelet: Any, reach: float) -> None:
    rate, g, scale = -0.2 - 1j, 0.0, 1.1
    psi, static = noise(1, lanes()), noise(1, lanes(), seed=6)
    u = np.linspace(-1, 1, lanes()) * reach
    bump = aligned(lanes())
    bump[:] = u
    array = elements(psi)
    codelet("any_potential", array, elements(static), bump, rule(rate, g, scale))
    expected = psi * static * scale * np.exp(rate * bump.astype(float))
    assert (np.abs(numbers(array) - expected) < 2e-6 * max(1, reach / 30) * np.abs(expected)).all()


def test_what_is_no_number_stays_none(codelet: Any) -> None:
    psi = np.ones((1, lanes()), complex)
    psi[0, 3], psi[0, 5] = math.nan, math.inf
    array, bump = elements(psi), aligned(lanes())
    codelet("any_potential", array, elements(np.ones((1, lanes()))), bump, rule(-1j, 1.0, 1.0))
    assert (~np.isfinite(numbers(array)[0])).nonzero()[0].tolist() == [3, 5]


def test_bumps_add_up(codelet: Any) -> None:
    bump, column, factor = aligned(lanes()), aligned(lanes()), np.full(1, 2.5, np.float32)
    bump[:], column[:] = 1, np.arange(lanes())
    codelet("add_bump", bump, column, factor)
    assert (bump == 1 + 2.5 * np.arange(lanes())).all()
    codelet("clear", bump)
    assert not bump.any()


# --- Steps ---


class Reference:
    """The same steps in complex128, one after the other as `split_step` has them."""

    def __init__(self, shape: tuple[int, int], rate: complex, g: float, depth: float = 1.0) -> None:
        rng = np.random.default_rng(8)
        self.shape, self.rate, self.g = shape, rate, g
        kx, ky = (2 * np.pi * np.fft.fftfreq(n) for n in shape)
        self.energies = kx**2 / 2, ky**2 / 2
        self.tails = tuple((np.abs(k) > 0.8 * math.pi).astype(float) for k in (kx, ky))
        self.static = np.exp(rate * depth * rng.random(shape))
        self.psi = np.exp(1j * rng.normal(0, 0.3, shape)) * (1 + 0.1 * rng.random(shape))
        self.total = float((np.abs(self.psi) ** 2).sum())
        self.fingers = FingerTable(shape, np.float32)
        self.twin = FingerTable(shape, np.float64)

    def touch(self, at: tuple[float, float], aim: tuple[float, float], strength: float) -> None:
        for table in (self.fingers, self.twin):
            table.state[table.top] = (1, *at, 0.3, -0.2, *aim, strength, 1 / 60)
            table.top += 1

    def factors(self, part: float) -> Any:
        ex, ey = (np.exp(part * self.rate * energy) for energy in self.energies)
        return ex / math.prod(self.shape), ey

    def fused(self) -> Any:
        plan = ready.plan(self.shape)
        assert plan is not None
        field = ready.field(plan)
        assert field is not None
        field.use(
            self.rate, self.factors(1), self.factors(0.5), self.static, self.energies, self.tails
        )
        field.enter(self.psi.astype(np.complex64))
        return field

    def steps(self, n: int, dt: float = 0.1) -> Any:
        """psi after `n` steps."""
        ex, ey = self.energies
        points = math.prod(self.shape)
        half = np.exp(self.rate / 2 * (ex[:, None] + ey))
        psi = self.psi
        for _ in range(n):
            psi = np.fft.ifft2(np.fft.fft2(psi) * half)
            norm = (np.abs(psi) ** 2).sum()
            v_max = math.sqrt(abs(self.g) * norm / points)
            Kernels().move_fingers(
                self.twin, dt, SPRING.spring, SPRING.damping, v_max, SPRING.height, SPRING.r0, 1.0
            )
            u = self.g * np.abs(psi) ** 2 + self.twin.potential()
            psi = psi * math.sqrt(self.total / norm) * self.static * np.exp(self.rate * u)
            psi = np.fft.ifft2(np.fft.fft2(psi) * half)
        return psi

    def both(self, n: int) -> tuple[Any, Any, Any]:
        """Fused and reference psi after `n` steps in two blocks, and the fused one's sums."""
        field = self.fused()
        for part in (n // 2, n - n // 2):
            field.step(part, self.fingers, SPRING, 0.1, self.g, self.g, self.total)
        psi = np.zeros(self.shape, np.complex64)
        sums = field.leave(psi)
        again = np.zeros_like(psi)
        assert field.leave(again) == sums
        assert (again == psi).all()
        return psi, self.steps(n), sums


@pytest.mark.parametrize(
    "shape", [*SHAPES, *(pytest.param(shape, marks=pytest.mark.long) for shape in LARGE)]
)
def test_steps_on_grids_of_all_kinds(shape: tuple[int, int]) -> None:
    if shape[0] % lanes() or shape[1] % lanes():
        pytest.skip("no multiple of the lanes")
    reference = Reference(shape, -0.001 - 0.1j, 0.5)
    reference.touch((2.0, -3.0), (8.0, 9.0), 0.5)
    # Across the periodic edge.
    reference.touch((-shape[0] / 2 + 1, shape[1] / 2 - 1), (0.0, 0.0), 1.0)
    psi, expected, (norm, energy, tail) = reference.both(10)
    assert off(psi, expected) < 2e-6
    waves = np.abs(np.fft.fft2(expected)) ** 2 / math.prod(shape)
    ex, ey = reference.energies
    high = np.maximum(reference.tails[0][:, None], reference.tails[1])
    assert norm == pytest.approx(waves.sum(), rel=3e-6)
    assert energy == pytest.approx((waves * (ex[:, None] + ey)).sum(), rel=1e-5)
    assert tail == pytest.approx((waves * high).sum(), rel=1e-4)
    table, twin = reference.fingers, reference.twin
    assert table.state[:2] == pytest.approx(twin.state[:2], abs=1e-6)
    assert table.potential() == pytest.approx(twin.potential(), abs=1e-5)


@pytest.mark.parametrize("rate", [-0.1 + 0j, -0.03 - 0.1j, -0.3 + 0j], ids=str)
def test_imaginary_time_and_strong_cooling(rate: complex) -> None:
    psi, expected, _ = Reference((64, 96), rate, 0.5).both(30)
    assert off(psi, expected) < 2e-6


def test_large_angles_take_the_long_way_and_only_where_they_are() -> None:
    calm, wild = Reference((64, 96), -0.1j, 0.5), Reference((64, 96), -0.1j, 0.5)
    for reference in (calm, wild):
        reference.touch((-20.0, 0.0), (-20.0, 0.0), 1.0)
    big = SPRING._replace(height=60.0)
    fields = []
    for reference, spring in ((calm, SPRING), (wild, big)):
        field = reference.fused()
        field.step(1, reference.fingers, spring, 0.1, 0.5, 0.5, reference.total)
        psi = np.zeros(reference.shape, np.complex64)
        field.leave(psi)
        fields.append(psi)
    Kernels().move_fingers(wild.twin, 0.1, 1.0, 0.5, 1.0, 60.0, SPRING.r0, 1.0)
    assert wild.twin.potential().max() * 0.1 > 5
    ex, ey = wild.energies
    half = np.exp(wild.rate / 2 * (ex[:, None] + ey))
    psi = np.fft.ifft2(np.fft.fft2(wild.psi) * half)
    u = 0.5 * np.abs(psi) ** 2 + wild.twin.potential()
    psi *= wild.static * np.exp(wild.rate * u)
    assert off(fields[1], np.fft.ifft2(np.fft.fft2(psi) * half)) < 1e-6
    assert off(fields[0], calm.steps(1)) < 1e-6


def test_a_field_goes_in_and_out_unchanged() -> None:
    reference = Reference((64, 96), -1e-12j, 0.0, depth=0.0)
    psi = np.zeros(reference.shape, np.complex64)
    reference.fused().leave(psi)
    assert off(psi, reference.psi) < 3e-7


def test_the_norm_is_kept_over_many_steps() -> None:
    reference = Reference((64, 64), -0.1j, 0.5)
    field = reference.fused()
    field.step(2000, reference.fingers, SPRING, 0.1, 0.5, 0.5, reference.total)
    psi = np.zeros(reference.shape, np.complex64)
    field.leave(psi)
    assert (np.abs(psi.astype(complex)) ** 2).sum() == pytest.approx(reference.total, rel=1e-6)


# --- Models ---


def plain(params: dict[str, Any]) -> BEC:
    """A BEC that goes by the steps for everybody."""
    model = BEC(params)
    model._plan = model._fused = None
    return model


def test_a_model_sees_the_same_physics() -> None:
    params = {"Nx": 64, "Ny": 96, "cooling_steps": 20}
    fused, slow, exact = BEC(params), plain(params), BEC(params, "double")
    assert fused._fused is not None
    assert exact._fused is None
    start = exact.psi
    fields = []
    for model in (fused, slow, exact):
        model.load(start)
        model.touch("a", 0.3, 0.4)
        model.step(20)
        model.touch("a", 0.6, 0.4)
        model.touch("b", 0.01, 0.98)
        model.step(20)
        model.lift("a")
        model.step(10)
        assert model.healthy() is None
        fields.append(model.psi)
    assert (fused._rests, slow._rests) == ("fused", "waves")
    assert off(fields[0], fields[2]) < 1.5 * off(fields[1], fields[2]) < 1e-4
    for a, b in zip(fused.fingers(), exact.fingers(), strict=True):
        assert a.potential == pytest.approx(b.potential, abs=1e-6)
    assert fused.energy() == pytest.approx(exact.energy(), rel=1e-5)


def test_a_model_changes_ways_between_blocks() -> None:
    params = {"Nx": 64, "Ny": 64, "cooling_steps": 20}
    mixed, exact = BEC(params), BEC(params, "double")
    mixed.load(exact.psi)
    for _ in range(3):
        plan, field = mixed._plan, mixed._fused
        mixed.step(5)
        mixed._settle()
        mixed._plan = mixed._fused = None
        mixed.step(5)
        assert mixed._rests == "waves"
        mixed._plan, mixed._fused = plan, field
        # Who settles makes up for what the last step's cooling took.
        exact.step(5)
        exact._settle()
        exact.step(5)
    assert off(mixed.psi, exact.psi) < 1e-4


@pytest.mark.parametrize("cooling", [1e-10, 0.3])
def test_changes_of_parameters_and_of_the_grid(cooling: float) -> None:
    model, exact = (BEC({"Nx": 64, "Ny": 64, "cooling_steps": 20}, p) for p in ("single", "double"))
    for each in (model, exact):
        each.load(exact.psi if each is model else each.psi)
        each.step(10)
        each.set({"cooling": cooling, "finger_V0_mu": 9.0})
        each.touch("a", 0.5, 0.5)
        each.step(20)
    assert off(model.psi, exact.psi) < 1e-4
    for shape in ((96, 32), (100, 64), (64, 64)):
        model.set({"Nx": shape[0], "Ny": shape[1]})
        model.step(10)
        assert (model._fused is None) == (shape[0] == 100)
        assert model.psi.shape == shape
        assert model.healthy() is None


@pytest.mark.parametrize("turning", [0.0, 60.0])
def test_a_wall_that_turns(turning: float) -> None:
    params = {"Nx": 64, "Ny": 96, "cooling_steps": 20, "N_vortex": turning, "cooling": 0.01}
    model, exact = (BECVortices(params, precision) for precision in ("single", "double"))
    model.load(exact.psi)
    exact.load(exact.psi)
    for each in (model, exact):
        each.step(7)
        each.set({"N_vortex": -turning})
        each.touch("a", 0.4, 0.4)
        each.step(50)
    assert model._rests == "fused"
    # Where within its sixteen steps the turning bath acts differs: see `BATH_STEPS`.
    assert off(model.psi, exact.psi) < (2e-3 if turning else 1e-4)
    fused = model._fused
    assert fused is not None
    static = fused._tables.static.reshape(64 // lanes(), 96, 2, lanes())
    laid = (static[:, :, 0] + 1j * static[:, :, 1]).swapaxes(1, 2).reshape(64, 96)
    assert np.abs(laid - exact._static).max() < 1e-4


def test_a_model_takes_it_up_when_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    params = {"Nx": 64, "Ny": 64, "cooling_steps": 20}
    with monkeypatch.context() as patch:
        patch.setattr(ready, "field", lambda _plan: None)
        model, exact = BEC(params), BEC(params, "double")
        model.load(exact.psi)
        model.step(10)
        assert model._rests == "waves"
    model.step(10)
    assert model._rests == "fused"
    exact.step(20)
    assert off(model.psi, exact.psi) < 3e-4
