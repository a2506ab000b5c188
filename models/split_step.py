"""Split steps: how every fluid here goes forward in time.

    i hbar d psi/dt = exp(-i theta) (K + V + g |psi|^2 + fingers - mu) psi,  tan theta = cooling

K is a sum of a kinetic energy in kx and one in ky. A block of steps is Strang's: half a kinetic
step, then potential and kinetic steps in turn, the last one a half again. That last half is left
out until somebody looks, for the next block can take it with its first: the field rests in
Fourier space, and `_synchronise` makes a finished copy of it.
"""

from __future__ import annotations

import math

import numpy as np

from models.grid_model import GridModel
from models.guard import TAIL_START
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.finger_table import FingerTable
from models.numerics.grid import Axis
from models.pictures import SteadyScale

IMAGINARY_TIME = -1.0 + 0.0j


class SplitStep(GridModel):
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

    def _drift(self) -> tuple[float, float]:
        """What has to be added to the flow that psi shows, a velocity."""
        return 0.0, 0.0

    def _prepare_waves(self) -> None:
        """Called before `_prepare_step`, with psi in Fourier space: the inverse brings it back."""

    def _prepare_step(self, t: float) -> None:
        """Called before each potential step, with psi at time `t`, to change the potential."""

    def _move_bodies(self, scale: float, fingers: FingerTable) -> None:
        """Called when the fingers have moved, the field being `scale` times what it is."""

    def _present_potential(self) -> FloatArray:
        """`_external`, or what has become of it by now."""
        return self._potential

    @property
    def _field_shape(self) -> tuple[int, ...]:
        """Of psi: (Nx, Ny), or (components, Nx, Ny)."""
        return self.shape

    def _interaction(self) -> float:
        """The g of the speed of sound, sqrt(g n / m)."""
        return self._number("g")

    def _potential_step(self, scale: float, fingers: FingerTable) -> None:
        """Multiply the field by `scale` and by one step's factor of all but kinetic energy."""
        self._kernels.potential_step(
            self._field,
            self._static,
            self._extra,
            self._row,
            self._interaction(),
            -self._rate.imag,
            -self._rate.real,
            scale,
            fingers,
        )

    @property
    def mu(self) -> float:
        """Chemical potential of the background: hbar^2 / (2 m healing_length^2)."""
        xi = self._number("healing_length")
        return self._number("hbar") ** 2 / (2 * self._number("m") * xi**2)

    @property
    def dt(self) -> float:
        """Time of a step: dt_t_scale * hbar / max(K), K of a free particle."""
        k2 = float((self.grid.kx**2).max() + (self.grid.ky**2).max())
        hbar, m = self._number("hbar"), self._number("m")
        return self._number("dt_t_scale") * 2 * m / (hbar * k2)

    def step(self, n: int) -> None:
        self._block(n, self._fingers.table)
        self.t += n * self.dt
        self._steps += n
        self._fingers.forget_faded()
        if len(self._tracers):
            self._tracers.move(
                self._kernels,
                self._flow_field(),
                n * self.dt,
                self._number("hbar") / self._number("m"),
                self._drift(),
                self._total / math.prod(self.shape),
            )

    def reset(self) -> None:
        self._forget_states()
        self._potential = self._external()
        self._begin(self._initial())

    def _begin(self, psi: ComplexArray) -> None:
        """Begin with `psi` at t = 0; fingers and tracers begin anew as well."""
        self._start(psi, 0.0)
        self._fingers.begin_anew()
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
        self._now_transform.forward()
        self._synchronised = False
        norm, kinetic, _ = self._spectrum(self._now_layers)
        return kinetic / norm if norm > 0 else math.nan

    def _trouble(self) -> str | None:
        if not self._in_fourier_space:
            return None
        return self._guard.trouble(*self._spectrum(self._layers), self.mu)

    def _spectrum(self, layers: tuple[ComplexArray, ...]) -> tuple[float, float, float]:
        """Norm, kinetic energy and norm in the tail of all components, in Fourier space."""
        sums = [self._kernels.spectrum(layer, *self._energies, *self._tails) for layer in layers]
        norm, kinetic, tail = (sum(column) for column in zip(*sums, strict=True))
        return norm, kinetic, tail

    def _flow_field(self) -> ComplexArray:
        return self._synchronise()

    def _allocate(self) -> None:
        make = self._backend.empty
        self._field, self._now = make(self._field_shape), make(self._field_shape)
        self._static = make(self.shape)
        self._layers, self._now_layers = (
            tuple(field.reshape(-1, *self.shape)) for field in (self._field, self._now)
        )
        self._field_transform = self._backend.transform(self._field)
        self._now_transform = self._backend.transform(self._now)
        self._row = np.empty(self.shape[1], self._backend.real)
        self._extra = np.zeros((0, 0), self._backend.real)
        self._tails = tuple(
            (np.abs(k) > TAIL_START * np.abs(k).max()).astype(self._backend.real)
            for k in (self.grid.kx, self.grid.ky)
        )
        self._no_fingers = FingerTable((1, 1), self._backend.real)

    def _start(self, psi: ComplexArray, t: float, norm: float | None = None) -> None:
        self._field[...] = psi
        self._total = float((np.abs(psi.astype(complex)) ** 2).sum()) if norm is None else norm
        self.t = t
        self._steps = 0
        self._scale = SteadyScale()
        self._in_fourier_space = False
        self._synchronised = False
        self._refresh()

    def _replace(self, psi: ComplexArray) -> None:
        """Go on from `psi` at the same time, its norm made what it has to be."""
        norm = float((np.abs(psi.astype(complex)) ** 2).sum())
        self._field[...] = psi * math.sqrt(self._total / norm)
        self._in_fourier_space = False
        self._synchronised = False

    def _refresh(self) -> None:
        self._use_phase(self._real_time())

    def _real_time(self) -> complex:
        """The direction in which time runs, turned a little by the cooling."""
        cooling = self._number("cooling")
        return -1j * (1 - 1j * cooling) / abs(1 + 1j * cooling)

    def _use_phase(self, phase: complex) -> None:
        """Prepare the factors of one step for time that runs along `phase`: -i is real time."""
        self._rate = phase * self.dt / self._number("hbar")
        ex, ey = self._dispersion()
        real, dtype = self._backend.real, self._backend.complex
        self._energies = ex.astype(real), ey.astype(real)
        share = 1 / math.prod(self.shape)
        # Extreme settings overflow here: the guard will see it, nobody has to be warned.
        with np.errstate(over="ignore", invalid="ignore"):
            self._full, self._half = (
                ((share * np.exp(rate * ex)).astype(dtype), np.exp(rate * ey).astype(dtype))
                for rate in (self._rate, self._rate / 2)
            )
            self._static[...] = np.exp(self._rate * (self._potential - self.mu))

    def _relax(self, psi: ComplexArray, steps: int) -> ComplexArray:
        """`psi` after `steps` steps in imaginary time, its norm kept.

        Settings so extreme that nothing is left of it give `psi` back.
        """
        self._start(psi, 0.0)
        self._use_phase(IMAGINARY_TIME)
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
        self._prepare_step(self.t)
        self._potential_step(1.0, self._fingers.table)
        self._field_transform.forward()
        self._kinetic_step(self._layers, self._half)
        self._field_transform.inverse()
        cooled: ComplexArray = self._backend.host(self._field).copy()
        self._use_phase(self._real_time())
        self._field[...] = kept
        return cooled

    def _block(self, n: int, fingers: FingerTable) -> None:
        if n <= 0:
            return
        number = self._number
        kernels, fft = self._kernels, self._field_transform
        dt, dx, points = self.dt, self.grid.dx, math.prod(self.shape)
        spring, damping, r0 = number("finger_k_m"), number("finger_damp"), number("finger_r0")
        height, g_m = number("finger_V0_mu") * self.mu, self._interaction() / number("m")
        if self._in_fourier_space:
            norm = self._kinetic_step(self._layers, self._full)
        else:
            fft.forward()
            norm = self._kinetic_step(self._layers, self._half)
        for i in range(n):
            self._prepare_waves()
            fft.inverse()
            v_max = math.sqrt(abs(g_m * norm / points))
            scale = math.sqrt(self._total / norm) if norm > 0 else 1.0
            self._prepare_step(self.t + (i + 0.5) * dt)
            kernels.move_fingers(fingers, dt, spring, damping, v_max, height, r0, dx)
            self._move_bodies(scale, fingers)
            self._potential_step(scale, fingers)
            fft.forward()
            if i + 1 < n:
                norm = self._kinetic_step(self._layers, self._full)
        self._in_fourier_space = True
        self._synchronised = False

    def _kinetic_step(
        self, layers: tuple[ComplexArray, ...], factors: tuple[ComplexArray, ComplexArray]
    ) -> float:
        """One step, or half of one, of every component; the norm of all of them."""
        return sum(self._kernels.kinetic_step(layer, *factors) for layer in layers)

    def _synchronise(self) -> ComplexArray:
        """The field at time t, in a buffer that the next step leaves alone; not a copy."""
        if not self._synchronised:
            self._now[...] = self._field
            if self._in_fourier_space:
                self._kinetic_step(self._now_layers, self._half)
                self._now_transform.inverse()
            self._synchronised = True
        return self._now

    def _settle(self) -> None:
        self._field[...] = self._synchronise()
        self._in_fourier_space = False
