"""Cooling by a potential that works against the flow."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from models.declarations import CYLINDER, EXPERT, FINGER, FLUID, GRID, WINDING, with_defaults
from models.exhibits.bec import BEC
from models.parameters import Float, Parameter

MAX_GAIN = 0.7
"""Of V_c over one step at the shortest wave: twice as much and friction would feed it."""

USUAL_POINTS = 256**2
"""Of a grid on which friction is as strong as published."""


class BECQuantumFriction(BEC):
    r"""Friction without a floor: a force that always pushes against the flow calms the fluid.

    Where fluid streams together this potential rises, and where it streams apart it falls, so
    it works against every sound and takes its energy. No atom is lost, and nothing has to be
    put back: unlike cooling, it never looks at the fluid as a whole.

    $$V_c = \frac{2 C}{256\sqrt{n}}\,\mathrm{Im}(\psi^* H\psi)
    = \frac{\hbar C}{256\sqrt{n}}\,\partial_t|\psi|^2$$

    is added to the other potentials; $n = \mu/g$. As published the root is that of the sum of the
    density, and the friction half as strong on a grid of twice as many points across.
    All else is as in BEC, with its own cooling off. $C$ acts only as far as one time step can
    follow it, if that is at most 1.

    **Checked:** the fields of super_hydro after 50 steps, to $10^{-9}$; the energy of a fluid
    full of sound or of vortices never rises from look to look, however strong the friction, and
    the norm is kept to $10^{-5}$.

    Source: A. Bulgac, M. M. Forbes, K. J. Roche and G. Wlazłowski, *Quantum Friction: Cooling
    Quantum Systems with Unitary Time Evolution*, arXiv:1305.6891; the model of that name in
    super_hydro.
    """

    title: ClassVar = "Quantum friction"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Float(
            name="Vc_cooling",
            default=100.0,
            low=1e-3,
            high=300.0,
            scale="log",
            label="Friction",
            help="How strongly the potential works against the flow.",
        ),
        *with_defaults(FLUID, cooling=1e-10),
        WINDING,
        CYLINDER,
        *FINGER,
        *GRID,
        *EXPERT,
    )
    presets: ClassVar = {
        "Hardly any": {"Vc_cooling": 1.0},
        "From a tangle": {"random_phase": True, "Vc_cooling": 150.0},
    }

    def _allocate(self) -> None:
        super()._allocate()
        self._streaming = self._backend.empty(self.shape)
        self._streaming_transform = self._backend.transform(self._streaming)
        self._friction = np.zeros(self.shape, self._backend.real)

    def _use_phase(self, phase: complex, prepares: bool = False) -> None:
        super()._use_phase(phase, prepares)
        ex, ey = self._dispersion()
        # Complex like the field, for NumPy casts by way of buffers.
        self._wave_energies = (ex[:, None] + ey).astype(self._backend.complex)
        # In imaginary time there is no flow to work against.
        self._extra = self._friction if phase.imag else self._friction[:0]

    def _prepare_waves(self) -> None:
        if self._extra.size:
            np.multiply(self._field, self._wave_energies, out=self._streaming)
            self._streaming_transform.inverse()

    def _prepare_step(self, t: float, scale: float) -> None:
        if self._extra.size:
            # Im(psi* H psi): all energies but K are real and drop out.
            most = MAX_GAIN * self._field.size / (self._total * self._number("dt_t_scale"))
            density = self.mu / self._number("g") * USUAL_POINTS
            root = math.sqrt(self._total if self.params["as_published"] else density)
            most /= self._density_gain(scale)
            strength = self._density_gain(scale) * min(2 * self._number("Vc_cooling") / root, most)
            self._kernels.friction(self._friction, self._field, self._streaming, strength)
