"""`main.py`: keeps server and window alive, and ends them together. Standard library only."""

from __future__ import annotations

import dataclasses
import math
import queue
import signal
import sys
import threading
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from app.process import systemd
from app.process.child import Child
from app.process.heartbeat import BEAT_S
from app.process.launch import EXIT_AGAIN, EXIT_FAULT, EXIT_OK, EXIT_USAGE, Launch
from app.process.log_file import kept

WINDOW_STARTS_S = 120.0 if sys.platform == "linux" else math.inf
"""On a slow disk a toolkit takes a while until its loop runs; others than Qt tell nothing of it."""


Event = tuple[Child | None, str]

SERVER_STARTS_S = 120.0
"""The first time ever, and on a slow disk, a server takes a while until its hub turns."""


class Supervisor:
    """One launch of the exhibit."""

    def __init__(self, settings: dict[str, Any]) -> None:
        """`settings`: app.settings.exhibit.Settings as plain data."""
        self._launch = Launch(settings)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._server = Child("serve", self._report, SERVER_STARTS_S)
        self._window = Child("window", self._report, WINDOW_STARTS_S)
        self._wants_window = not settings["headless"]
        self._window_shown = False
        self._display_gone = False
        self._first_model = ""
        self._url = ""
        self._invited: set[str] = set()
        self._exit_code: int | None = None

    def run(self) -> int:
        """Until the window is closed, the operator quits or a signal comes; the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._events.put((None, "stop")))
        with kept(self._launch.settings["log_file"], self._launch.secrets()):
            return self._watch()

    def _watch(self) -> int:
        self._server.start(self._launch)
        try:
            while self._exit_code is None:
                # Waiting in short turns: Windows delivers signals only between them.
                with suppress(queue.Empty):
                    self._handle(*self._events.get(timeout=BEAT_S))
                self._end_hung_children()
        finally:
            systemd.notify(systemd.STOPPING)
            self._window.stop()
            self._server.stop()
        return self._exit_code

    def _end_hung_children(self) -> None:
        """Its end is then seen like any other's, and it is started again."""
        for child in (self._server, self._window):
            if child.is_hung():
                _warn(f"process `{child.role}` gives no sign of life and is ended")
                child.kill()

    def _report(self, child: Child, line: str) -> None:
        self._events.put((child, line))

    def _handle(self, child: Child | None, line: str) -> None:
        word, _, rest = line.partition(" ")
        match child, word:
            case None, "stop":
                self._exit_code = EXIT_OK
            case None, role:
                again = self._server if role == self._server.role else self._window
                again.start(self._launch)
            case self._server, "ALIVE":
                self._server.is_alive()
                systemd.notify(systemd.ALIVE)
            case self._server, "MODEL":
                self._first_model = rest
            case self._server, "READY":
                self._server_ready(rest)
            case self._server, "LAN":
                self._invite(*rest.split(" "))
            case self._server, "":
                self._server_ended()
            case self._window, "SHOWN":
                self._window_shown = True
                self._display_gone = False
            case self._window, "ALIVE":
                self._window.is_alive()
            case self._window, "NOWINDOW" if not self._window_shown:
                self._go_headless(rest)
            case self._window, "NOWINDOW":
                self._report_display(rest)
            case self._window, "":
                self._window_ended()

    def _server_ready(self, url: str) -> None:
        if self._url:
            return
        self._url = url
        settings = {**self._launch.settings, "port": urlsplit(url).port}
        page = f"{url}models/{self._first_model}#kiosk={self._launch.kiosk_token}"
        if settings["kiosk"]:
            page += f"&locked={settings['idle_s'] + settings['countdown_s']:g}"
        # A server that is started again must have the port that the browsers know.
        self._launch = dataclasses.replace(self._launch, settings=settings, url=page)
        _print(f"READY {url}")
        systemd.notify(systemd.READY)
        if settings["feed_token"] is None:
            _print(f"Feeds post with the token {self._launch.feed_token}")
        if self._wants_window:
            self._window.start(self._launch)

    def _invite(self, address: str, code: str) -> None:
        """Say how guests come in; where there is a window, it shows how that changes."""
        if address not in self._invited or not self._wants_window:
            self._invited.add(address)
            _print(f"Guests on this network: {address}#join={code}  (code {code})")

    def _server_ended(self) -> None:
        code = self._server.exit_code
        if code == EXIT_OK:
            self._exit_code = EXIT_OK
        elif code == EXIT_AGAIN:
            self._server.start(self._launch)
            self._window.kill()  # which opens it again
        elif not self._url:
            self._exit_code = EXIT_USAGE if code == EXIT_USAGE else EXIT_FAULT
        else:
            _warn(f"the server ended ({code}) and is started again")
            self._again(self._server)

    def _window_ended(self) -> None:
        code = self._window.exit_code
        if not self._wants_window:
            return
        if code == EXIT_OK and not self._launch.settings["kiosk"]:
            self._exit_code = EXIT_OK
        elif self._window_shown:
            if not self._display_gone:
                _warn(f"the window ended ({code}) and is opened again")
            self._again(self._window)
        else:
            self._go_headless(f"the GUI toolkit does not start ({code})")

    def _go_headless(self, why: str) -> None:
        self._wants_window = False
        _print(f"No window, because {why}; the exhibit is at {self._url}")

    def _report_display(self, why: str) -> None:
        """Once, however often the window tries."""
        if not self._display_gone:
            self._display_gone = True
            _warn(f"{why}; the window waits for it, the exhibit is at {self._url}")

    def _again(self, child: Child) -> None:
        pause = threading.Timer(child.restart_pause_s(), self._events.put, ((None, child.role),))
        pause.daemon = True
        pause.start()


def _warn(text: str) -> None:
    sys.stderr.write(f"vortarium: {text}\n")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
