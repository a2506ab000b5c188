"""What every engine offers, wherever it computes.

The owner of an engine keeps only viewers; a room's state lives behind a `RoomLink`. All calls and
all of a `Listener`'s methods run on the owner's thread (a web server's hub, a compute server's
loop), and none of them waits for the model.
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
        """Add a visitor, who gets `welcome` with `request` as its id."""

    def promote(self, visitor: Visitor) -> None:
        """Change a visitor's role."""

    def leave(self, visitor: int) -> None:
        """Remove a visitor."""

    def send(self, visitor: int, message: Command) -> None:
        """Queue a visitor's command, to be carried out between two steps."""

    def say(self, said: Said) -> None:
        """Send a line to all in the room, other exhibits included; it also comes back."""

    def want(self, keys: frozenset[FrameKey]) -> None:
        """Set the forms in which frames are wanted from now on; none: no viewers."""

    def listen(self, names: frozenset[str]) -> None:
        """Set the subscribed channels; a name newly given is published at once."""

    def ask_state(self, answer: Callable[[dict[str, Any]], None]) -> None:
        """Call `answer` with {running, params, fingers, sim_time}."""

    def ask_snapshot(self, parts: Sequence[SnapshotPart], answer: snapshot.OnSnapshot) -> None:
        """Call `answer` with `parts` of one instant as npz, or with why there is none."""

    def count_past(self, seq: int) -> None:
        """Number frames past `seq`, which viewers have seen from elsewhere."""

    def feed(self, state: Mapping[str, Any], answer: FeedAnswer) -> None:
        """Feed `state` from an outside program, with or without visitors."""

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

        `listener` is not called before this has returned.
        Raises KeyError for an unknown model.
        """

    def poll(self) -> None:
        """Restart what has failed; the owner calls it every WATCH_S."""

    def close(self) -> None:
        """End all rooms."""
