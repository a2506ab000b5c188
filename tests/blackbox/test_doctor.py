"""The doctor: each trouble produced for real, and named with what to do about it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.doctor.finding import Finding, ok
from app.doctor.run import CHECKS, Check, examine
from app.settings.exhibit import parse
from app.transport.keys import read, write_pair
from app.web.http.access import lan_address
from tests.support.compute_service import Service
from tests.support.display import virtual_display
from tests.support.exhibit import ROOT, Exhibit

LIMIT_S = 90
Environment = dict[str, str]


def examined(environment: Environment, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and each check's finding."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "doctor", "--json", *options],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert report["ok"] == (done.returncode == 0)
    found = {check["name"]: check for check in report["checks"]}
    assert list(found) == [check.name for check in CHECKS]
    for check in found.values():
        assert check["said"]
        assert check["grade"] == "ok" or check["advice"]  # never a complaint alone
    return done.returncode, found


@pytest.mark.long
def test_a_healthy_computer(environment: Environment) -> None:
    code, found = examined(environment, "--headless", "--port=0")
    assert code == 0
    assert {check["grade"] for check in found.values()} <= {"ok", "note"}
    assert found["display"]["said"].startswith("not needed")
    assert "numba" in found["kernels"]["said"]


def test_no_display_a_taken_port_and_a_dead_server_at_once(environment: Environment) -> None:
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as other,
        closing(socket.create_server(("127.0.0.1", 0))) as dead,
    ):
        port = dead.getsockname()[1]
        dead.close()
        code, found = examined(
            environment, f"--port={other.getsockname()[1]}", f"--remote=127.0.0.1:{port}"
        )
    assert code == 1
    assert "no display" in found["display"]["said"]
    assert "--headless" in found["display"]["advice"]
    assert found["rendering"]["grade"] == "note"
    assert found["port"]["grade"] == "trouble"
    assert "--port" in found["port"]["advice"]
    assert found["remote"]["grade"] == "trouble"
    assert f"127.0.0.1:{port}" in found["remote"]["said"]
    assert "compute" in found["remote"]["advice"]


@pytest.mark.long
def test_for_a_person_it_is_one_line_each_and_what_to_do(environment: Environment) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "doctor", "--port=0"],
        env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "trouble  display    there is no display\n" in done.stdout
    assert "-> Start it in a desktop session" in done.stdout
    for check in CHECKS:
        assert f" {check.name}" in done.stdout


def test_options_that_do_not_fit_are_refused_as_the_exhibit_does(environment: Environment) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "doctor", "--port=x"],
        env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "65535" in done.stderr


@pytest.mark.long
def test_an_exhibit_that_runs_is_known_as_ours(
    environment: Environment, module_exhibit: Exhibit
) -> None:
    code, found = examined(environment, "--headless", f"--port={module_exhibit.port}")
    assert code == 0
    assert found["port"]["grade"] == "note"
    assert "runs at" in found["port"]["said"]


@pytest.mark.parametrize("name", ["CONFIG", "STATE", "DATA", "CACHE"])
def test_a_folder_that_cannot_be_written(
    environment: Environment, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    wall = tmp_path / "file"
    wall.write_text("no folder")  # holds for root as well, whom no permission stops
    for variable, value in {**environment, f"XDG_{name}_HOME": str(wall)}.items():
        monkeypatch.setenv(variable, value)
    (found,) = examine([check for check in CHECKS if check.name == "disk"], parse(["--headless"]))
    assert found.grade == "trouble"
    assert str(wall) in found.said
    assert str(wall) in found.advice


@pytest.mark.long
def test_a_compute_server_with_the_right_key_and_with_none(
    environment: Environment, tmp_path: Path
) -> None:
    server_file, client_file = write_pair(tmp_path)
    service = Service("BEC", keys=read(str(server_file)))
    try:
        options = ("--headless", "--port=0", f"--remote={service.endpoint}")
        code, found = examined(environment, *options, f"--key={client_file}")
        assert (code, found["remote"]["grade"]) == (0, "ok")
        assert "ms there and back" in found["remote"]["said"]
        code, found = examined(environment, *options)
        assert (code, found["remote"]["grade"]) == (1, "trouble")
        assert "--key" in found["remote"]["advice"]
    finally:
        service.stop()


@pytest.mark.long
def test_a_port_behind_which_nobody_speaks_our_language(environment: Environment) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as mute:
        port = mute.getsockname()[1]
        code, found = examined(environment, "--headless", "--port=0", f"--remote=127.0.0.1:{port}")
    assert code == 1
    assert "does not answer" in found["remote"]["said"]


@pytest.mark.long
def test_the_network_and_what_guests_type(environment: Environment) -> None:
    _, found = examined(environment, "--headless", "--port=45671", "--lan", "--base-path=/hall")
    if lan_address() == "127.0.0.1":
        assert found["network"]["grade"] == "trouble"
    else:
        assert f"http://{lan_address()}:45671/hall/" in found["network"]["said"]


@pytest.mark.window
@pytest.mark.long
def test_what_draws_is_seen_on_a_real_display_and_a_display_that_is_gone_is_told(
    environment: Environment,
) -> None:
    with virtual_display(800, 600) as display:
        on_it = {**environment, "DISPLAY": display["DISPLAY"]}
        code, found = examined(on_it, "--port=0")
        assert code == 0
        assert found["display"]["said"] == display["DISPLAY"]
        assert found["rendering"]["grade"] in ("ok", "note")
        assert found["rendering"]["said"]
    code, found = examined(on_it, "--port=0")
    assert code == 1
    assert found["display"]["grade"] == "trouble"
    assert "no display" in found["rendering"]["said"]


def test_a_check_that_hangs_or_fails_is_a_finding_and_keeps_nobody_waiting() -> None:
    release = threading.Event()

    def hang(_settings: object) -> Finding:
        release.wait()
        return ok("at last")

    def fail(_settings: object) -> Finding:
        raise RuntimeError("broken")

    def look(_settings: object) -> Finding:
        return ok("fine")

    before = time.monotonic()
    checks = [Check("hang", hang, 0.2), Check("fail", fail, 5), Check("look", look, 5)]
    hung, failed, fine = examine(checks, parse([]))
    assert time.monotonic() - before < 5
    release.set()
    assert (hung.grade, failed.grade, fine.said) == ("trouble", "trouble", "fine")
    assert "0.2 s" in hung.said
    assert "broken" in failed.said


@pytest.mark.long
def test_it_leaves_nothing_behind(environment: Environment, tmp_path: Path) -> None:
    homes = {
        f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "DATA", "CACHE")
    }
    examined({**environment, **homes}, "--headless", "--port=0")
    assert list(tmp_path.iterdir()) == []
