"""Split steps: how every fluid here goes forward in time.

    i hbar d psi/dt = exp(-i theta) (K + V + g |psi|^2 + fingers - mu) psi,  tan theta = cooling

What cools a fluid, its thermal atoms, may itself be in motion: with velocity v, or turning with
Omega. The part of the equation that cools, which is that of -i sin theta, has H - v.p - Omega L_z
for H then, so that the fluid ends at rest beside those atoms and not in the room:

    d psi/dt = -(i cos theta H + sin theta (H - v.p - Omega L_z)) psi / hbar,  H without mu

Source: M. Tsubota, K. Kasamatsu, M. Ueda, PRA 65, 023603 (2002), eq. 3, which is this in the
turning frame; A. A. Penckwitt, R. J. Ballagh, C. W. Gardiner, PRL 89, 260402 (2002), where it is
derived from a thermal cloud that turns; first L. P. Pitaevskii, JETP 8, 282 (1959).

The shortest waves fade a little in each step (see `models.numerics.tail`), whatever the cooling.

K is a sum of a kinetic energy in kx and one in ky. How a block of steps goes: `models.strang`.
"""

from __future__ import annotations

import math

import numpy as np

from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.fused import ready
from models.numerics.grid import Axis
from models.numerics.tail import fading
from models.pictures import SteadyScale
from models.strang import FUSED, SPACE, Strang

IMAGINARY_TIME = -1.0 + 0.0j


