"""Options, environment and file: what fits takes effect, what does not gets one line and exit 2."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.settings.exhibit import parse, parse_or_exit, parser
from app.settings.options import MAX_FPS, NOT_IN_FILE, SettingsError
from tests.support.exhibit import ROOT, Exhibit

Start = Callable[..., Exhibit]
RunMain = Callable[..., "Ended"]

SETTINGS = [
    name for option in parser().options() if (name := option.removeprefix("--")) not in NOT_IN_FILE
]


@dataclass
class Ended:
    """How a run of main.py that was over at once went."""

    code: object
    out: str
    err: str


@pytest.fixture
def run_main(environment: dict[str, str]) -> RunMain:
    """Runs main.py until it ends by itself."""

    def run(*arguments: str, stdin: str = "", **variables: str) -> Ended:
        done = subprocess.run(
            [sys.executable, str(ROOT / "main.py"), *arguments],
            input=stdin,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=60,
            cwd="/",
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process reads no settings but those of the test; the folder of the file."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in SETTINGS:
        monkeypatch.delenv(f"VORTARIUM_{name.upper().replace('-', '_')}", raising=False)
    folder = tmp_path / "vortarium"
    folder.mkdir()
    return folder


@pytest.fixture
def refused(isolated: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Parses arguments that do not fit, as main.py does first; what it then says."""

    def refuse(*arguments: str) -> str:
        with pytest.raises(SystemExit) as end:
            parse_or_exit(arguments)
        return in_one_line(Ended(end.value.code, *capsys.readouterr()))

    return refuse


def in_one_line(ended: Ended) -> str:
    """What a refusal said: one line on stderr, nothing on stdout, exit code 2."""
    assert ended.code == 2, ended
    assert ended.out == ""
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("vortarium: ")
    assert "Traceback" not in ended.err
    return ended.err


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--nonsense",), ("--nonsense", "--model", "--tracers")),
        (("--config", "/nowhere/at all.toml"), ("/nowhere/at all.toml",)),
        (("--headless", "--model", "Nothing"), ("Nothing", "BEC")),
        (("--headless", "--Nx", "3"), ("Nx", "3", "16")),
        (("--headless", "--tracers", "12345"), ("tracers", "4000")),
    ],
)
def test_what_does_not_fit_ends_the_program_with_one_line(
    run_main: RunMain, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = in_one_line(run_main(*arguments))
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), ("nonsense", "--model")),
        (("--por", "80"), ("--por", "--port")),
        (("--port", "eighty"), ("--port", "eighty", "0 to 65535")),
        (("--port", "65536"), ("--port", "65536")),
        (("--port", "-1"), ("--port", "-1")),
        (("--port",), ("--port",)),
        (("--fps", "nan"), ("--fps", "nan", f"{MAX_FPS:g}")),
        (("--Nx", "1.5"), ("--Nx", "1.5")),
        (("--log-level", "loud"), ("loud", "warning")),
        (("--config", "/"), ("/",)),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    refused: Callable[..., str], arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = refused(*arguments)
    for word in words:
        assert word in said


def test_a_port_in_use_is_refused_in_one_line(run_main: RunMain) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        said = in_one_line(run_main("--headless", "--port", port))
    assert port in said
    assert "in use" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"port = \n", ("line 1",)),
        (b"= 3", ("line 1",)),
        (b"\xff\xfe\x00", ()),
        (b"colour = 'red'", ("colour", "model", "tracers")),
        (b"help = true", ("help",)),
        (b"config = 'other.toml'", ("config",)),
        (b"port = 'eighty'", ("port", "eighty")),
        (b"port = 1.5", ("port", "1.5")),
        (b"port = [1]", ("port", "number")),
        (b"static = [1]", ("static", "list or table")),
        (b"port = 2026-11-21", ("port", "number")),
        (b"[server]\nport = 1", ("server",)),
        (b"fps = 1e9", ("fps",)),
        (b"lan = 'perhaps'", ("perhaps",)),
        (b"port = 1\nport = 2\n", ("line 2",)),
    ],
)
def test_a_bad_file_is_refused_and_what_is_wrong_in_it_is_named(
    refused: Callable[..., str], tmp_path: Path, content: bytes, words: tuple[str, ...]
) -> None:
    file = tmp_path / "hall.toml"
    file.write_bytes(content)
    said = refused("--config", str(file))
    for word in words:
        assert word in said


