"""The two kinds of server that a program visits, with what a test does to them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import zmq

from tests.support.compute_service import Outsider, Service
from tests.support.exhibit import Exhibit, wait_until

VISITORS = 128
"""As many as a room takes."""


class WebHost:
    """An exhibit."""

    def __init__(self, exhibit: Exhibit) -> None:
        self.exhibit = exhibit
        self.address = exhibit.url
        self.keeps_params = False

    def restart(self, meanwhile: Callable[[], object]) -> None:
        """Kill the server process, call `meanwhile`; the supervisor starts another in its place."""
        pid = self.exhibit.pids()["serve"]
        os.kill(pid, signal.SIGKILL)
        meanwhile()
        wait_until(lambda: self.exhibit.pids().get("serve", pid) != pid, "another serves")

    def end(self) -> None:
        """Let nothing be left of it."""
        self.exhibit.kill()

    def fill(self) -> Callable[[], None]:
        """Fill BEC's room; what empties it again."""
        for _ in range(VISITORS):
            self.exhibit.visitor(room="BEC")
        return self.exhibit.dismiss


class ComputeHost:
    """A compute server."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.address = service.endpoint
        self.keeps_params = True

    def restart(self, meanwhile: Callable[[], object]) -> None:
        """End it, call `meanwhile`, and start another in its place."""
        self.service.stop()
        meanwhile()
        self.service.again()

    def end(self) -> None:
        """Let nothing be left of it."""
        self.service.stop()

    def fill(self) -> Callable[[], None]:
        """Fill BEC's room; what empties it again."""
        outsider = Outsider(zmq.DEALER, self.address)
        outsider.say(type="hello", protocol=1, room="BEC")
        outsider.hear_of("welcome")
        for number in range(1, VISITORS):
            who = {"id": number, "name": "", "colour": ""}
            outsider.say(type="enter", id=number, room="BEC", who=who)
        outsider.hear_of("welcome", id=VISITORS - 1)
        return outsider.close
