"""`main.py compute` and `main.py config` from outside, and the settings by themselves."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from app.settings import compute
from app.settings.options import NOT_IN_FILE, SettingsError
from tests.support.compute_service import Outsider
from tests.support.exhibit import ROOT

NEVER = ("gevent", "bottle", "geventwebsocket", "wsproto", "webview")
BLOCKED = (
    "import sys; sys.path.insert(0, {root!r}); sys.modules.update(dict.fromkeys({names!r})); "
    "sys.argv[:] = {argv!r}; "
)
RUN = "import runpy; runpy.run_path({main!r}, run_name='__main__')"


@pytest.fixture
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings but those of the test; the folder of the file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("VORTARIUM_")]:
        monkeypatch.delenv(name)
    (tmp_path / "vortarium").mkdir()
    return tmp_path / "vortarium"


@pytest.fixture
def process(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A compute server for which web and window are not installed."""
    main = str(ROOT / "main.py")
    argv = [main, "compute", "--port", "0", "--Nx", "32", "--Ny", "32", "--tracers", "0"]
    code = BLOCKED.format(root=str(ROOT), names=NEVER, argv=argv) + RUN.format(main=main)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment, cwd="/"
    ) as process:
        yield process
        process.kill()


def test_it_serves_without_web_or_window_and_ends_at_a_signal(
    process: subprocess.Popen[str],
) -> None:
    assert process.stdout is not None
    ready = re.fullmatch(r"READY (tcp://127\.0\.0\.1:\d+)\n", process.stdout.readline())
    assert ready is not None
    outsider = Outsider(zmq.REQ, ready[1])
    try:
        assert outsider.ask(b"density")[0] == b'{"dtype": "float64", "shape": [32, 32]}'
    finally:
        outsider.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_beyond_loopback_it_needs_keys_or_a_word(isolated: Path) -> None:
    with pytest.raises(SettingsError, match=r"--key.*--insecure"):
        compute.parse(["--bind", "0.0.0.0"])
    assert compute.parse(["--bind", "0.0.0.0", "--insecure"]).insecure
    assert compute.parse(["--bind", "0.0.0.0", "--key", "a.key"]).key == "a.key"
    assert compute.parse([]).bind == "127.0.0.1"
    assert compute.parse(["--shutdown", "0.5"]).idle_s == 30.0


def test_file_and_environment_are_its_own(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (isolated / "vortarium.toml").write_text("port = 1")
    (isolated / "compute.toml").write_text("port = 2\nshutdown = 3.0")
    monkeypatch.setenv("VORTARIUM_PORT", "4")
    assert compute.parse([]).port == 2
    monkeypatch.setenv("VORTARIUM_COMPUTE_PORT", "5")
    assert (compute.parse([]).port, compute.parse([]).idle_s) == (5, 180.0)


def test_every_setting_is_in_help_and_manual() -> None:
    parser, readme = compute.parser(), (ROOT / "ui" / "manual" / "options.md").read_text("utf-8")
    shown = parser.format_help()
    for option in parser.options():
        assert option in shown
        assert option in readme or option in ("--help", "--version"), option


@pytest.fixture
def config(environment: dict[str, str]) -> object:
    """What `main.py config` prints."""

    def run(*arguments: str, **variables: str) -> str:
        return subprocess.run(
            [sys.executable, str(ROOT / "main.py"), "config", *arguments],
            env={**environment, **variables}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    return run


def test_config_shows_each_setting_and_its_origin(config: object, tmp_path: Path) -> None:
    assert callable(config)
    file = tmp_path / "hall.toml"
    file.write_text("steps = 7\nlan = true")
    shown = config("--config", str(file), "--Nx=64", "--fullscreen", VORTARIUM_PORT="9")
    lines = shown.splitlines()
    for line in (
        "Nx = 64  # command line",
        "fullscreen = true  # command line",
        "port = 9  # environment: VORTARIUM_PORT",
        f"steps = 7  # {file}",
        f"lan = true  # {file}",
        "Ny = 256  # model BEC",
        "tracers = 300  # program",
        "# remote is not set",
    ):
        assert line in lines
    # It may be kept as the file itself.
    assert tomllib.loads(shown)["port"] == 9


def test_config_shows_the_compute_servers_settings_too(config: object) -> None:
    assert callable(config)
    shown = config("compute", "--shutdown", "3")
    names = {option.removeprefix("--") for option in compute.parser().options()} - NOT_IN_FILE
    for name in names:
        assert re.search(rf"^(# )?{name} ", shown, re.MULTILINE), name
    assert "shutdown = 3.0  # command line" in shown
