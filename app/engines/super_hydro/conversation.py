"""The one conversation that an exhibit has with super_hydro's server, in a thread of its own.

Its server cannot serve two clients: of two that ask in turn, one gets what the other asked for. So
all requests of the exhibit go through this conversation. A room never waits long for the server: it
uses the newest picture, and its commands go out with the next one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.engines.super_hydro.wire import AwayError, Wire, WireRequest, array, do, get_values, put

log = logging.getLogger(__name__)

RETRY_S = 0.5
TRACERS, FINGER = "tracers", "finger_Vxy"

AWAY = "super_hydro's server does not answer. Trying again; it goes on when it is back."
BACK = "super_hydro's server is back."

Notify = Callable[[bool, str], None]
"""Is it trouble, and what to say; from any thread."""
Floats = npt.NDArray[np.floating[Any]]


class Seen(NamedTuple):
    """What one picture needs."""

    density: Floats
    """Shape (Nx, Ny)."""
    tracers: Floats
    """Shape (N, 2), fractions of the box in [0, 1)."""
    finger: tuple[float, float] | None
    """Where the finger's potential is, in fractions of the box, if there is a finger."""


class ServerThread:
    """What is asked for, said and seen; `start` begins it."""

    def __init__(self, wire: Wire, first: Seen, names: frozenset[str], notify: Notify) -> None:
        """`first` was seen on `wire` already; `names`: what it says may be got, arrays too."""
        self._wire = wire
        self._notify = notify
        self._seen = first
        self._names = names
        self._has_tracers = len(first.tracers) > 0
        self._values: dict[str, Any] = {}
        """All that was set: what a server that comes back is told."""
        self._held: str | None = None
        """The last of "start" and "pause"."""
        self._commands: list[WireRequest] = []
        self._asked = self._answered = 0
        self._away = False
        self._over = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="super_hydro", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._wire.on_silence = self._find_away
        self._thread.start()

    def close(self) -> None:
        """End it soon."""
        with self._news:
            self._over = True
            self._news.notify_all()

    # --- from rooms' threads --------------------------------------------------------------

    def set(self, values: Mapping[str, Any]) -> None:
        """Set values, with the next picture."""
        with self._news:
            self._values.update(values)
            self._queue(put(dict(values)))

    def do(self, action: str) -> None:
        """Have something done, with the next picture."""
        with self._news:
            if action in ("start", "pause"):
                self._held = action
            self._queue(do(action))

    def look(self, patience_s: float) -> Seen:
        """A picture asked for now, or after `patience_s` the newest there is."""
        with self._news:
            self._asked += 1
            mine = self._asked
            self._news.notify_all()
            self._news.wait_for(lambda: self._answered >= mine or self._over, patience_s)
            return self._seen

    @property
    def seen(self) -> Seen:
        """The newest picture."""
        with self._news:
            return self._seen

    @property
    def has_unshown(self) -> bool:
        """Whether there is a command that the newest picture does not show."""
        with self._news:
            return bool(self._commands) or self._answered < self._asked

    def _queue(self, request: WireRequest) -> None:
        if not self._away:  # a server that comes back is told what is in force
            self._commands.append(request)
        self._news.notify_all()

    # --- in its own thread ----------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._over or self._away or self._has_work)
                if self._over:
                    break
                asked, commands, self._commands = self._asked, self._commands, []
            try:
                seen = self._exchange(commands)
            except AwayError as fault:
                log.info("super_hydro's server: %s", fault)
                self._find_away()
                with self._news:
                    self._news.wait_for(lambda: self._over, RETRY_S)
            else:
                with self._news:
                    self._seen, self._answered = seen, asked
                    self._news.notify_all()
                self._find_back()
        self._wire.close()

    @property
    def _has_work(self) -> bool:
        return bool(self._commands) or self._answered < self._asked

    def _exchange(self, commands: list[WireRequest]) -> Seen:
        """All that one picture needs, in one go: commands, then density, tracers and finger."""
        if not self._wire.connected:
            commands = self._again()
            self._has_tracers = TRACERS in self._names  # perhaps another server than it was
        asks_finger = FINGER in self._names and "finger_x" in self._values
        questions = [array("density")]
        questions += [array(TRACERS)] if self._has_tracers else []
        questions += [get_values(FINGER)] if asks_finger else []
        answers = iter(self._wire.ask(*commands, *questions)[len(commands) :])
        density = checked_density(next(answers))
        tracers = fractions(next(answers), density.shape) if self._has_tracers else NONE
        self._has_tracers = len(tracers) > 0
        return Seen(density, tracers, _place(next(answers)) if asks_finger else None)

    def _again(self) -> list[WireRequest]:
        """What is in force, for a server that may have been started again."""
        with self._news:
            self._commands = []
            values = [put(dict(self._values))] if self._values else []
            return [*values, *([do(self._held)] if self._held else [])]

    def _find_away(self) -> None:
        with self._news:
            known, self._away = self._away, True
        if not known:
            self._notify(True, AWAY)

    def _find_back(self) -> None:
        with self._news:
            known, self._away = not self._away, False
            if not known and self._wire.connected:
                # Commands were not kept while it was silent.
                self._commands = self._again()
        if not known:
            self._notify(False, BACK)


NONE: Floats = np.zeros((0, 2))


def checked_density(density: npt.NDArray[Any]) -> Floats:
    """`density` if it is one, shape (Nx, Ny). Raises AwayError."""
    if density.ndim != 2 or density.size == 0 or density.dtype.kind != "f":
        raise AwayError(f"a density of {density.dtype} and shape {density.shape}")
    return density


def fractions(tracers: npt.NDArray[Any], shape: tuple[int, ...]) -> Floats:
    """Fractions of the box, shape (N, 2), of what super_hydro's servers send.

    That is grid indices (2, N), 0 at one end of the box and Nx - 1 or Ny - 1 at the other; or, from
    those that follow its user documentation, x + iy in grid units from the centre, shape (N,).
    """
    Nx, Ny = shape
    if tracers.dtype.kind == "c":
        z = tracers.ravel()
        at = np.stack([z.real / Nx + 0.5, z.imag / Ny + 0.5], axis=1)
    elif tracers.ndim == 2 and len(tracers) == 2:
        x, y = tracers.astype(float)
        at = np.stack([x / max(1, Nx - 1), y / max(1, Ny - 1)], axis=1)
    else:
        return NONE
    found: Floats = at[np.isfinite(at).all(axis=1)] % 1.0
    return found


def _place(values: Mapping[str, Any]) -> tuple[float, float] | None:
    match values.get(FINGER):
        case [int() | float() as x, int() | float() as y]:
            return float(x) % 1.0, float(y) % 1.0
    return None
