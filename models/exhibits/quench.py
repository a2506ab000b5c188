"""A hot fluid that is cooled suddenly: vortices freeze in."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from models.declarations import CYLINDER, EXPERT, FINGER, FLUID, GRID, with_defaults
from models.exhibits.bec import BEC
from models.numerics.arrays import ComplexArray
from models.parameters import Parameter


class Quench(BEC):
    r"""Cool a gas all at once, and whirlpools freeze in where its parts do not agree.

    Each patch of the hot gas picks a phase of its own. As it turns into a superfluid the
    patches grow together, and where they cannot agree a whirlpool is left. The same may have
    happened when the young universe cooled. Press Reset and it happens anew.

    $$\psi(t = 0) = \sqrt{n}\; e^{2\pi i\, u(x, y)}$$

    with an independent random $u$ at each point, smoothed for a few steps in imaginary time;
    then the equation of BEC with much cooling.

    **Checked:** while the fluid is still thin there are $\langle k^2\rangle/4\pi$ vortices in
    a unit of area, as in any random wave, within 8 %; both signs in equal numbers in an endless
    box; their number falls as $t^{-1}$ does, but for the logarithm, exponent between 0.6 and
    1.2; the energy only falls.

    Source: T. W. B. Kibble, *J. Phys. A* 9, 1387 (1976); W. H. Zurek, *Nature* 317, 505 (1985);
    B. I. Halperin, in *Physics of Defects* (1981); A. J. Bray, *Adv. Phys.* 43, 357 (1994).
    """

    title: ClassVar = "Quench"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *with_defaults(FLUID, cooling=0.05),
        CYLINDER,
        *FINGER,
        *GRID,
        *with_defaults(tuple(p for p in EXPERT if p.name != "random_phase"), cooling_steps=60),
    )
    presets: ClassVar = {
        "A slow quench": {"cooling": 0.01},
        "Without walls": {"cylinder": False},
        "Big patches": {"cooling_steps": 400},
    }

    def _initial(self) -> ComplexArray:
        n = np.maximum(self.mu - self._potential, 0)
        rng = np.random.default_rng(int(self.params["seed"]))
        psi = np.sqrt(n) * np.exp(2j * np.pi * rng.random(self.shape))
        psi *= np.sqrt(psi.size * self.mu / self._number("g") / (np.abs(psi) ** 2).sum())
        return self._relax(psi, int(self.params["cooling_steps"]))
