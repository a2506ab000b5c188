"""How settings are read: command line > environment > TOML file > model's defaults > these.

Each role of the program declares its settings once, as options of a `Parser`.
"""

from __future__ import annotations

import sys
import tomllib
from argparse import Action, Namespace, _AppendAction
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TextIO

import configargparse

from app import __version__
from app.log_file import AUTO, file_or_word

NOT_IN_FILE = {"help", "version", "config"}
MAX_FPS = 120.0
MAX_SIZE = 65535
SECRETS = ("feed-token",)
"""Options whose values must not be shown."""
ROOM_SIZES = ("Nx", "Ny", "steps", "tracers")
"""Options that are starting values of rooms' parameters."""

_SOURCES = {
    "command_line": "command line",
    "environment_variables": "environment",
    "defaults": "program",
}


class SettingsError(Exception):
    """Options, environment or file that do not fit; the text is one line for a person."""


class Origin(NamedTuple):
    """A setting in force, and where it came from."""

    name: str
    value: Any
    source: str


class Parser(configargparse.ArgumentParser):  # type: ignore[misc]
    """Options that may also stand in the environment and in a TOML file."""

    def __init__(self, *, prog: str, description: str, env_prefix: str, file: Path) -> None:
        class OwnFile(_TomlFile):
            options = self.options
            repeatable = self.repeatable

        super().__init__(
            prog=prog,
            description=description,
            auto_env_var_prefix=env_prefix,
            default_config_files=[str(file)],
            config_file_parser_class=OwnFile,
            allow_abbrev=False,
        )
        self.add("--config", is_config_file=True, metavar="FILE", help="a TOML file of settings")
        self.add("--version", action="version", version=f"Vortarium {__version__}")

    def read(self, argv: Sequence[str]) -> Namespace:
        """The settings in force. Raises SettingsError; `--help` and `--version` exit."""
        try:
            given, unknown = self.parse_known_args(list(argv))
        except configargparse.ConfigFileParserException as fault:
            raise SettingsError(" ".join(str(fault).split())) from None
        except (OSError, UnicodeDecodeError) as fault:
            raise SettingsError(f"a configuration file cannot be read: {fault}") from None
        if unknown:
            known = ", ".join(self.options())
            raise SettingsError(f"unknown setting {unknown[0]!r}; there are {known}")
        assert isinstance(given, Namespace)
        return given

    def options(self) -> list[str]:
        """Every option, as on the command line."""
        return [_option(action) for action in self._actions if action.option_strings]

    def repeatable(self) -> list[str]:
        """Those that may be given more than once."""
        again = [action for action in self._actions if isinstance(action, _AppendAction)]
        return [action.option_strings[-1] for action in again]

    def origins(self, given: Namespace) -> Iterator[Origin]:
        """Where each setting of the last `read` came from."""
        sources = {}
        names = {
            word.removeprefix("--"): _option(action).removeprefix("--")
            for action in self._actions
            for word in action.option_strings
        }
        for key, entries in self.get_source_to_settings_dict().items():
            kind, _, path = key.partition("|")
            for name in entries:
                sources[name] = _SOURCES.get(kind, path or kind)
            if kind == "command_line":
                for word in entries[""][1]:
                    word = word.partition("=")[0].removeprefix("--")
                    sources[names.get(word, word)] = _SOURCES[kind]
            if kind == "environment_variables":
                for name, (action, _value) in entries.items():
                    sources[_option(action).removeprefix("--")] = f"environment: {name}"
        for option in self.options():
            name = option.removeprefix("--")
            if name not in NOT_IN_FILE:
                value = getattr(given, name.replace("-", "_"))
                yield Origin(name, value, sources.get(name, "program"))

    def error(self, message: str) -> NoReturn:
        raise SettingsError(message)


def _option(action: Action) -> str:
    """As a person writes it: --port, not -p; --show-code, not --no-show-code."""
    return next(word for word in action.option_strings if word.startswith("--"))