@pytest.mark.parametrize(("name", "value"), [("PORT", "banana"), ("LAN", "perhaps")])
def test_a_bad_value_in_the_environment_is_refused(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"VORTARIUM_{name}", value)
    said = refused()
    assert said.startswith(f"vortarium: VORTARIUM_{name}: ")
    assert value in said


def test_an_operators_pin_that_does_not_fit_is_refused(run_main: RunMain) -> None:
    for pin in ("", "123", "x" * 65):
        ended = run_main("operator", stdin=f"{pin}\n")
        assert ended.code == 2
        assert ended.err.count("\n") == 1
        assert "4 to 64" in ended.err
        assert "Traceback" not in ended.err


def test_a_settings_folder_that_is_a_file_is_refused(run_main: RunMain, tmp_path: Path) -> None:
    (tmp_path / "vortarium").write_text("in the way")
    ended = run_main("operator", stdin="4711\n", XDG_CONFIG_HOME=str(tmp_path))
    assert ended.code == 2
    assert ended.err.count("\n") == 1


# --- what takes effect, from outside ----------------------------------------------------------


def test_help_and_version(run_main: RunMain) -> None:
    shown = run_main("--help")
    assert (shown.code, shown.err) == (0, "")
    for name in (*SETTINGS, "config", "version"):
        assert re.search(rf"--{name}\b", shown.out), name
    assert "operator" in shown.out
    version = run_main("--version")
    assert version.code == 0
    assert re.fullmatch(r"Vortarium \d+\.\d+\.\d+\n", version.out)


def test_every_setting_is_in_the_manual() -> None:
    readme = (ROOT / "ui" / "manual" / "options.md").read_text("utf-8")
    for name in (*SETTINGS, "config"):
        assert re.search(rf"--{name}\b", readme), name


