"""A vortex pair in a channel: a smoke ring in two dimensions."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from models.declarations import EXPERT, FINGER, FLOW, FLUID, GRID, with_defaults
from models.exhibits.bec_flow import Flowing
from models.gpe import WALL_MU
from models.numerics.arrays import ComplexArray, FloatArray
from models.numerics.profiles import WALL_RADIUS2, smooth_step, vortex_cores
from models.parameters import Float, Parameter

IMAGE_PAIRS = 3
"""Images of each vortex behind the walls, counted to either side."""

CHANNEL = 0.94
"""Of the box in y: between the lines where the walls begin to stop the fluid."""


class BECVortexRing(Flowing):
    r"""Two whirlpools that turn opposite ways carry each other along, like a smoke ring.

    Each is swept on by the other's flow, so the two of them travel straight on, faster when
    they are closer. Cut a smoke ring through the middle and this is what you see. Let a pair
    meet a finger, or send two after each other.

    $$v = \frac{\pi\hbar}{m W}\cot\frac{\pi d}{W} + \frac{2\pi\hbar d}{m W L_x}$$

    is the speed of a pair $d$ apart in the middle of a channel of width $W$: close together
    $\hbar/md$. The second term is the flow that closes the phase round the box. The walls are
    those of BEC, above and below.

    **Checked:** the fields of super_hydro after 50 steps, to $10^{-9}$; the speed for three
    distances, within 6 %: a core is not a point, and a wall has no sharp edge.

    Source: H. Lamb, *Hydrodynamics*, sections 154 and 155; C. A. Jones and P. H. Roberts,
    *J. Phys. A* 15, 2599 (1982); the model of that name in super_hydro.
    """

    title: ClassVar = "Vortex ring"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Float(
            name="R",
            default=0.08,
            low=0.03,
            high=0.8,
            rebuild=True,
            label="Size of the ring",
            help="Distance of the two vortices, as a part of the box's height.",
        ),
        FLOW,
        *with_defaults(FLUID, cooling=1e-10),
        *FINGER,
        *GRID,
        *with_defaults(EXPERT, cooling_steps=20),
    )
    presets: ClassVar = {
        "A tight ring races": {"R": 0.05},
        "A wide ring strolls": {"R": 0.4},
        "Against the stream": {"R": 0.08, "v_v_c": -0.06},
    }

    def _external(self) -> FloatArray:
        y2 = (2 * self.grid.y / self.grid.size[1]) ** 2
        wall = WALL_MU * self.mu * smooth_step(y2 - WALL_RADIUS2)
        return np.broadcast_to(wall, self.shape).copy()

    def _initial(self) -> ComplexArray:
        n = np.maximum(self.mu - self._potential, 0) / self._number("g")
        psi = np.sqrt(n).astype(complex)
        Ly = self.grid.size[1]
        a = self._number("R") * Ly / 2
        centres = np.array([1j * a, -1j * a])
        xi = self._number("healing_length")
        psi *= np.abs(vortex_cores(self.grid.x, self.grid.y, centres, (1, -1), xi))
        psi *= self._circulation(a, 1) * self._circulation(-a, -1)
        published = n.size * self.mu / self._number("g")
        norm = published if self.params["as_published"] else n.sum()
        psi *= np.sqrt(norm / (np.abs(psi) ** 2).sum())
        return self._relax(psi, int(self.params["cooling_steps"]))

    def _circulation(self, y0: float, sign: int) -> ComplexArray:
        """Phase of a row of vortices, one in each box, and of its images behind both walls."""
        width = CHANNEL * self.grid.size[1]
        phase = np.zeros(self.shape)
        for k in range(-2 * IMAGE_PAIRS + 1, 2 * IMAGE_PAIRS):
            mirrored = k % 2
            y = k * width + (-y0 if mirrored else y0)
            z = np.pi * (self.grid.x + 1j * (self.grid.y - y)) / self.grid.size[0]
            # arg sin z by hand: far from the axis sin z itself overflows.
            turned = np.arctan2(np.cos(z.real) * np.tanh(z.imag), np.sin(z.real))
            phase += -sign * turned if mirrored else sign * turned
        factor: ComplexArray = np.exp(1j * phase)
        return factor
