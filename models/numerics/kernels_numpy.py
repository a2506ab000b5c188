"""The inner loops in plain NumPy, for where numba is missing, and as the description of them.

Fields are complex (Nx, Ny). These allocate temporary arrays; `kernels_numba` does not. The
same numbers come out, to rounding.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from models.numerics.arrays import ByteArray, ComplexArray, FloatArray
from models.numerics.finger_table import (
    AIM_X,
    AIM_Y,
    RATE,
    STRENGTH,
    USED,
    VX,
    VY,
    FingerTable,
    X,
    Y,
)
from models.numerics.flow import components

MAX_SUBSTEPS = 24
"""Of a tracer in one block: one close to a vortex turns quickly."""

DRIFT_STRIDES = 3.0
"""How many strides long a step may be where nothing but the drift moves a tracer."""

_quietly = np.errstate(over="ignore", invalid="ignore", divide="ignore")
"""Extreme settings overflow here: the guard will see it, nobody has to be warned."""


class Kernels:
    """The functions, for any precision."""

    name = "NumPy"

    @_quietly
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
        """Move each potential for `dt` and fill the Gaussians whose outer products it is.

        z'' = spring * (aim - z) - damping * z', position first, speed at most `v_max`; the
        height is `height` times a smooth step of the strength, the width `r0`.
        """
        table = fingers.state[: fingers.top]
        used = table[:, USED] > 0
        table[:, X : Y + 1] += dt * table[:, VX : VY + 1]
        pull = table[:, AIM_X : AIM_Y + 1] - table[:, X : Y + 1]
        table[:, VX : VY + 1] += dt * (spring * pull - damping * table[:, VX : VY + 1])
        speed = np.hypot(table[:, VX], table[:, VY])
        table[:, VX : VY + 1] *= (v_max / np.maximum(speed, v_max))[:, None]
        table[:, STRENGTH] = np.clip(table[:, STRENGTH] + table[:, RATE], 0, 1)
        s = np.where(used, table[:, STRENGTH], 0)
        heights = height * s * s * (3 - 2 * s)
        fingers.gx[: fingers.top] = heights[:, None] * _gaussians(
            table[:, X], fingers.gx.shape[1], r0, dx
        )
        fingers.gy[: fingers.top] = _gaussians(table[:, Y], fingers.gy.shape[1], r0, dx)

    @_quietly
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
        """psi *= static * scale * exp(-(decay + i turn) (g |psi|^2 + fingers + extra)).

        `extra` is another potential (Nx, Ny), or empty; `row` (Ny) is scratch.
        """
        u = g * (psi.real**2 + psi.imag**2)
        if fingers.bumps:
            u += fingers.gx[: fingers.bumps].T @ fingers.gy[: fingers.bumps]
        if extra.size:
            u += extra
        psi *= static * (scale * np.exp(-(decay + 1j * turn) * u)).astype(psi.dtype)

    @_quietly
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
        """Both components: psi = static * scale * exp(rate M) psi at each point.

        M = u + [[h, c], [c*, -h]]: u is the fingers and the mean of both components' interaction
        energies, h half their difference less `half_detuning`, c = `mixing` (Nx). With
        s^2 = h^2 + |c|^2, exp(rate M) = exp(rate u) (cosh(rate s) + sinh(rate s) / s (M - u)).
        `row` and `pairs` (Ny) are scratch.
        """
        a, b = first.copy(), second.copy()
        n_a, n_b = a.real**2 + a.imag**2, b.real**2 + b.imag**2
        u = 0.5 * ((g_aa + g_ab) * n_a + (g_bb + g_ab) * n_b)
        if fingers.bumps:
            u += fingers.gx[: fingers.bumps].T @ fingers.gy[: fingers.bumps]
        h = 0.5 * ((g_aa - g_ab) * n_a - (g_bb - g_ab) * n_b) - half_detuning
        c = mixing[:, None]
        s = np.sqrt(h * h + np.abs(c) ** 2)
        common = static * (scale * np.exp(rate * u))
        unlike = np.where(s > 0, np.sinh(rate * s) / np.where(s > 0, s, 1), rate)
        alike = np.cosh(rate * s)
        first[...] = common * (alike * a + unlike * (h * a + c * b))
        second[...] = common * (alike * b + unlike * (c.conj() * a - h * b))

    @_quietly
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
        """rate += stiffness * (sum of w height of the neighbours - links * height) + drive * push.

        w is 4/6 for the four nearest and 1/6 for the diagonal ones: the Laplacian of nine points,
        equal in all directions. `links` is the sum of w over the neighbours that are water, so
        nothing flows into a wall, where the height is 0. The push is `source` (Nx) and fingers.
        """
        x, y = (np.roll(height, 1, axis) + np.roll(height, -1, axis) for axis in (0, 1))
        diagonal = np.roll(x, 1, 1) + np.roll(x, -1, 1)
        rate += (stiffness * (4 / 6 * (x + y) + diagonal / 6 - links * height)).astype(rate.dtype)
        push = source[:, None] + fingers.gx[: fingers.top].T @ fingers.gy[: fingers.top]
        rate += (drive * push).astype(rate.dtype)

    @_quietly
    def wave_drift(
        self,
        height: FloatArray,
        rate: FloatArray,
        kept: FloatArray,
        strength: FloatArray,
        dt: float,
        share: float,
    ) -> None:
        """height += dt * rate, then both times `kept`; `strength` follows height^2 by `share`."""
        height[...] = kept * (height + dt * rate)
        rate *= kept
        strength += share * (height * height - strength)

    @_quietly
    def kinetic_step(self, psi: ComplexArray, ex: ComplexArray, ey: ComplexArray) -> float:
        """psi[i, j] *= ex[i] ey[j] in Fourier space; the sum of |psi|^2 after the inverse.

        `ex` contains the 1 / (Nx Ny) of the inverse transform that follows.
        """
        psi *= ex[:, None] * ey
        return float(np.vdot(psi, psi).real) * psi.size

    @_quietly
    def friction(
        self, out: FloatArray, psi: ComplexArray, k_psi: ComplexArray, strength: float
    ) -> None:
        """out = strength * Im(psi* k_psi)."""
        out[...] = strength * (psi.real * k_psi.imag - psi.imag * k_psi.real)

    @_quietly
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
        """out.flat[points] = table at a - b cosine - c sine: 0 is table[1], 1 is table[-3].

        Between the entries there is a cubic through four of them; beyond the ends, the ends.
        """
        last = len(table) - 4
        at = np.clip(a - b * cosine - c * sine, 0, 1) * last
        k = np.minimum(at.astype(int), last - 1)
        weights, _ = _cubic(at - k)
        out.ravel()[points] = (weights * table[k[:, None] + np.arange(4)]).sum(axis=1)

    @_quietly
    def spectrum(
        self,
        psi: ComplexArray,
        ex: FloatArray,
        ey: FloatArray,
        tail_x: FloatArray,
        tail_y: FloatArray,
    ) -> tuple[float, float, float]:
        """Of a field in Fourier space: norm, kinetic energy, and the norm in the tail.

        `ex`, `ey` are kinetic energies; the tail is where `tail_x` or `tail_y` is 1, not 0.
        """
        n = (psi.real**2 + psi.imag**2) / psi.size
        energy = n * (ex[:, None] + ey)
        tail = n * np.maximum(tail_x[:, None], tail_y)
        return float(n.sum()), float(energy.sum()), float(tail.sum())

    @_quietly
    def moments(self, psi: ComplexArray) -> tuple[float, float]:
        """The sums of |psi|^2 and of |psi|^4."""
        n = psi.real**2 + psi.imag**2
        return float(n.sum(dtype=float)), float((n * n).sum(dtype=float))

    @_quietly
    def grey_density(self, psi: ComplexArray, scale: float, levels: ByteArray) -> None:
        """levels (Ny, Nx) = scale * |psi|^2, rounded and at most 255; row 0 is the largest y."""
        n = psi.real**2 + psi.imag**2
        levels[...] = np.minimum(scale * n + 0.5, 255).astype(np.uint8).T[::-1]

    @_quietly
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
        """Carry the points `at` (count, 2) with the flow for `time`, by Runge-Kutta steps.

        The velocity is Im(psi* grad psi) / (|psi|^2 + floor), at most pi, plus a drift; lengths
        are in grid cells from index 0. Of several components, (components, Nx, Ny), it is that
        of their total current. It is taken from a cubic through psi itself, which is
        smooth where the velocity is not: at a vortex. One step moves about `stride` cells.
        """

        psi = components(psi)

        def flow(points: FloatArray) -> FloatArray:
            v = _velocity(psi, points, floor)
            v += (drift_x, drift_y)
            return v

        # A drift bends nothing by itself; it only carries into other cells.
        first = (
            np.hypot(*_velocity(psi, at, floor).T) + math.hypot(drift_x, drift_y) / DRIFT_STRIDES
        )
        counts = np.clip(np.ceil(abs(time) * first / stride), 1, MAX_SUBSTEPS).astype(int)
        for n in range(int(counts.max(initial=0))):
            moving = np.flatnonzero(counts > n)
            h = (time / counts[moving])[:, None]
            p = at[moving]
            a = flow(p)
            b = flow(p + 0.5 * h * a)
            c = flow(p + 0.5 * h * b)
            d = flow(p + h * c)
            at[moving] = p + h * (a + 2 * b + 2 * c + d) / 6
        at %= psi.shape[1:]


def _gaussians(at: FloatArray, n: int, r0: float, dx: float) -> FloatArray:
    x = (np.arange(n) - n / 2) * dx - at[:, None]
    distance = (x + n * dx / 2) % (n * dx) - n * dx / 2
    shape: FloatArray = np.exp(-0.5 * (distance / r0) ** 2)
    return shape


def _velocity(psi: ComplexArray, points: FloatArray, floor: float) -> FloatArray:
    base = np.floor(points)
    wx, dx = _cubic(points[:, 0] - base[:, 0])
    wy, dy = _cubic(points[:, 1] - base[:, 1])
    offsets = np.arange(-1, 3)
    _, Nx, Ny = psi.shape
    i = (base[:, 0].astype(int)[:, None] + offsets) % Nx
    j = (base[:, 1].astype(int)[:, None] + offsets) % Ny
    f = psi[:, i[:, :, None], j[:, None, :]].astype(complex)
    p = np.einsum("na,nb,cnab->cn", wx, wy, f)
    gradient = (np.einsum("na,nb,cnab->cn", dx, wy, f), np.einsum("na,nb,cnab->cn", wx, dy, f))
    n = (np.abs(p) ** 2).sum(axis=0) + floor
    v = np.stack([(p.conj() * g).imag.sum(axis=0) / n for g in gradient], axis=1)
    speed = np.hypot(v[:, 0], v[:, 1])
    v *= (math.pi / np.maximum(speed, math.pi))[:, None]
    return np.where(np.isfinite(v), v, 0.0)


def _cubic(s: FloatArray) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Lagrange's weights of the values at -1, 0, 1, 2 for the value and the slope at `s`."""
    value = (
        -s * (s - 1) * (s - 2) / 6,
        (s + 1) * (s - 1) * (s - 2) / 2,
        -(s + 1) * s * (s - 2) / 2,
        (s + 1) * s * (s - 1) / 6,
    )
    slope = (
        -(3 * s * s - 6 * s + 2) / 6,
        (3 * s * s - 4 * s - 1) / 2,
        -(3 * s * s - 2 * s - 2) / 2,
        (3 * s * s - 1) / 6,
    )
    return np.stack(value, axis=1), np.stack(slope, axis=1)