def test_options_take_effect(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "hall.toml"
    file.write_text('Nx = 32\nNy = 64\nsteps = 5\nfps = 30.0\nmodel = "BEC"\nheadless = true\n')
    exhibit = start(
        "--config", str(file), "--port", "0", "--tracers", "200", "--Nx", "48",
        "--log-level", "warning",
        VORTARIUM_STEPS="7", VORTARIUM_NX="40", VORTARIUM_TRACERS="0",
    ).ready()  # fmt: skip
    client = exhibit.visitor()
    params = client.welcome["state"]["params"]
    assert {name: params[name] for name in ("Nx", "Ny", "steps", "tracers")} == {
        "Nx": 48,  # the command line's, not the environment's
        "Ny": 64,  # the file's
        "steps": 7,  # the environment's, not the file's
        "tracers": 200,
    }
    frame = client.see()
    assert (frame.nx, frame.ny, len(frame.tracers)) == (48, 64, 200)
    assert set(exhibit.pids()) == {"main", "serve"}
    assert exhibit.errors == ""


def test_a_port_that_is_given_is_used(start: Start) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    exhibit = start("--headless", "--port", str(port)).ready()
    assert exhibit.url == f"http://127.0.0.1:{port}/"


def test_nothing_is_written_beside_the_program(start: Start, environment: dict[str, str]) -> None:
    def listed() -> set[Path]:
        folders = (ROOT, ROOT / "app", ROOT / "models", ROOT / "ui")
        return {path for folder in folders for path in folder.iterdir()}

    before = {path for path in listed() if path.name != "__pycache__"}
    exhibit = start("--headless", "--port", "0", "--Nx", "32", "--Ny", "32").ready()
    exhibit.visitor().see()
    exhibit.process.terminate()
    exhibit.end()
    written = {path.name for path in listed() - before}
    assert written <= {"__pycache__"}
    assert not list(Path(environment["XDG_CONFIG_HOME"]).iterdir())


# --- precedence and values, by the parser itself ----------------------------------------------


def test_defaults(isolated: Path) -> None:
    settings = parse([])
    assert (settings.model, settings.port, settings.fps) == ("BEC", 8765, 60.0)
    assert (settings.lan, settings.headless, settings.fullscreen) == (False, False, False)
    assert settings.params == {}


def test_the_command_line_beats_the_environment_beats_the_file(
    isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (isolated / "vortarium.toml").write_text("port = 1\nfps = 10\nlan = true\nNx = 32")
    assert (parse([]).port, parse([]).fps, parse([]).lan) == (1, 10.0, True)
    monkeypatch.setenv("VORTARIUM_PORT", "2")
    assert (parse([]).port, parse([]).fps) == (2, 10.0)
    assert (parse(["--port", "3"]).port, parse(["--port=3"]).fps) == (3, 10.0)
    assert parse([]).params == {"Nx": 32}


def test_a_named_file_beats_the_users_own(isolated: Path, tmp_path: Path) -> None:
    (isolated / "vortarium.toml").write_text("port = 1\nfps = 10")
    other = tmp_path / "other.toml"
    other.write_text("port = 2")
    settings = parse(["--config", str(other)])
    assert (settings.port, settings.fps) == (2, 10.0)


@pytest.mark.parametrize("name", ["lan", "headless", "fullscreen", "kiosk"])
@pytest.mark.parametrize(("word", "value"), [("true", True), ("false", False)])
def test_switches_in_file_and_environment(
    isolated: Path, monkeypatch: pytest.MonkeyPatch, name: str, word: str, value: bool
) -> None:
    (isolated / "vortarium.toml").write_text(f"{name} = {word}")
    assert getattr(parse([]), name) is value
    (isolated / "vortarium.toml").unlink()
    monkeypatch.setenv(f"VORTARIUM_{name.upper()}", word)
    assert getattr(parse([]), name) is value
    assert getattr(parse([f"--{name}"]), name) is True


def test_every_setting_may_stand_in_the_file(isolated: Path) -> None:
    texts = {"model": "BEC", "log-level": "debug", "log-file": "/l", "remote": "tcp://192.0.2.1:27000",
             "fallback": "local", "chat": "off", "key": "/k", "server-key": "x",
             "base-path": "/hall/", "host-name": "Museum.example", "uploads": "everyone",
             "home": "Quench", "public-url": "https://museum.example/x/", "proxy": "127.0.0.1",
             "address": "192.0.2.9", "upload-names": "off",
             "upload-type": "gif", "upload-create": "BEC-*", "upload-overwrite": "*"}  # fmt: skip
    lines = [f'{name} = "{text}"' for name, text in texts.items()]
    lines += [
        f"{name} = 64"
        for name in (
            "port",
            "Nx",
            "Ny",
            "steps",
            "fps",
            "tracers",
            "upload-keep",
            "max-visitors",
            "code-minutes",
        )
    ]
    lines += ["upload-mb = 0.5", "call-start = 0.5", "slow-threads = 5"]
    lines += [f"{name} = true" for name in ("lan", "fullscreen", "kiosk")]
    lines += ["idle = 30", "countdown = 5"]
    lines += [f"static = {{ lessons = '{isolated}', more = '/' }}"]
    lines += ["show-code = false", "feed-token = 'sixteen-letters_'"]
    assert {line.split()[0] for line in lines} == set(SETTINGS) - {"headless", "reload"}
    (isolated / "vortarium.toml").write_text("\n".join(lines))
    settings = parse([])
    assert settings.params == {"Nx": 64, "Ny": 64, "steps": 64, "tracers": 64}
    assert (settings.lan, settings.fullscreen) == (True, True)
    assert (settings.kiosk, settings.idle_s, settings.countdown_s) == (True, 30.0, 5.0)
    assert settings.log_level == "debug"
    assert settings.static == {"lessons": str(isolated.resolve()), "more": "/"}
    assert (settings.uploads, settings.upload_types) == ("everyone", ("gif",))
    assert (settings.upload_bytes, settings.upload_keep) == (500_000, 64)
    assert (settings.base_path, settings.host_names) == ("/hall", ("museum.example",))
    assert (settings.home, settings.address, settings.upload_names) == (
        "Quench",
        "192.0.2.9",
        "off",
    )
    assert (str(settings.public_url), settings.proxies) == (
        "https://museum.example/x",
        ("127.0.0.1",),
    )
    assert (settings.calls.start_s, settings.calls.slow_threads) == (0.5, 5)
    assert settings.show_code is False
    assert settings.chat is False


@pytest.mark.parametrize(
    ("given", "chat"),
    [
        ([], True),
        (["--fullscreen"], False),
        (["--kiosk"], False),
        (["--fullscreen", "--chat=on"], True),
        (["--chat", "off"], False),
    ],
)
def test_in_a_hall_visitors_chat_only_if_told_to(
    isolated: Path, given: list[str], chat: bool
) -> None:
    assert parse(given).chat is chat


@pytest.mark.parametrize(
    "given", ["static = ['a=/', 'b=/']", "static = 'b=/'", "[static]\nb = '/'"]
)
def test_what_may_be_given_again_is_a_list_or_a_table(isolated: Path, given: str) -> None:
    (isolated / "vortarium.toml").write_text(given)
    assert parse([]).static["b"] == "/"
    assert parse(["--static", "c=/", "--static=d=/"]).static == {"c": "/", "d": "/"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--static", "lessons"), ("NAME=FOLDER", "lessons")),
        (("--static", "../x=/"), ("NAME=FOLDER",)),
        (("--static", "a=/nowhere"), ("/nowhere",)),
        (("--base-path", "/a/../b"), ("/exhibit", "/a/../b")),
        (("--base-path", "/a//b"), ("/a//b",)),
        (("--base-path", "http://x/"), ("http",)),
        (("--host-name", "https://x/"), ("museum.example", "https")),
    ],
)
def test_a_site_that_does_not_fit_is_refused(
    refused: Callable[..., str], arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = refused(*arguments)
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("given", "idle_s"),
    [([], 0.0), (["--kiosk"], 90.0), (["--kiosk", "--idle=0"], 0.0), (["--idle=5"], 5.0)],
)
def test_a_kiosk_begins_anew_when_nobody_is_there(
    isolated: Path, given: list[str], idle_s: float
) -> None:
    settings = parse(given)
    assert (settings.idle_s, settings.countdown_s) == (idle_s, 10.0)
    assert settings.fullscreen == settings.kiosk


@pytest.mark.parametrize("value", ["-1", "86401", "inf", "nan", "soon"])
def test_a_wait_that_makes_no_sense_is_refused(isolated: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="0 to 86400"):
        parse([f"--idle={value}"])


@pytest.mark.parametrize("value", ["0", "121", "-5", "inf", "nan", "sixty", ""])
def test_a_rate_that_makes_no_sense_is_refused(isolated: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="fps"):
        parse([f"--fps={value}"])


@pytest.mark.parametrize("name", ["Nx", "Ny", "steps", "tracers", "port"])
@pytest.mark.parametrize("value", ["-1", "65536", "1e3", "", "9" * 5000])
def test_a_number_that_is_none_is_refused_with_what_is_allowed(
    isolated: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match="65535") as refused:
        parse([f"--{name}={value}"])
    assert "\n" not in str(refused.value)
