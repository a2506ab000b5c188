"""Looks after the page in the window, and tells the supervisor that the window itself is alive.

A page whose renderer has crashed, or that does not answer, is loaded again as the same visitor;
when that happens too often, the window process ends, and the supervisor starts it again. All that
is asked of Qt for it, our toolkit on Linux, is here. Windows of other toolkits give no signs of
life; one that ends is started again all the same.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from typing import Any

from app.process.heartbeat import BEAT_S, SILENT_S, Heartbeat
from app.process.launch import EXIT_FAULT, report

MAX_RELOADS, RELOADS_S = 3, 60.0
"""So many in that time; the next one is a window of its own."""
LOADING_S = 60.0
"""A page that is not connected yet may be busy for so long."""
RETRY_MS = 1000

CONNECTED = "document.documentElement.dataset.connected === 'true'"


def poll(window: Any, url: str) -> None:
    """Look after a window of pywebview's that is not yet shown, and whose page is at `url`."""
    if sys.platform == "linux":
        window.events.before_show += lambda: _look_after_qt(window.native.webview, url)


def _look_after_qt(view: Any, url: str) -> None:
    """Look after the page in a QWebEngineView, in Qt's thread."""
    from qtpy.QtCore import QTimer, QUrl

    pulse = Heartbeat(LOADING_S)
    crashes = Reloads()

    def load() -> None:
        view.load(QUrl(url))

    def crashed(*_how: object) -> None:
        if not crashes.one_more():
            _tell("the page has failed too often; a new window opens")
            os._exit(EXIT_FAULT)
        _tell("the page's renderer has ended; the page is loaded again")
        pulse.beat(LOADING_S)
        QTimer.singleShot(0, load)  # not while Qt still tells of the crash

    def loaded(told: Any) -> None:
        # The server may be on its way back. A refused link shows no such page.
        if told.isErrorPage():
            QTimer.singleShot(RETRY_MS, load)

    def answered(is_connected: object) -> None:
        pulse.beat(SILENT_S if is_connected is True else LOADING_S)

    def look() -> None:
        report("ALIVE")
        if pulse.is_over():
            _tell("the page does not answer; its renderer is ended")
            pulse.beat(LOADING_S)
            with suppress(ProcessLookupError):
                os.kill(view.page().renderProcessPid(), signal.SIGKILL)
        view.page().runJavaScript(CONNECTED, answered)

    view.renderProcessTerminated.connect(crashed)
    view.page().loadingChanged.connect(loaded)
    timer = QTimer(view)
    timer.timeout.connect(look)
    timer.start(round(1000 * BEAT_S))


class Reloads:
    """Counts reloads, of which there may be MAX_RELOADS in RELOADS_S."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MAX_RELOADS)

    def one_more(self) -> bool:
        """May there be one now? Then it is counted."""
        now = time.monotonic()
        if len(self._times) == MAX_RELOADS and now - self._times[0] < RELOADS_S:
            return False
        self._times.append(now)
        return True


def _tell(text: str) -> None:
    sys.stderr.write(f"vortarium: {text}\n")
    sys.stderr.flush()
