"""`main.py study NX NY`: find the fastest Fourier plans while nobody is in a hurry.

It takes seconds of a processor and blocks all other planning in its process. So a server leaves
it to a process of its own, some time after it became ready; rooms opened later have the plans.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping

from app.paths import own_command
from app.process.launch import EXIT_OK, EXIT_USAGE, on_parent_exit
from models.declarations import GRID
from models.numerics.fft import is_studied, study
from models.parameters import Value

STUDY_AFTER_S = 60.0
NICENESS = 19
LARGEST = 512
"""Larger grids take minutes to study, and few exhibits use them."""


def study_later(params: Mapping[str, Value]) -> None:
    """Have the grid that `params` name, or the usual one, studied in a while."""
    shape = [int(params.get(points.name, points.default)) for points in GRID]
    if max(shape) > LARGEST:
        return

    def begin() -> None:
        if is_studied(tuple(shape)):
            return
        command = [*own_command(), "study", *map(str, shape)]
        # Its standard input is never written to: that it ends tells the child of our end.
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
            child.wait()

    timer = threading.Timer(STUDY_AFTER_S, begin)
    timer.daemon = True
    timer.start()


def run(argv: list[str]) -> int:
    """Study the grid that `argv` names. Returns the exit code."""
    if len(argv) != len(GRID) or not all(number.isdecimal() for number in argv):
        sys.stderr.write("vortarium study: give Nx and Ny\n")
        return EXIT_USAGE
    on_parent_exit(lambda: os._exit(EXIT_OK))
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    study(tuple(map(int, argv)))
    return EXIT_OK
