"""Two kinds of atoms that light turns into each other."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from models.contract import Picture, View
from models.declarations import EXPERT, FINGER, FLUID, GRID, with_defaults
from models.exhibits.spin_orbit import SPIN_ORBIT, SpinOrbit
from models.gpe import GrossPitaevskii
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.finger_table import FingerTable
from models.numerics.periodic_vortices import periodic_vortices
from models.numerics.profiles import Complex
from models.parameters import Choice, Float, Parameter
from models.pictures import EMPTY, HEADROOM, blank_picture, grey

FAULT_PAIRS = 6
"""Ends of stripes that point up, and as many that point down."""

NOISE = 1e-3
"""Of the first field, at each point: what is not steady needs a push to come apart."""

ATOMS = (
    Float(name="g_aa", default=1.0, low=0.05, high=10.0, step=0.05, rebuild=True,
          label="Repulsion, first kind", group="Atoms",
          help="How strongly atoms of the first kind repel each other."),
    Float(name="g_bb", default=1.0, low=0.05, high=10.0, step=0.05, rebuild=True,
          label="Repulsion, second kind", group="Atoms",
          help="How strongly atoms of the second kind repel each other."),
    Float(name="g_ab", default=0.2, low=-1.0, high=10.0, step=0.05, rebuild=True,
          label="Repulsion between them", group="Atoms",
          help="How strongly the two kinds repel each other. High values drive them apart."),
)  # fmt: skip


class SOC2(GrossPitaevskii):
    r"""Light turns these atoms into another kind and back, and their fluid grows stripes.

    Each turn also gives an atom a kick to the left or to the right. So it has two momenta at
    which it is most at ease, and a cloud of such atoms takes both at once: the two waves
    overlap, and the fluid, though it flows without friction, is striped like a crystal. Push
    your finger through the stripes; break them, and watch how they join again.

    $$i\hbar\,\partial_t\begin{pmatrix}\psi_a\\ \psi_b\end{pmatrix} = e^{-i\theta}
    \left[-\frac{\hbar^2\nabla^2}{2m} - \mu + \begin{pmatrix}
    g_{aa}n_a + g_{ab}n_b - \delta/2 & \tfrac{\Omega}{2}e^{2ik_Rx}\\
    \tfrac{\Omega}{2}e^{-2ik_Rx} & g_{ab}n_a + g_{bb}n_b + \delta/2\end{pmatrix}\right]
    \begin{pmatrix}\psi_a\\ \psi_b\end{pmatrix}$$

    with $\Omega = 4wE_R$, $\delta = 4dE_R$ and $E_R = \hbar^2k_R^2/2m$: $w$ is the strength of
    the light, $d$ its detuning, and $k_R$ is rounded so that whole waves fit the box. Below
    $w = 1$ there are two minima of the energy, and stripes $\pi/k_R\sqrt{1-w^2}$ apart; above it
    there is one. $\tan\theta$ is the cooling. Lengths are in units of $dx$, $\hbar = m = 1$.
    Phase and vortices are those of the first component; tracers, speed and angular momentum are
    those of the total current, which alone carries all atoms. Each start has a little noise of
    its seed, so that a mixture that is not steady comes apart.

    **Checked:** the fields of super_hydro after 50 steps, to $10^{-9}$ (single precision: to
    $10^{-4}$); a wave that the light has taken hold of keeps its two amplitudes and turns its
    phase as the lower band says, to $10^{-3}$; stripes are as far apart as the minima say, and
    cooling never raises the energy.

    Source: Y.-J. Lin, K. Jiménez-García and I. B. Spielman, *Nature* 471, 83 (2011); the stripes:
    J.-R. Li and others, *Nature* 543, 91 (2017). The equation is that of super_hydro's SOC2.
    """

    title: ClassVar = "Striped superfluid"
    pictures: ClassVar = ()  # two kinds of atoms
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *with_defaults(FLUID, cooling=1e-3, healing_length=3.0),
        *SPIN_ORBIT,
        Choice(name="start", default="faults", options=("stripes", "faults", "one current"),
               rebuild=True, label="Start", group="Fluid",
               help="Perfect stripes, stripes that end in the middle of the fluid, or none."),
        *ATOMS,
        *FINGER,
        *with_defaults(GRID, Nx=192, Ny=192),
        *(parameter for parameter in EXPERT if parameter.name not in ("g", "random_phase")),
    )  # fmt: skip
    presets: ClassVar = {
        "Perfect stripes": {"start": "stripes", "cooling": 1e-10},
        "One kind of atom, no stripes": {"start": "one current", "soc_d": 0.3},
        "Light too strong for stripes": {"soc_w": 1.2},
    }
    views: ClassVar[tuple[View, ...]] = (
        *GrossPitaevskii.views,
        View("spin", "Kind of atom", "(n_b - n_a) / n"),
    )

    def density(self) -> FloatArray:
        psi = self._backend.host(self._synchronise())
        n: FloatArray = (psi.real**2 + psi.imag**2).sum(axis=0)
        return n

    def picture(self, view: str) -> Picture:
        if view in ("phase", "velocity"):
            return super().picture(view)
        n = self.density()
        total = float(n.sum(dtype=float))
        if not 0 < total < math.inf:
            return blank_picture(self.shape)
        if view == "spin":
            a = self._backend.host(self._synchronise())[0]
            spin = 1 - 2 * (a.real**2 + a.imag**2) / np.maximum(n, EMPTY * total / n.size)
            return Picture(grey(spin, -1, 1), -1.0, 1.0)
        hi = self._scale.follow(HEADROOM * float((n * n).sum(dtype=float)) / total, self._steps)
        return Picture(grey(n, 0, hi), 0.0, hi)

    def energy_parts(self) -> dict[str, float]:
        """Energies of an atom in units of mu; "potential" is that of fingers and detuning."""
        a, b = self._backend.host(self._synchronise()).astype(complex)
        n_a, n_b = np.abs(a) ** 2, np.abs(b) ** 2
        v = self._fingers.table.potential()
        potential = v * (n_a + n_b) + self._half_detuning * (n_b - n_a)
        light = 2 * (a.conj() * self._mixing[:, None] * b).real
        g_aa, g_bb, g_ab = (self._number(name) for name in ("g_aa", "g_bb", "g_ab"))
        interaction = g_aa * n_a**2 / 2 + g_bb * n_b**2 / 2 + g_ab * n_a * n_b
        unit = (n_a + n_b).sum() * self.mu
        return {
            "kinetic": self._kinetic_energy() / self.mu,
            "potential": float(potential.sum() / unit),
            "light": float(light.sum() / unit),
            "interaction": float(interaction.sum() / unit),
        }

    def _flow_field(self) -> ComplexArray:
        first: ComplexArray = self._synchronise()[0]
        return first

    @property
    def _field_shape(self) -> tuple[int, ...]:
        return (2, *self.shape)

    def light(self) -> SpinOrbit:
        """The light in force, its k_R rounded to the lattice."""
        number = self._number
        step = 2 * math.pi / self.grid.size[0]
        k_R = step * round(number("k_R") / step)
        return SpinOrbit(number("hbar"), number("m"), k_R, number("soc_d"), number("soc_w"))

    def _interaction(self) -> float:
        return self._number("g_aa")

    def _allocate(self) -> None:
        super()._allocate()
        self._mixing = self._backend.empty((self.shape[0],))
        self._pairs = self._backend.empty((self.shape[1],))

    def _refresh(self) -> None:
        super()._refresh()
        light = self.light()
        rabi = 4 * light.w * light.recoil
        self._half_detuning = 2 * light.d * light.recoil
        self._mixing[...] = rabi / 2 * np.exp(2j * light.k_R * self.grid.x[:, 0])

    def _initial(self) -> ComplexArray:
        light = self.light()
        k0 = light.minimum()
        step = 2 * math.pi / self.grid.size[0]
        k0 = step * round(k0 / step)
        ones = np.ones(self.shape)
        waves = {"one current": [(k0, ones)], "stripes": [(k0, ones), (-k0, ones)]}.get(
            str(self.params["start"]), [(k0, self._faults()), (-k0, ones)]
        )
        psi = np.zeros(self._field_shape, complex)
        for k, envelope in waves:
            a, b = light.spinor(k)
            psi[0] += a * np.exp(1j * (k + light.k_R) * self.grid.x) * envelope
            psi[1] += b * np.exp(1j * (k - light.k_R) * self.grid.x) * envelope
        norm = math.prod(self.shape) * self.mu / self._number("g_aa")
        psi *= math.sqrt(norm / (np.abs(psi) ** 2).sum())
        dice = self._random().normal(size=(2, *self._field_shape))
        psi *= 1 + NOISE * (dice[0] + 1j * dice[1])
        return self._relax(psi, int(self.params["cooling_steps"]))

    def _faults(self) -> Complex:
        """A factor with vortices: where two waves overlap, a stripe begins at each of them."""
        rng = self._random()
        Lx, Ly = self.grid.size
        x, y = rng.random((2, 2 * FAULT_PAIRS)) - 0.5
        signs = [1, -1] * FAULT_PAIRS
        xi = self._number("healing_length")
        return periodic_vortices(self.grid, x * Lx + 1j * y * Ly, signs, xi)

    def _potential_step(self, scale: float, fingers: FingerTable) -> None:
        number, gain = self._number, self._density_gain(scale)
        first, second = self._layers
        self._kernels.spinor_step(
            first,
            second,
            self._static,
            self._mixing,
            self._row,
            self._pairs,
            gain * number("g_aa"),
            gain * number("g_bb"),
            gain * number("g_ab"),
            self._half_detuning,
            self._rate,
            scale,
            fingers,
        )
