"""Every setting, declared once: command line > environment > file > model's defaults > these.

`Settings` is what the rest of the program gets; it is plain data, so that the supervisor can hand
it to its children as JSON.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

import configargparse
from msgspec import Struct

from app import __version__
from app.resources import config_dir

ENV_PREFIX = "VORTARIUM_"
NOT_IN_FILE = {"help", "version", "config"}
DEFAULT_PORT = 8765
MAX_FPS = 120.0


class SettingsError(Exception):
    """Options, environment or file that do not fit; the text is one line for a person."""


class Settings(Struct, frozen=True, kw_only=True):
    """The settings in force. `params` are starting values given for the rooms' parameters."""

    model: str
    port: int
    lan: bool
    headless: bool
    fullscreen: bool
    fps: float
    params: dict[str, int]
    log_level: str


class _TomlFile(configargparse.ConfigFileParser):  # type: ignore[misc]
    """A flat TOML file: `name = value` for each setting."""

    def get_syntax_description(self) -> str:
        return "The file is TOML with one `name = value` for each setting."

    def parse(self, stream: TextIO) -> dict[str, str]:
        """The file's settings as text, as if they stood on the command line."""
        name = getattr(stream, "name", "the configuration")
        try:
            table = tomllib.loads(stream.read())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise configargparse.ConfigFileParserException(f"{name}: {fault}") from None
        known = {option.removeprefix("--") for option in _names()} - NOT_IN_FILE
        for key, value in table.items():
            if key not in known:
                raise configargparse.ConfigFileParserException(
                    f"{name}: no setting {key!r}; there are {', '.join(sorted(known))}"
                )
            if not isinstance(value, bool | int | float | str):
                raise configargparse.ConfigFileParserException(
                    f"{name}: {key} takes a number, true, false or text in quotes"
                )
        return {
            key: str(value).lower() if isinstance(value, bool) else str(value)
            for key, value in table.items()
        }


class _Parser(configargparse.ArgumentParser):  # type: ignore[misc]
    def error(self, message: str) -> NoReturn:
        raise SettingsError(message)


def parse(argv: Sequence[str]) -> Settings:
    """The settings in force. Raises SettingsError; `--help` and `--version` exit."""
    try:
        given, unknown = _parser().parse_known_args(list(argv))
    except configargparse.ConfigFileParserException as fault:
        raise SettingsError(_first_line(fault)) from None
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"a configuration file cannot be read: {fault}") from None
    if unknown:
        known = ", ".join(_names())
        raise SettingsError(f"unknown setting {unknown[0]!r}; there are {known}")
    sizes = {"Nx": given.Nx, "Ny": given.Ny, "steps": given.steps, "tracers": given.tracers}
    return Settings(
        model=given.model,
        port=given.port,
        lan=given.lan,
        headless=given.headless,
        fullscreen=given.fullscreen,
        fps=given.fps,
        params={name: value for name, value in sizes.items() if value is not None},
        log_level=given.log_level,
    )


def parse_or_exit(argv: Sequence[str]) -> Settings:
    """`parse`, with one line on stderr and exit code 2 for what does not fit."""
    try:
        return parse(argv)
    except SettingsError as fault:
        sys.stderr.write(f"vortarium: {fault}\n")
        raise SystemExit(2) from None


def _parser() -> _Parser:
    parser = _Parser(
        prog="main.py",
        description="Vortarium: many visitors stir one superfluid.",
        epilog="Other commands: `main.py operator` sets the operator's PIN; `main.py bench` "
        "measures. Precedence: command line, environment, file, the model's own defaults.",
        auto_env_var_prefix=ENV_PREFIX,
        default_config_files=[str(default_file())],
        config_file_parser_class=_TomlFile,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--config", is_config_file=True, metavar="FILE", help="a TOML file of settings")
    add("--model", default="BEC", metavar="NAME",
        help="the model shown first, or a file of your own: my_models.py or my_models.py:Class "
        "(default: BEC)")  # fmt: skip
    add("--port", type=_whole(0, 65535), default=DEFAULT_PORT, metavar="N",
        help=f"the web server's port, 0 for a free one (default: {DEFAULT_PORT})")  # fmt: skip
    add("--lan", action="store_true", help="let browsers on the local network join, with a code")
    add("--headless", action="store_true", help="serve browsers only, open no window")
    add("--fullscreen", action="store_true", help="the window fills the screen")
    add("--Nx", type=_whole(1, 65535), metavar="N", help="grid points along x")
    add("--Ny", type=_whole(1, 65535), metavar="N", help="grid points along y")
    add("--steps", type=_whole(1, 65535), metavar="N", help="time steps for each frame")
    add("--fps", type=_rate, default=60.0, metavar="F",
        help=f"frames per second at most, up to {MAX_FPS:g} (default: 60)")  # fmt: skip
    add("--tracers", type=_whole(0, 65535), metavar="N", help="tracer particles, 0 for none")
    add("--log-level", default="info", choices=["debug", "info", "warning", "error"],
        help="what is written to the console (default: info)")  # fmt: skip
    add("--version", action="version", version=f"Vortarium {__version__}")
    return parser


def _names() -> list[str]:
    strings = (action.option_strings for action in _parser()._actions)
    return [options[-1] for options in strings if options]


def _whole(low: int, high: int) -> Any:
    def whole_number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise configargparse.ArgumentTypeError(
                f"a whole number from {low} to {high} is needed, not {text!r}"
            )
        return value

    return whole_number


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1.0 <= value <= MAX_FPS:
        raise configargparse.ArgumentTypeError(f"1 to {MAX_FPS:g} is allowed, not {text!r}")
    return value


def _first_line(fault: Exception) -> str:
    return " ".join(str(fault).split())


def default_file() -> Path:
    """The TOML file that is read when there is one."""
    return config_dir() / "vortarium.toml"
