"""`main.py new my_model.py`: a small model to begin from, with comments that tell the contract."""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

from app.paths import OWN_NAME

USAGE = f"usage: {OWN_NAME} new my_model.py"
EXIT_OK, EXIT_USAGE = 0, 2
FALLBACK = "MyModel"

TEMPLATE = '''\
r"""A model of your own for Vortarium.

    {run} --model {file} --reload

shows it, and loads it again each time that you save this file: parameters keep their values, and
an error is shown on the page while the last good model goes on. What is printed here is in the
console.
"""

import numpy as np

from models.gpe import GrossPitaevskii
from models.parameters import Float, Integer


# Every subclass in this file is an exhibit, listed by the name of its class. GrossPitaevskii has
# the field, the time steps, fingers, tracers and views; what is left to say is what is special.
# For an equation of another kind, derive from models.contract.Model or FieldModel: then `step(n)`
# takes n time steps, `reset()` goes back to the start, and `self.t` is the time. The documentation
# of models/contract.py has the whole contract.
class {name}(GrossPitaevskii):
    r"""Stir a fluid that lies on a washboard.

    The first sentence stands on the landing page, all of it under "About": Markdown, with
    equations such as $V = h\\mu\\cos(2\\pi n x / L_x)$ between dollar signs.
    """

    # What the page calls it.
    title = "Washboard"

    # Each becomes a slider, is checked before it gets here, and is read as self.params["height"].
    # Without rebuild=True a change is taken up while the fluid goes on; with it, the potential and
    # the first state are made again. There are also Boolean, Choice and others: see
    # models/parameters.py.
    parameters = (
        *GrossPitaevskii.parameters,
        Float(
            name="height",
            default=0.5,
            low=0.0,
            high=2.0,
            label="Height",
            unit="mu",
            rebuild=True,
            help="How high the ridges are, in units of the chemical potential.",
        ),
        Integer(
            name="ridges",
            default=6,
            low=0,
            high=20,
            label="Ridges",
            rebuild=True,
            help="How many ridges lie across the box.",
        ),
    )

    # Sets of values for a visitor to try, by the name on the page.
    presets = {{"Flat": {{"height": 0.0}}, "Deep valleys": {{"height": 1.5, "ridges": 4}}}}

    # Values that the page plots; each is computed by `channel` while somebody listens.
    channels = {{
        **GrossPitaevskii.channels,
        "contrast": "Largest minus smallest density, in units of their sum",
    }}

    def _external(self):
        """The potential at each point, shape (Nx, Ny): x comes first, and y points up.

        Units: the distance dx of two points, hbar = m = g = 1. self.mu is the chemical potential.
        self.grid.x and self.grid.y have shapes (Nx, 1) and (1, Ny), with the origin in the
        middle of the box, and self.grid.size is (Lx, Ly).
        """
        length = self.grid.size[0]
        ridges = np.cos(2 * np.pi * self.params["ridges"] * self.grid.x / length)
        potential = self.params["height"] * self.mu * ridges
        return potential + 0 * self.grid.y

    def _initial(self):
        """The first field, complex, shape (Nx, Ny): that of Thomas and Fermi, a little relaxed."""
        density = np.maximum(self.mu - self._potential, 0)
        psi = np.sqrt(density).astype(complex)
        # As many atoms as without ridges: on average mu / g = mu of them at each point.
        psi *= np.sqrt(psi.size * self.mu / (np.abs(psi) ** 2).sum())
        return self._relax(psi, int(self.params["cooling_steps"]))

    def channel(self, name):
        """The present value of one of `channels`: a number, or anything else that JSON can say."""
        if name == "contrast":
            density = self.density()
            high, low = float(density.max()), float(density.min())
            return (high - low) / (high + low)
        return super().channel(name)
'''


def run(argv: list[str]) -> int:
    """Write the file that is named. Returns the exit code."""
    if len(argv) != 1 or argv[0].startswith("-"):
        wanted = argv in (["-h"], ["--help"])
        (sys.stdout if wanted else sys.stderr).write(f"{USAGE}\n")
        return EXIT_OK if wanted else EXIT_USAGE
    path = Path(argv[0])
    if path.suffix != ".py":
        return _refuse(f"{path}: a model's file ends in .py, such as my_model.py")
    try:
        # "x": whatever is there already stays, also what somebody puts there meanwhile.
        with path.open("x", encoding="utf-8") as file:
            file.write(text_for(path))
    except FileExistsError:
        return _refuse(f"{path} is there already; nothing was changed")
    except OSError as fault:
        return _refuse(f"{path} cannot be written: {fault.strerror}")
    sys.stdout.write(f"{path} is written. See it: {OWN_NAME} --model {path} --reload\n")
    return EXIT_OK


def text_for(path: Path) -> str:
    """The model in a file of that name."""
    words = re.findall(r"[A-Za-z0-9]+", path.stem)
    name = "".join(word[0].upper() + word[1:] for word in words)
    if not name.isidentifier() or keyword.iskeyword(name) or name == "GrossPitaevskii":
        name = FALLBACK
    return TEMPLATE.format(run=OWN_NAME, file=path.name, name=name)


def _refuse(text: str) -> int:
    sys.stderr.write(f"vortarium: {text}\n")
    return EXIT_USAGE
