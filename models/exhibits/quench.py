"""A hot gas that is cooled through the point where it becomes a superfluid."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from models.declarations import CYLINDER, EXPERT, FINGER, FLUID, GRID, with_defaults
from models.exhibits.bec import BEC
from models.numerics.arrays import ComplexArray
from models.parameters import Float, Parameter

LEAST_TEMPERATURE = 1e-6
"""Of the first noise, in units of mu: nothing grows out of nothing."""

NOISY = 0.4
"""The gas shakes waves with less than this part of the grid's largest wave number: those that the
grid resolves, and that are warm."""


class Quench(BEC):
    r"""Cool a gas, and whirlpools freeze in where its parts do not agree.

    Each patch of the hot gas picks a phase of its own. As it turns into a superfluid the
    patches grow together, and where they cannot agree a whirlpool is left: many after a quick
    quench, few after a slow one, for then the patches have time to grow. The same may have
    happened when the young universe cooled. Press Restart, and other dice are thrown.

    $$i\hbar\,\partial_t\psi = (\cos\theta - i\sin\theta)\,[H - \mu(t)]\,\psi + \hbar\,\eta,
    \qquad \mu(t) = \mu\,\min(2t/\tau - 1,\ 1)$$
    $$\langle\eta^*(\mathbf r, t)\,\eta(\mathbf r', t')\rangle = \frac{2\sin\theta\,k_BT}{\hbar}\,
    \delta(\mathbf r - \mathbf r')\,\delta(t - t')$$

    with a warm gas of temperature $T$ around, $\tan\theta$ the cooling, and atoms that come and go:
    their number is not kept. $\eta$ has the waves that the grid resolves. It starts as noise in
    balance with that gas at $-\mu$. As published there is neither ramp nor noise, and the number
    is that of BEC from the start.

    **Checked:** the first noise has the spectrum $k_BT/(E_k + \mu)$, within 8 %; its vortices are
    $\langle k^2\rangle/4\pi$ in a unit of area, as in any random wave, within 8 %; the slower the
    quench the fewer are left, as $\tau^{-a}$ with $a$ between 0.4 and 0.9 (Zurek has 1/2 for the
    patches, and vortices go on vanishing); both signs in equal numbers in an endless
    box; later their number falls as $t^{-1}$ but for the logarithm, exponent between 0.6 and 1.2.

    Source: T. W. B. Kibble, *J. Phys. A* 9, 1387 (1976); W. H. Zurek, *Nature* 317, 505 (1985);
    the equation: A. S. Bradley, C. W. Gardiner, M. J. Davis, *Phys. Rev. A* 77, 033616 (2008);
    B. I. Halperin, in *Physics of Defects* (1981); A. J. Bray, *Adv. Phys.* 43, 357 (1994).
    """

    title: ClassVar = "Quench"
    pictures: ClassVar = ()  # it begins as noise
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Float(name="quench_time", default=400.0, low=5.0, high=5000.0, scale="log", step=1.0,
              unit="m dx^2/hbar", rebuild=True, label="Time of the quench",
              help="How long the cooling takes from hot to cold: quick ones leave more vortices."),
        *with_defaults(FLUID, cooling=0.1),
        CYLINDER,
        *FINGER,
        *GRID,
        Float(name="temperature", default=0.005, low=0.0, high=0.1, step=0.001, unit="mu",
              rebuild=True, label="Temperature of the gas", group="Expert",
              help="How strongly the warm gas around the fluid shakes it."),
        *with_defaults(
            tuple(p for p in EXPERT if p.name != "random_phase"), cooling_steps=0, seed=0
        ),
    )  # fmt: skip
    presets: ClassVar = {
        "A quick quench": {"quench_time": 25.0},
        "A slow quench": {"quench_time": 2000.0},
        "Without walls": {"cylinder": False},
    }

    def _ramp(self, t: float) -> float:
        """The chemical potential of the gas at time `t`."""
        return self.mu * min(2 * t / self._number("quench_time") - 1, 1.0)

    def _gain(self, norm: float, t: float) -> float:
        if not self._bath_decay:
            return super()._gain(norm, t)
        gain = math.exp(self._bath_decay * (self._ramp(t) - self.mu))
        self._total = norm * gain**2
        return gain

    @property
    def _makes_up(self) -> bool:
        return False  # its atoms come and go

    def _follow_bath(self, decay: float) -> None:
        """What the gas gives back, of all the damping of which it takes, in waves it has."""
        kT = self._number("temperature") * self.mu
        count = math.prod(self.shape)
        self._dice.standard_normal(out=self._thrown, dtype=self._backend.real)
        self._thrown *= math.sqrt(decay * kT / count) / self.grid.dx
        self._noise[...] = 0
        self._noise.reshape(-1)[self._modes] = self._thrown.view(self._backend.complex)[:, 0]
        self._noise_transform.inverse()
        self._noise *= self._open
        self._field += self._noise

    def _allocate(self) -> None:
        super()._allocate()
        self._noise = self._backend.empty(self.shape)
        self._noise_transform = self._backend.transform(self._noise)
        k2 = self.grid.kx[:, None] ** 2 + self.grid.ky**2
        self._modes = np.flatnonzero(k2 < (NOISY * np.pi / self.grid.dx) ** 2)
        self._thrown = np.empty((len(self._modes), 2), self._backend.real)

    def _initial(self) -> ComplexArray:
        self._dice = self._random()
        # Complex like the field, for NumPy casts by way of buffers.
        self._open = (self._potential < self.mu).astype(self._backend.complex)
        noise = self._dice.normal(size=(*self.shape, 2)).view(complex)[..., 0] / math.sqrt(2)
        if self.params["as_published"]:
            n = np.maximum(self.mu - self._potential, 0)
            psi = np.sqrt(n * self._filling(n) / n.sum()) * np.exp(1j * np.angle(noise))
        else:
            ex, ey = self._dispersion()
            kT = max(self._number("temperature"), LEAST_TEMPERATURE) * self.mu
            spectrum = kT / (ex[:, None] + ey + self.mu) / self.grid.dx**2
            waves = (np.sqrt(spectrum) * np.fft.fft2(noise)).ravel()
            psi = np.zeros(waves.size, complex)
            psi[self._modes] = waves[self._modes]
            psi = np.fft.ifft2(psi.reshape(self.shape))
            psi *= self._open
        return self._relax(psi, int(self.params["cooling_steps"]))
