"""The inner loops of `kernels_numpy`, compiled.

Each is compiled for one precision, or read from the cache on disk, when it is first called: a
room needs few of them. Every one gives up the interpreter's lock while it runs.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from models.numerics import (
    compiled_look,
    compiled_spinor,
    compiled_step,
    compiled_tracers,
    compiled_wave,
    kernels_numpy,
)
from models.numerics.arrays import ByteArray, ComplexArray, FloatArray
from models.numerics.cache import rebuilt_if_broken
from models.numerics.compiled_step import FASTMATH
from models.numerics.finger_table import FingerTable
from models.numerics.flow import components


class CompiledKernels(kernels_numpy.Kernels):
    """The compiled functions for one real type, float32 or float64."""

    name = "numba"

    def __init__(self, real: type[np.floating[Any]]) -> None:
        info = np.finfo(real)
        self._reach = compiled_step.reach_of(real)
        self._series = np.array(
            [
                [(-1) ** k / math.factorial(2 * k + 1) for k in range(1, 10)],
                [(-1) ** k / math.factorial(2 * k) for k in range(1, 10)],
                [1 / math.factorial(k) for k in range(2, 11)],
            ],
            real,
        )
        r, f, c = np.dtype(real).name, "float64", f"complex{16 * info.dtype.itemsize}"
        field, wave, line, table = f"{c}[:,::1]", f"{c}[::1]", f"{r}[::1]", f"{f}[:,::1]"
        bumps = f"{r}[:,::1], {r}[:,::1], int64[:,::1]"
        plane = f"{r}[:,::1]"
        self._kick = _Late(
            compiled_wave.wave_kick,
            f"void({plane}, {plane}, {plane}, {line}, {line}, {f}, {f}, int64, {bumps})",
        )
        self._drift = _Late(
            compiled_wave.wave_drift, f"void({plane}, {plane}, {plane}, {plane}, {f}, {f})"
        )
        self._spinor = _Late(
            compiled_spinor.spinor_step,
            f"void({field}, {field}, {field}, {wave}, {line}, {wave}, "
            f"UniTuple(UniTuple({r}, {compiled_spinor.SERIES_TERMS}), 4), "
            f"{', '.join([f] * 4)}, complex128, {f}, int64, {bumps})",
        )
        self._move = _Late(
            compiled_step.move_fingers, f"void({table}, int64, {', '.join([f] * 8)}, {bumps})"
        )
        self._potential = _Late(
            compiled_step.potential_step,
            f"void({field}, {field}, {r}[:,::1], {line}, {r}[:,::1], {f}, {f}, {f}, {f}, int64, "
            f"{bumps})",
        )
        self._kinetic = _Late(compiled_step.kinetic_step, f"{f}({field}, {wave}, {wave})")
        self._friction = _Late(compiled_step.friction, f"void({r}[:,::1], {field}, {field}, {f})")
        self._table = _Late(
            compiled_step.table_factor,
            f"void({field}, int64[::1], {line}, {line}, {line}, {f}, {f}, {wave})",
        )
        self._spectrum = _Late(
            compiled_look.spectrum, f"UniTuple({f}, 3)({field}, {line}, {line}, {line}, {line})"
        )
        self._moments = _Late(compiled_look.moments, f"UniTuple({f}, 2)({field})")
        self._grey = _Late(compiled_look.grey_density, f"void({field}, {f}, uint8[:,::1])")
        self._advect = _Late(
            compiled_tracers.advect, f"void({c}[:,:,::1], {table}, {f}, {f}, {f}, {f}, {f})"
        )

    def move_fingers(
        self,
        fingers: FingerTable,
        dt: float,
        spring: float,
        damping: float,
        v_max: float,
        height: float,
        r0: float,
        dx: float,
    ) -> None:
        self._move(
            fingers.state,
            fingers.top,
            dt,
            spring,
            damping,
            v_max,
            height,
            r0,
            dx,
            self._reach,
            fingers.gx,
            fingers.gy,
            fingers.spans,
        )

    def potential_step(
        self,
        psi: ComplexArray,
        static: ComplexArray,
        extra: FloatArray,
        row: FloatArray,
        g: float,
        turn: float,
        decay: float,
        scale: float,
        fingers: FingerTable,
    ) -> None:
        self._potential(
            psi,
            static,
            extra,
            row,
            self._series,
            g,
            turn,
            decay,
            scale,
            fingers.bumps,
            fingers.gx,
            fingers.gy,
            fingers.spans,
        )

    def spinor_step(
        self,
        first: ComplexArray,
        second: ComplexArray,
        static: ComplexArray,
        mixing: ComplexArray,
        row: FloatArray,
        pairs: ComplexArray,
        g_aa: float,
        g_bb: float,
        g_ab: float,
        half_detuning: float,
        rate: complex,
        scale: float,
        fingers: FingerTable,
    ) -> None:
        self._spinor(
            first,
            second,
            static,
            mixing,
            row,
            pairs,
            compiled_spinor.series_of(rate),
            g_aa,
            g_bb,
            g_ab,
            half_detuning,
            rate,
            scale,
            fingers.bumps,
            fingers.gx,
            fingers.gy,
            fingers.spans,
        )

    def wave_kick(
        self,
        height: FloatArray,
        rate: FloatArray,
        links: FloatArray,
        source: FloatArray,
        row: FloatArray,
        stiffness: float,
        drive: float,
        fingers: FingerTable,
    ) -> None:
        self._kick(
            height,
            rate,
            links,
            source,
            row,
            stiffness,
            drive,
            fingers.top,
            fingers.gx,
            fingers.gy,
            fingers.spans,
        )

    def wave_drift(
        self,
        height: FloatArray,
        rate: FloatArray,
        kept: FloatArray,
        strength: FloatArray,
        dt: float,
        share: float,
    ) -> None:
        self._drift(height, rate, kept, strength, dt, share)

    def kinetic_step(self, psi: ComplexArray, ex: ComplexArray, ey: ComplexArray) -> float:
        total: float = self._kinetic(psi, ex, ey)
        return total

    def friction(
        self, out: FloatArray, psi: ComplexArray, k_psi: ComplexArray, strength: float
    ) -> None:
        self._friction(out, psi, k_psi, strength)

    def table_factor(
        self,
        out: ComplexArray,
        points: npt.NDArray[np.int64],
        a: FloatArray,
        b: FloatArray,
        c: FloatArray,
        cosine: float,
        sine: float,
        table: ComplexArray,
    ) -> None:
        self._table(out, points, a, b, c, cosine, sine, table)

    def spectrum(
        self,
        psi: ComplexArray,
        ex: FloatArray,
        ey: FloatArray,
        tail_x: FloatArray,
        tail_y: FloatArray,
    ) -> tuple[float, float, float]:
        sums: tuple[float, float, float] = self._spectrum(psi, ex, ey, tail_x, tail_y)
        return sums

    def moments(self, psi: ComplexArray) -> tuple[float, float]:
        sums: tuple[float, float] = self._moments(psi)
        return sums

    def grey_density(self, psi: ComplexArray, scale: float, levels: ByteArray) -> None:
        self._grey(psi, scale, levels)

    def advect(
        self,
        psi: ComplexArray,
        at: FloatArray,
        time: float,
        drift_x: float,
        drift_y: float,
        floor: float,
        stride: float,
    ) -> None:
        self._advect(components(psi), at, time, drift_x, drift_y, floor, stride)


class _Late:
    """A function that is compiled, or read from the cache, when it is first called."""

    def __init__(self, function: Any, signature: str) -> None:
        self._function, self._signature = function, signature

    def __call__(self, *arguments: Any) -> Any:
        return self._code(*arguments)

    @cached_property
    def _code(self) -> Any:
        options: Any = {"nogil": True, "cache": True, "fastmath": FASTMATH}
        return rebuilt_if_broken(
            lambda: numba.njit(self._signature, error_model="numpy", **options)(self._function)
        )