class SplitStep(Strang):
    """Subclasses give `_external` and `_initial`, and override other hooks where they differ."""

    def _external(self) -> FloatArray:
        """The potential at rest, shape (Nx, Ny), an energy."""
        return np.zeros(self.shape)

    def _initial(self) -> ComplexArray:
        """The state at t = 0, shape (Nx, Ny), of the norm that will be kept."""
        return np.full(self.shape, math.sqrt(self.mu / self._number("g")), complex)

    def _dispersion(self) -> tuple[Axis, Axis]:
        """Kinetic energies along kx and along ky."""
        hbar, m = self._number("hbar"), self._number("m")
        return (hbar * self.grid.kx) ** 2 / (2 * m), (hbar * self.grid.ky) ** 2 / (2 * m)

    def _bath_dispersion(self) -> tuple[Axis, Axis]:
        """Those of them that cooling takes away: K - v.p, of cooling that moves with v."""
        return self._dispersion()

    def _drift(self) -> tuple[float, float]:
        """What has to be added to the flow that psi shows, a velocity."""
        return 0.0, 0.0

    def _present_potential(self) -> FloatArray:
        """`_external`, or what has become of it by now."""
        return self._potential

    def step(self, n: int) -> None:
        if self._fused is None and self._plan is not None:
            # Compiled by now?
            self._fused = ready.field(self._plan)
            if self._fused is not None:
                self._use_phase(self._real_time())
        self._block(n, self._fingers.table)
        self.t += n * self.dt
        self._steps += n
        self._fingers.forget_faded()
        if len(self._tracers):
            self._tracers.move(
                self._kernels,
                self._synchronise(),
                n * self.dt,
                self._number("hbar") / self._number("m"),
                self._drift(),
                self._total / math.prod(self.shape),
            )

    def reset(self) -> None:
        self._draw_seed()
        self._forget_states()
        self._potential = self._external()
        self._begin(self._initial())

    def _begin(self, psi: ComplexArray) -> None:
        """Begin with `psi` at t = 0; fingers and tracers restart as well."""
        self._start(psi, 0.0)
        self._fingers.adopt()
        self.set_tracers(self._tracer_count)

    def load(
        self,
        psi: ComplexArray,
        t: float = 0.0,
        finger: tuple[tuple[float, float], tuple[float, float]] | None = None,
    ) -> None:
        psi = self._checked_field(psi, self._field_shape)
        if finger is not None:
            self._fingers.load(*finger)
        self._start(psi, t)

    @property
    def psi(self) -> ComplexArray:
        host: ComplexArray = self._backend.host(self._synchronise()).copy()
        return host

    def density(self) -> FloatArray:
        psi = self._backend.host(self._synchronise())
        n: FloatArray = psi.real**2 + psi.imag**2
        return n

    def _kinetic_energy(self) -> float:
        """Of an atom."""
        self._synchronise()
        if self._rests == FUSED:
            norm, kinetic, _ = self._sums
        else:
            self._now_transform.forward()
            self._synchronised = False
            norm, kinetic, _ = self._spectrum(self._now_layers)
        return kinetic / norm if norm > 0 else math.nan

    def _trouble(self) -> str | None:
        if self._rests == SPACE:
            return None
        if self._rests == FUSED:
            self._synchronise()
            return self._guard.trouble(*self._sums, self.mu)
        return self._guard.trouble(*self._spectrum(self._layers), self.mu)

    def _spectrum(self, layers: tuple[ComplexArray, ...]) -> tuple[float, float, float]:
        """Norm, kinetic energy and norm in the tail of all components, in Fourier space."""
        sums = [self._kernels.spectrum(layer, *self._energies, *self._tails) for layer in layers]
        norm, kinetic, tail = (sum(column) for column in zip(*sums, strict=True))
        return norm, kinetic, tail

    def _flow_field(self) -> ComplexArray:
        return self._synchronise()

    def _start(self, psi: ComplexArray, t: float, norm: float | None = None) -> None:
        self._field[...] = psi
        self._total = float((np.abs(psi.astype(complex)) ** 2).sum()) if norm is None else norm
        self.t = t
        self._steps = 0
        self._scale = SteadyScale()
        self._rests = SPACE
        self._synchronised = False
        self._refresh()

    def _replace(self, psi: ComplexArray) -> None:
        """Go on from `psi` at the same time, its norm made what it has to be."""
        norm = float((np.abs(psi.astype(complex)) ** 2).sum())
        self._field[...] = psi * math.sqrt(self._total / norm)
        self._rests = SPACE
        self._synchronised = False

    def _refresh(self) -> None:
        self._use_phase(self._real_time())

    def _real_time(self) -> complex:
        """The direction in which time runs, turned a little by the cooling."""
        cooling = self._number("cooling")
        return -1j * (1 - 1j * cooling) / abs(1 + 1j * cooling)

    def _use_phase(self, phase: complex, prepares: bool = False) -> None:
        """Prepare the factors of one step for time that runs along `phase`: -i is real time.

        What `prepares` a first state cools towards rest on the grid, where walls and stones are.
        """
        self._rate = phase * self.dt / self._number("hbar")
        at_rest = prepares or bool(self.params["as_published"])
        self._bath_decay = 0.0 if at_rest else -self._rate.real
        ex, ey = self._dispersion()
        bx, by = (ex, ey) if at_rest else self._bath_dispersion()
        step = 0.0 if at_rest else self._number("dt_t_scale")
        fx, fy = (fading(k, step) for k in (self.grid.kx, self.grid.ky))
        real, dtype = self._backend.real, self._backend.complex
        self._energies = ex.astype(real), ey.astype(real)
        share = 1 / math.prod(self.shape)
        # Extreme settings overflow here: the guard will see it, nobody has to be warned.
        with np.errstate(over="ignore", invalid="ignore"):
            full, half = (
                (
                    share * np.exp(1j * turn * ex - decay * bx - part * fx),
                    np.exp(1j * turn * ey - decay * by - part * fy),
                )
                for part in (1.0, 0.5)
                for turn, decay in ((part * self._rate.imag, -part * self._rate.real),)
            )
            self._full, self._half = ((x.astype(dtype), y.astype(dtype)) for x, y in (full, half))
            self._static[...] = np.exp(self._rate * (self._potential - self.mu))
            if self._fused is not None:
                static = self._backend.host(self._static)
                self._fused.use(self._rate, full, half, static, self._energies, self._tails)

    def _relax(self, psi: ComplexArray, steps: int) -> ComplexArray:
        """`psi` after `steps` steps in imaginary time, its norm kept.

        Settings so extreme that nothing is left of it give `psi` back.
        """
        self._start(psi, 0.0)
        self._use_phase(IMAGINARY_TIME, prepares=True)
        self._block(steps, self._no_fingers)
        relaxed: ComplexArray = self._backend.host(self._synchronise()).astype(complex)
        norm = float((np.abs(relaxed) ** 2).sum())
        return relaxed * math.sqrt(self._total / norm) if 0 < norm < math.inf else psi

    def _cooled(self, depth: float) -> ComplexArray:
        """What becomes of the field in `depth` steps of imaginary time, taken in one.

        The field itself stays, and so do fingers and time; the norm is not kept.
        """
        self._settle()
        kept = self._field.copy()
        self._use_phase(depth * IMAGINARY_TIME)
        self._field_transform.forward()
        self._kinetic_step(self._layers, self._half)
        self._prepare_waves()
        self._field_transform.inverse()
        self._follow_bath(self._bath_decay)
        self._prepare_step(self.t, 1.0)
        self._potential_step(1.0, self._fingers.table)
        self._field_transform.forward()
        self._kinetic_step(self._layers, self._half)
        self._field_transform.inverse()
        cooled: ComplexArray = self._backend.host(self._field).copy()
        self._use_phase(self._real_time())
        self._field[...] = kept
        return cooled
