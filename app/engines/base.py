"""What every engine offers, wherever it computes.

Who owns an engine keeps only viewers; a room's truth lives behind a `RoomLink`. All calls and all
of a `Listener`'s methods run on the owner's thread (a web server's hub, a compute server's loop),
and none of them waits for the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from app.protocol.chat import Said
from app.protocol.commands import Command
from app.protocol.compute import Fed, SnapshotPart
from app.protocol.frames import FrameKey
from app.protocol.messages import Error, Id, RoomState, ServerMessage, Visitor
from app.protocol.stats import RoomStats
from app.rooms import snapshot

SWITCH_S = 0.001
"""How long a thread may keep the interpreter while others wait: the hub must not wait long."""
WATCH_S = 0.5
"""How often an engine's owner calls `poll`."""


FeedAnswer = Callable[[Fed | Error], None]
"""Called on the owner's thread with what became of a state that was fed."""


class Listener(Protocol):
    """A room's audience."""

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        """A message for one visitor, or (None) for all."""

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        """The newest frame in one of the wanted forms; older ones are void."""

    def on_stats(self, stats: RoomStats) -> None:
        """How the room runs, twice a second."""


class RoomLink(Protocol):
    """The way to one room. What is sent arrives in order; answers come to the `Listener`."""

    def enter(self, visitor: Visitor, request: Id) -> None:
        """A visitor comes; he is answered by `welcome`, with `request` as its id."""

    def promote(self, visitor: Visitor) -> None:
        """A visitor who is here has got another role."""

    def leave(self, visitor: int) -> None:
        """He is gone."""

    def send(self, visitor: int, message: Command) -> None:
        """His wish, to be granted between two steps."""

    def say(self, said: Said) -> None:
        """A line for all in the room, also those of other exhibits; it comes back to be heard."""

    def want(self, keys: frozenset[FrameKey]) -> None:
        """The forms in which frames are wanted from now on; none: nobody looks."""

    def listen(self, names: frozenset[str]) -> None:
        """The channels that somebody listens to; a name newly given is published at once."""

    def ask_state(self, answer: Callable[[dict[str, Any]], None]) -> None:
        """Call `answer` with {running, params, fingers, sim_time}."""

    def ask_snapshot(self, parts: Sequence[SnapshotPart], answer: snapshot.OnSnapshot) -> None:
        """Call `answer` with `parts` of one instant as npz, or with why there is none."""

    def count_past(self, seq: int) -> None:
        """Number frames past `seq`, which viewers have seen from elsewhere."""

    def feed(self, state: Mapping[str, Any], answer: FeedAnswer) -> None:
        """A program outside posts `state`, whether or not somebody is here."""

    def close(self) -> None:
        """End the room."""


class Engine(Protocol):
    """Makes rooms."""

    @property
    def near(self) -> bool:
        """Are frames made on this machine, so that raw ones cost less than a JPEG?"""

    def catalogue(self) -> dict[str, dict[str, Any]]:
        """The models on offer: name -> entry of `GET /api/models`."""

    def source(self, model: str) -> str:
        """The Python code of a model on offer; raises SourceError, and KeyError if unknown."""

    def open(
        self,
        room: str,
        model: str,
        listener: Listener,
        params: Mapping[str, object] | None = None,
        state: RoomState | None = None,
    ) -> RoomLink:
        """A new room, with `params` in place of defaults, or that goes on from `state`.

        Nothing is told to `listener` before this has returned.
        Raises KeyError for an unknown model.
        """

    def poll(self) -> None:
        """Mend what is broken; the owner calls it every WATCH_S."""

    def close(self) -> None:
        """End all rooms."""
