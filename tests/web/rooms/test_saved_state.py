"""What is kept across the server's death: whole, of this launch, and never in the way."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.paths import ROOT, state_dir
from app.web.rooms.saved_state import KeptRoom, SavedState

WRITER = """
import sys
from pathlib import Path
from app.paths import write_whole
print("go", flush=True)
for number in range(1 << 30):
    write_whole(Path(sys.argv[1]), b"[" + b"1," * (number % 5000) + b"1]")
"""


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return state_dir()


def test_rooms_are_of_one_launch_and_counts_of_all() -> None:
    first = SavedState("secret", 8765)
    first.kept.rooms["Hall"] = KeptRoom("BEC", {"cooling": 0.5}, running=False, locked=True)
    first.count_visitor()
    first.save()
    again = SavedState("secret", 8765)
    room = again.room("Hall", "BEC")
    assert room is not None
    assert (room.state().params, room.state().running, room.locked) == (
        {"cooling": 0.5},
        False,
        True,
    )
    assert again.room("Hall", "Quench") is None
    assert (again.kept.starts, again.kept.visitors) == (2, 1)
    assert SavedState("another", 8765).room("Hall", "BEC") is None
    assert SavedState("another", 8765).kept.visitors == 1
    assert SavedState("secret", 8766).kept.visitors == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b'{"launch": 3}', b"{" * 5000])
def test_a_file_that_is_none_of_ours_is_set_aside(state_home: Path, content: bytes) -> None:
    state_home.mkdir(parents=True)
    file = state_home / "exhibit-8765.json"
    file.write_bytes(content)
    memory = SavedState("secret", 8765)
    assert memory.kept.rooms == {}
    assert file.with_suffix(".bad").read_bytes() == content
    memory.save()
    assert json.loads(file.read_bytes())["starts"] == 1


def test_a_disk_that_takes_nothing_is_told_of_once(
    state_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    memory = SavedState("secret", 8765)
    memory.save()
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    blocked = SavedState("secret", 8765)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            blocked.count_visitor()
            blocked.save()
    assert len(caplog.records) == 1
    assert SavedState("secret", 8765).kept.visitors == 0


def test_a_writer_that_is_killed_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"go\n"
        while not file.exists():
            pass
        before = file.stat().st_ino
        while file.stat().st_ino == before:
            pass
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert json.loads(file.read_bytes())[-1] == 1
