"""A word written in fluid: the right way up, and not in a mirror."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.declarations import EXPERT, FINGER, FLUID, GRID, with_defaults
from models.gpe import GrossPitaevskii
from models.numerics.arrays import ComplexArray, FloatArray
from models.parameters import Choice, Float, Parameter

MARGIN = 0.08
"""Of the box on either side of the word."""


class HelloWorld(GrossPitaevskii):
    r"""A greeting written in a superfluid: smear it with your finger and it writes itself again.

    The letters are shallow ditches in the floor, so the fluid stands deeper there. If you can
    read the word, the picture is the right way up and not in a mirror: that is what this
    exhibit was once made for.

    $$V = h\mu\,[1 - M(x, y)]$$

    where the mask $M$ is 1 in the letters and 0 beside them, with edges about a healing length
    wide. All else is as in BEC, in an endless box.

    **Checked:** beside the letters the density is $(1 - h)$ of that inside, as Thomas and Fermi
    say, within 5 %; the picture fits the upright word and not its mirror images.

    Source: the model of that name in super_hydro.
    """

    title: ClassVar = "Hello"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Choice(
            name="text",
            default="Hello",
            options=("Hello", "Hallo", "Bonjour", "Hola", "Ciao", "Ahoj"),
            rebuild=True,
            label="Word",
            help="What is written.",
        ),
        Float(
            name="contrast",
            default=0.7,
            low=0.1,
            high=0.95,
            rebuild=True,
            label="Depth of the letters",
            help="How much more fluid stands in the letters than beside them.",
        ),
        *with_defaults(FLUID, cooling=0.03),
        *with_defaults(FINGER, finger_r0=4.0),
        *GRID,
        *EXPERT,
    )
    presets: ClassVar = {
        "In French": {"text": "Bonjour"},
        "Hardly to be read": {"contrast": 0.3},
        "Out of a tangle": {"random_phase": True, "cooling": 0.1},
    }

    def mask(self) -> FloatArray:
        """1 in the letters, 0 beside them, shape (Nx, Ny)."""
        word = str(self.params["text"])
        width, height = self.shape
        size = 1.0
        for _ in range(2):
            # The first round measures the word, the second draws it as wide as fits.
            font = ImageFont.load_default(size * 20)
            left, top, right, bottom = font.getbbox(word)
            fit = (1 - 2 * MARGIN) * min(width / (right - left), height / (bottom - top))
            size *= fit
        font = ImageFont.load_default(size * 20)
        picture = Image.new("L", (width, height))
        middle = width / 2, height / 2
        ImageDraw.Draw(picture).text(middle, word, fill=255, font=font, anchor="mm")
        return np.asarray(picture, float).T[:, ::-1] / 255

    def _external(self) -> FloatArray:
        return self._number("contrast") * self.mu * (1 - self.mask())

    def _initial(self) -> ComplexArray:
        n = (self.mu - self._potential) / self._number("g")
        psi = np.sqrt(n).astype(complex)
        if self.params["random_phase"]:
            rng = self._random()
            psi *= np.exp(2j * np.pi * rng.random(self.shape))
        return self._relax(psi, int(self.params["cooling_steps"]))
