"""How long calls wait for their start, and how many slow ones run at a time, is set."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import SMALL, StartExhibit

FILE = """
import threading
from models.exhibits.bec import BEC
from models.exposed import exposed
from models.serving import serve


class Mine(BEC):
    "Mine."


class Bell:
    def __init__(self):
        self._rung = threading.Event()

    @exposed(slow=True)
    def wait(self) -> str:
        self._rung.wait(20)
        return "rung"

    @exposed
    def ring(self) -> None:
        self._rung.set()


serve("bell", Bell())
"""


def test_a_second_slow_call_is_too_late_where_only_one_may_run(
    tmp_path: Path, start: StartExhibit
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(FILE, encoding="utf-8")
    given = ("--model", str(file), "--slow-threads", "1", "--call-start", "0.5")
    visitor = start(*SMALL, *given).ready().visitor()
    visitor.send(type="rpc", id="first", op="call", target="bell.wait")
    visitor.send(type="rpc", id="second", op="call", target="bell.wait")
    refused = visitor.hear("error", lambda message: message["id"] == "second")
    assert refused["code"] == "too_late"
    assert "0.5 s" in refused["message"]
    visitor.ask("rpc", op="call", target="bell.ring")
    assert visitor.hear(where=lambda message: message.get("id") == "first")["value"] == "rung"
