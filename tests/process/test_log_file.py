"""The log file: whole lines of several processes, turned by size, never in the way."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.process import log_file
from app.process.log_file import HIDDEN, KEPT, kept
from app.settings.compute import parse as parse_compute
from app.settings.exhibit import parse
from app.settings.options import SettingsError
from tests.conftest import SMALL, StartExhibit
from tests.support.exhibit import ROOT, wait_until
from tests.support.serving import PIN

DATED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ")
TALKER = "import sys\nfor n in range(400): sys.stderr.write(f'{sys.argv[1]} {n} {30 * \"x\"}\\n')"


def tell(text: str) -> None:
    os.write(2, f"{text}\n".encode())


def files_of(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}*"))


def test_lines_of_several_processes_are_whole_and_files_are_turned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(log_file, "MAX_BYTES", 5000)
    path = tmp_path / "deep" / "in" / "it.log"
    with kept(str(path)):
        talkers = [subprocess.Popen([sys.executable, "-c", TALKER, name]) for name in "ab"]
        assert [talker.wait() for talker in talkers] == [0, 0]
        tell("the end")
    files = files_of(path)
    assert [file.name for file in files] == ["it.log", *(f"it.log.{n + 1}" for n in range(KEPT))]
    for file in files:
        assert file.stat().st_size <= 5000
        for line in file.read_text().splitlines():
            assert re.fullmatch(DATED.pattern + r"([ab] \d+ x{30}|the end)", line)
    assert path.read_text().endswith("the end\n")
    passed_on = capfd.readouterr().err.splitlines()
    assert len(passed_on) == 801
    tell("after it")
    assert capfd.readouterr().err == "after it\n"
    assert "after it" not in path.read_text()


def test_what_comes_is_one_dated_line_without_secrets(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    with kept(str(path), ("very-secret", "other")):
        tell("2026-11-21 12:00:00,123 INFO dated already")
        tell("page?token=very-secret&x=other#very-secret")
        tell("\x1b[31mred\x07 \u2028 a\rb")
        os.write(2, b"\xff\xfe no text\n" + 9000 * b"y" + b"\nno end")
    lines = path.read_text().splitlines()
    assert lines[0] == "2026-11-21 12:00:00,123 INFO dated already"
    assert all(DATED.match(line) for line in lines)
    assert lines[1].endswith(f"page?token={HIDDEN}&x={HIDDEN}#{HIDDEN}")
    assert lines[2].endswith(" ?[31mred? ? a?b")
    assert "no text" in lines[3]
    assert lines[-1].endswith(" no end")


@contextmanager
def standard_error_in(file: Path) -> Iterator[None]:
    """What is written to standard error stands in `file`, at once."""
    before = os.dup(2)
    with file.open("wb") as console:
        os.dup2(console.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_a_full_device_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "it.log"
    path.symlink_to("/dev/full")
    console = tmp_path / "console"
    with standard_error_in(console), kept(str(path)):
        for number in range(100):
            tell(f"line {number}")
        wait_until(lambda: "line 99\n" in console.read_text(), "all lines are passed on")
        path.unlink()
        tell("there is room again")
        wait_until(lambda: "room again\n" in console.read_text(), "the last line is passed on")
    said = console.read_text()
    assert said.count("vortarium: no log is kept in") == 1
    assert "No space left" in said
    assert [f"line {n}" for n in range(100)] == re.findall(r"^line \d+$", said, re.MULTILINE)
    assert DATED.sub("", path.read_text()).splitlines()[-1] == "there is room again"


def test_a_folder_that_cannot_be_is_told_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with kept(str(tmp_path / "file" / "it.log")):
        tell("one")
        tell("two")
    said = capfd.readouterr().err.splitlines()
    assert [said[0], said[2]] == ["one", "two"]
    assert "Not a directory" in said[1]
    assert len(said) == 3


def test_where_the_log_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert parse([]).log_file is None
    own = parse(["--kiosk", "--port", "8123"]).log_file
    assert own is not None
    assert own.endswith("vortarium-8123.log")
    if sys.platform == "linux":
        assert Path(own).is_relative_to(tmp_path)
    assert parse(["--kiosk", "--port", "0"]).log_file is None
    assert parse(["--kiosk", "--log-file", "off"]).log_file is None
    assert parse(["--log-file", "here.log"]).log_file == str(tmp_path / "here.log")
    assert parse_compute([]).log_file is None
    os.mkfifo(tmp_path / "pipe")
    for wrong in (str(tmp_path), str(tmp_path / "pipe"), ""):
        with pytest.raises(SettingsError, match="a file, auto or off is needed"):
            parse(["--log-file", wrong])


@pytest.mark.long
def test_an_exhibit_logs_all_its_processes_and_no_secret(
    start: StartExhibit, environment: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "exhibit.log"
    subprocess.run(
        [sys.executable, ROOT / "main.py", "operator"],
        input=f"{PIN}\n", text=True, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    token = "feeds-know-this-word"
    exhibit = start(
        *SMALL[:-2], "--log-level=debug", f"--log-file={path}", "--lan",
        VORTARIUM_FEED_TOKEN=token,
    ).ready()  # fmt: skip
    invited = wait_until(
        lambda: [line for line in exhibit.lines if "#join=" in line], "guests are invited"
    )
    code = invited[0].partition("#join=")[2].split()[0]
    visitor = exhibit.visitor(token=code)
    visitor.ask("login", pin="0000")
    granted = visitor.ask("login", pin=PIN)
    for key in (token, granted["key"], granted["resume"]):
        exhibit.get(f"/healthz?token={token}", {"Authorization": f"Bearer {key}"})
        exhibit.get("/api/rooms/Cloud/feed", {"Authorization": f"Bearer {key}"}, "POST")
    server = exhibit.pids()["serve"]
    os.kill(server, 9)
    wait_until(lambda: exhibit.pids().get("serve", server) != server, "there is another server")
    wait_until(lambda: "is started again" in path.read_text(), "the supervisor has told it")
    exhibit.process.terminate()
    assert exhibit.end() == 0
    text = path.read_text()
    assert "room BEC opens" in text
    assert "GET /healthz" in text
    secrets = (token, code, granted["key"], granted["resume"], visitor.welcome["you"]["resume"])
    for secret in secrets:
        assert secret not in text
    assert not re.search(rf"\b{PIN}\b", text.replace(f"-{PIN}", ""))
    assert all(DATED.match(line) for line in text.splitlines())


def test_a_compute_server_keeps_its_own(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "compute.log"
    done = subprocess.run(
        [sys.executable, ROOT / "main.py", "compute", "--key", "/nowhere", "--log-file", path],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "/nowhere" in done.stderr
    assert DATED.sub("", path.read_text()) == done.stderr