class _TomlFile(configargparse.ConfigFileParser):  # type: ignore[misc]
    """A flat TOML file: `name = value` for each setting, a list or table for a repeatable one."""

    options: Callable[[], list[str]]
    """Those that may stand in it, as on the command line."""
    repeatable: Callable[[], list[str]]

    def get_syntax_description(self) -> str:
        return "The file is TOML with one `name = value` for each setting."

    def parse(self, stream: TextIO) -> dict[str, str | list[str]]:
        """The file's settings as text, as if they stood on the command line."""
        name = getattr(stream, "name", "the configuration")
        try:
            table = tomllib.loads(stream.read())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
            raise configargparse.ConfigFileParserException(f"{name}: {fault}") from None
        known = {option.removeprefix("--") for option in self.options()} - NOT_IN_FILE
        lists = {option.removeprefix("--") for option in self.repeatable()}
        settings: dict[str, str | list[str]] = {}
        for key, value in table.items():
            if key not in known:
                raise configargparse.ConfigFileParserException(
                    f"{name}: no setting {key!r}; there are {', '.join(sorted(known))}"
                )
            several = _texts(value) if key in lists else None
            if several is None and not isinstance(value, bool | int | float | str):
                kinds = "a list or table of texts" if key in lists else "a number, true, false"
                raise configargparse.ConfigFileParserException(
                    f"{name}: {key} takes {kinds} or text in quotes"
                )
            single = str(value).lower() if isinstance(value, bool) else str(value)
            settings[key] = single if several is None else several
        return settings


def _texts(value: object) -> list[str] | None:
    """A TOML list of texts, or a table as `key=text` each; None for anything else."""
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return [f"{key}={text}" for key, text in value.items()]
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return value
    return None


def add_model_options(parser: Parser) -> None:
    """What every role needs that has rooms."""
    add = parser.add_argument
    add("--model", default="BEC", metavar="NAME",
        help="the model shown first, or a file of your own: my_models.py or my_models.py:Class "
        "(default: BEC)")  # fmt: skip
    add("--Nx", type=whole(1, MAX_SIZE), metavar="N", help="grid points along x")
    add("--Ny", type=whole(1, MAX_SIZE), metavar="N", help="grid points along y")
    add("--steps", type=whole(1, MAX_SIZE), metavar="N", help="time steps for each frame")
    add("--tracers", type=whole(0, MAX_SIZE), metavar="N", help="tracer particles, 0 for none")
    add("--fps", type=number(1, MAX_FPS), default=60.0, metavar="F",
        help=f"frames per second at most, up to {MAX_FPS:g} (default: 60)")  # fmt: skip
    add("--log-level", default="info", choices=["debug", "info", "warning", "error"],
        help="what is told on the console and in the log file (default: info)")  # fmt: skip
    add("--log-file", type=checked(file_or_word), default=AUTO, metavar="FILE",
        help="keep what is told on the console; off: nowhere; auto: with --kiosk and a fixed "
        "port, in the user's folder of logs (default: auto)")  # fmt: skip


def room_params(given: Namespace) -> dict[str, int]:
    """Starting values that were given for rooms' parameters."""
    sizes = {name: getattr(given, name) for name in ROOM_SIZES}
    return {name: value for name, value in sizes.items() if value is not None}


def or_exit(fault: SettingsError) -> NoReturn:
    """One line on stderr and exit code 2 for what does not fit."""
    sys.stderr.write(f"vortarium: {fault}\n")
    raise SystemExit(2)


def whole(low: int, high: int) -> Any:
    """The type of an option that takes a whole number."""

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


def checked(check: Callable[[str], Any]) -> Any:
    """The type of an option whose text `check` turns into a value, or raises ValueError."""

    def value(text: str) -> Any:
        try:
            return check(text)
        except ValueError as fault:
            raise configargparse.ArgumentTypeError(str(fault)) from None

    return value


def number(low: float, high: float) -> Any:
    """The type of an option that takes any number."""

    def any_number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise configargparse.ArgumentTypeError(f"{low:g} to {high:g} is allowed, not {text!r}")
        return value

    return any_number
