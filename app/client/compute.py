"""The link to a room of a compute server: the connection that exhibits use, with one visitor."""

from __future__ import annotations

import itertools
import time

from app.client.conversation import ClientRequest, Conversation
from app.client.entry import JoinRequest
from app.engines.remote_downloads import Downloads
from app.protocol import frames
from app.protocol.chat import Said, Say
from app.protocol.compute import (
    CREDITS,
    WHOLE,
    Address,
    Chunk,
    Credit,
    Enter,
    FrameMessage,
    FromClient,
    FromServer,
    Greeting,
    Open,
    Report,
    StatsMessage,
    UnknownPeer,
    WantFrames,
)
from app.protocol.frames import FrameError, FrameKey
from app.protocol.messages import Error, Visitor, Welcome
from app.rooms.snapshot import OnSnapshot, SnapshotError
from app.transport.connection import Connection
from app.transport.event_loop import Loop
from app.transport.keys import Keys

FIRST_DOWNLOAD = 1 << 31
"""Downloads are numbered from here on, requests from 1."""
RETRY_S = 2.0
"""For a room to let somebody back in who was here before."""


class ComputeLink:
    """One visitor of a compute server, who reconnects as the same visitor."""

    def __init__(
        self,
        endpoint: str,
        keys: Keys | None,
        entry: JoinRequest,
        conversation: Conversation,
        loop: Loop,
    ) -> None:
        self._name = f"the compute server at {endpoint}"
        self._entry = entry
        self._conversation = conversation
        self._entered_at = 0.0
        self._said = itertools.count(1)
        self._downloads = Downloads(self._send_here, itertools.count(FIRST_DOWNLOAD))
        self._line = Connection(endpoint, self, loop.watch, loop.call_soon, keys)

    def send(self, message: ClientRequest) -> bool:
        """Send, if the room is there."""
        return self._send_here(self._line_of(message) if isinstance(message, Say) else message)

    def ask_snapshot(self, answer: OnSnapshot) -> None:
        """See Link."""
        if not self._downloads.begin(WHOLE, answer):
            answer(SnapshotError(f"{self._name} is away, or busy with snapshots for this program"))

    def poll(self) -> None:
        """Ping, and see whether the server is still there and we are in the room."""
        self._line.poll()
        outside = self._line.up and not self._conversation.here
        back = self._conversation.welcome is not None
        if outside and back and time.monotonic() - self._entered_at > RETRY_S:
            self._enter()

    def close(self) -> None:
        """Hang up; the server sees it at the next thing that it says."""
        self._downloads.fail("the room was left")
        self._line.close()

    # --- see transport.connection.ConnectionListener --------------------------------------

    def on_up(self, greeting: Greeting) -> None:
        """A compute server that knows nothing of us yet."""
        if self._conversation.here:
            self.on_down("has forgotten us")
        self._enter()

    def on_down(self, reason: str) -> None:
        """It is gone."""
        self._downloads.fail(f"{self._name} {reason}")
        self._conversation.lost(f"{self._name} {reason}")

    def on_foreign(self) -> None:
        """It is another program."""
        why = f"{self._name} is super_hydro's, which only an exhibit's --remote drives"
        self._conversation.end(ConnectionError(why))

    def on_wire(self, message: FromServer, address: Address, frame: bytes) -> None:
        """A message, with its frame if it has one."""
        match message:
            case FrameMessage():
                self._on_frame(message, frame)
            case Chunk():
                self._downloads.on_chunk(message, frame)
            case Error() if self._downloads.refused(message):
                pass
            case Greeting() | UnknownPeer() | StatsMessage() | Report():
                pass
            case _:
                self._conversation.on_message(message, self)
                if isinstance(message, Welcome) and self._entry.picture != "none":
                    self._line.send(Credit(n=CREDITS))

    def _send_here(self, message: FromClient) -> bool:
        return self._conversation.here and self._line.send(message)

    def _line_of(self, say: Say) -> Said:
        """What a web server makes of its visitors' lines."""
        welcome = self._conversation.welcome
        assert welcome is not None
        you = welcome.you
        return Said(
            id=say.id, room=welcome.room, by=you.id, name=you.name, colour=you.colour,
            text=say.text, count=next(self._said), at=time.time(),
        )  # fmt: skip

    def _on_frame(self, message: FrameMessage, frame: bytes) -> None:
        try:
            self._conversation.on_frame(frame)
        except FrameError as fault:
            self._conversation.lost(f"{self._name} sent what is no frame: {fault}")
            return
        self._line.send(Credit(n=1, number=message.number))

    def _enter(self) -> None:
        """Come in; back as who we were, and to the room as it was if the server has lost it."""
        self._entered_at = time.monotonic()
        known = self._conversation.welcome
        if known is None:
            self._line.send(self._entry.hello(0))
            return
        you = known.you
        who = Visitor(id=you.id, name=you.name, colour=you.colour, role=you.role)
        views = known.model["views"]
        raw = self._entry.picture == "raw" or not (views and views[0]["smooth"])
        keys = [FrameKey(view["name"], frames.RAW if raw else frames.JPEG) for view in views[:1]]
        here = Address(known.room, you.id)
        open_room = Open(
            id=0,
            model=known.model["name"],
            state=self._conversation.state(),
            seq=self._conversation.newest_seq,
        )
        for message in (open_room, Enter(id=0, who=who), WantFrames(keys=keys)):
            self._line.send(message, here)
