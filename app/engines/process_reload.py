"""A user's file is loaded again whenever it, or what it imports from its folder, has changed."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable

import msgspec

from app.engines.base import Listener
from app.engines.process_describe import Described, OutdatedError, described, start_process
from app.engines.process_files import Stamps, stamps
from app.engines.process_task import Task
from app.engines.startup_model import UnfitError
from app.protocol.frames import FrameKey
from app.protocol.messages import Notice, ServerMessage, Welcome
from app.protocol.stats import RoomStats
from app.transport.event_loop import CallSoon

log = logging.getLogger(__name__)

POLL_S = 0.25
SETTLED_S = 0.1
"""Files that have not changed for so long are whole: editors write in several goes."""
END_S = 2.0
TOPIC = "file"


class FileWatcher:
    """Looks at the files in a thread, and has what they hold told by a process of its own."""

    def __init__(
        self,
        task: Task,
        files: Stamps,
        call_soon: CallSoon,
        renew: Callable[[Described], None],
        refuse: Callable[[str], None],
    ) -> None:
        """`files` are those that were loaded. `renew` gets what is in the file from now on, or
        `refuse` why it cannot be used."""
        # What is there at the start is shown as it is: kernels may have to be compiled first.
        self._task = msgspec.structs.replace(task, trial=True)
        self._files = dict(files)
        self._call_soon = call_soon
        self._renew = renew
        self._refuse = refuse
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="file watcher", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join(END_S)

    def _watch(self) -> None:
        spare = start_process()
        while not self._over.wait(POLL_S):
            now = stamps(self._files)
            if now != self._files and not self._over.wait(SETTLED_S) and stamps(now) == now:
                self._load(now, spare)
                spare = start_process()
        spare.kill()
        spare.communicate()

    def _load(self, now: Stamps, process: subprocess.Popen[bytes]) -> None:
        def is_outdated() -> bool:
            return self._over.is_set() or stamps(now) != now

        try:
            told = described(self._task, is_outdated, process)
        except OutdatedError:
            return
        except UnfitError as unfit:
            fault = unfit
            # What a file that is not whole imports is unknown; it was the same before, mostly.
            self._files = {**now, **fault.files}
            log.warning("%s", fault)
            self._call_soon(lambda: self._refuse(str(fault)))
        else:
            self._files = dict(told.files)
            log.info("%s is loaded again", self._task.file)
            self._call_soon(lambda: self._renew(told))


class FileNotices:
    """A room's audience, which also reads what is wrong with the file, whenever it comes."""

    def __init__(self, listener: Listener, text: str) -> None:
        self._listener = listener
        self._text = text

    def show(self, text: str) -> None:
        """Let everybody read `text` until it is another; an empty one takes it away."""
        if text != self._text:
            self._text = text
            self._listener.on_message(self._notice(), None)

    def tell(self, text: str) -> None:
        """Let everybody who is here read `text` for a while."""
        self._listener.on_message(Notice(level="info", text=text), None)

    def on_message(self, message: ServerMessage, to: int | None) -> None:
        """See Listener."""
        self._listener.on_message(message, to)
        if isinstance(message, Welcome) and self._text:
            self._listener.on_message(self._notice(), to)

    def on_frame(self, key: FrameKey, frame: bytes) -> None:
        """See Listener."""
        self._listener.on_frame(key, frame)

    def on_stats(self, stats: RoomStats) -> None:
        """See Listener."""
        self._listener.on_stats(stats)

    def _notice(self) -> Notice:
        return Notice(level="trouble", text=self._text, topic=TOPIC)
