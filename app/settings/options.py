"""How settings are read: command line > environment > TOML file > model's defaults > these.

Each role of the program declares its settings once, as options of a `Parser`. What is wrong names
the place where it stands: the option, the variable, or the file and its line.
"""

from __future__ import annotations

import os
import sys
import tomllib
from argparse import (
    Action,
    ArgumentParser,
    ArgumentTypeError,
    BooleanOptionalAction,
    Namespace,
    _AppendAction,
    _StoreTrueAction,
)
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from app import __version__
from app.rooms.call_threads import CallLimits
from app.settings.option_pairs import Given, Pair, When, fault
from app.toml_file import TomlFileError, line_of, parsed, text_of

AUTO, OFF = "auto", "off"


NOT_IN_FILE = {"help", "version", "config"}
MAX_FPS = 120.0
MAX_SIZE = 65535
SECRETS = ("feed-token",)
"""Options whose values must not be shown."""
OWN_FILE = When("model", lambda name: name.endswith(".py") or ".py:" in name)
OWN_FILE_WHY = "it is a file of your own that is loaded again, such as my_models.py"
ROOM_SIZES = ("Nx", "Ny", "steps", "tracers")
"""Options that are starting values of rooms' parameters."""

_SWITCH = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip


class SettingsError(Exception):
    """Options, environment or file that do not fit; the text is one line for a person."""


class Origin(NamedTuple):
    """A setting in force, and where it came from."""

    name: str
    value: Any
    source: str


class Parser(ArgumentParser):
    """Options that may also stand in the environment and in a TOML file."""

    def __init__(
        self,
        *,
        prog: str,
        description: str,
        env_prefix: str,
        file: Path,
        pairs: Sequence[Pair] = (),
        others_prefixes: tuple[str, ...] = (),
    ) -> None:
        """`file` is read where there is one. `others_prefixes`: variables of other roles."""
        super().__init__(
            prog=prog,
            description=description,
            epilog=f"Each may stand in the environment, such as {env_prefix}PORT=8000, and in a "
            f"TOML file, such as port = 8000: in that of --config, and in {file}.",
            allow_abbrev=False,
        )
        self.given: dict[str, Given] = {}
        """What the last `read` found anywhere, by option without its dashes."""
        self._env_prefix = env_prefix
        self._others_prefixes = others_prefixes
        self._file = file
        self._pairs = pairs
        self.add_argument("--config", metavar="FILE", help="a TOML file of settings")
        self.add_argument("--version", action="version", version=f"Vortarium {__version__}")

    def read(self, argv: Sequence[str]) -> Namespace:
        """The settings in force. Raises SettingsError; `--help` and `--version` exit."""
        self.given = {}
        self._read_command_line(argv)
        self._read_environment()
        try:
            if "config" in self.given:
                self._read_file(self.given["config"].value)
            if _is_there(self._file):
                self._read_file(str(self._file))
        except TomlFileError as wrong:
            raise SettingsError(str(wrong)) from None
        settings = self._settings()
        # Who keeps the list of all settings as a file says nothing by what is the default there.
        chosen = {n: one for n, one in self.given.items() if one.value != settings[n].default}
        wrong_pair = fault(self._pairs, chosen)
        if wrong_pair is not None:
            raise SettingsError(wrong_pair)
        values = {action.dest: action.default for action in settings.values()}
        values |= {settings[name].dest: one.value for name, one in self.given.items()}
        return Namespace(**values)

    def options(self) -> list[str]:
        """Every option, as on the command line."""
        return [_option(action) for action in self._actions if action.option_strings]

    def origins(self, given: Namespace) -> Iterator[Origin]:
        """Where each setting of the last `read`, which returned `given`, came from."""
        for name, action in self._settings().items():
            if name not in NOT_IN_FILE:
                source = self.given[name].source if name in self.given else "program"
                yield Origin(name, getattr(given, action.dest), source)

    def places(self) -> dict[str, str]:
        """Where those stand that the last `read` found, by option without its dashes."""
        return {name: one.place for name, one in self.given.items()}

    def aliases(self) -> dict[str, str]:
        """Return the older names of options, without dashes: older name -> name."""
        return {
            word.removeprefix("--"): _option(action).removeprefix("--")
            for action in self._actions
            if not isinstance(action, BooleanOptionalAction)
            for word in action.option_strings
            if word.startswith("--") and word != _option(action)
        }

    def variable(self, name: str) -> str:
        """The environment's name for the option `name`."""
        return self._env_prefix + name.upper().replace("-", "_")

    def error(self, message: str) -> NoReturn:
        text = message.removeprefix("argument ")
        for older, name in self.aliases().items():
            text = text.replace(f"--{name}/--{older}:", f"--{name}:", 1)
        raise SettingsError(text)

    def _settings(self) -> dict[str, Action]:
        """Every option with a value, by its name without dashes."""
        named = {_option(action).removeprefix("--"): action for action in self._actions}
        return {name: action for name, action in named.items() if name not in ("help", "version")}

    def _read_command_line(self, argv: Sequence[str]) -> None:
        settings = self._settings()
        nothing = object()
        # A list cannot be added to what it is not; nobody gives the value None.
        empty = {
            action.dest: None if isinstance(action, _AppendAction) else nothing
            for action in settings.values()
        }
        found, unknown = self.parse_known_args(list(argv), Namespace(**empty))
        if unknown:
            word = unknown[0].partition("=")[0]
            raise SettingsError(_unknown(f"setting {word!r}", word, self.options()))
        for name, action in settings.items():
            value = getattr(found, action.dest)
            if value is not nothing and value is not None:
                self.given[name] = Given(value, f"--{name}", "command line")

    def _read_environment(self) -> None:
        """An empty variable counts as none at all."""
        older = {self.variable(word): name for word, name in self.aliases().items()}
        variables = older | {self.variable(name): name for name in self._settings()}
        for variable, text in sorted(os.environ.items(), key=lambda one: one[0] in older):
            ours = variable.startswith(self._env_prefix)
            if not text or not ours or variable.startswith(self._others_prefixes):
                continue
            if variable not in variables:
                raise SettingsError(_unknown(f"variable {variable}", variable, list(variables)))
            name = variables[variable]
            if name not in self.given:
                action = self._settings()[name]
                several = isinstance(action, _AppendAction)
                value = _listed(text) if several else text
                source = f"environment: {variable}"
                self.given[name] = Given(_checked(action, value, variable), variable, source)

    def _read_file(self, path: str) -> None:
        """Take what stands in the file and nowhere before it. Raises TomlFileError too."""
        text = text_of(path)
        settings = {n: action for n, action in self._settings().items() if n not in NOT_IN_FILE}
        aliases = self.aliases()
        for word, value in sorted(parsed(path, text).items(), key=lambda one: one[0] in aliases):
            name = aliases.get(word, word)
            place = _place(path, text, word)
            if name not in settings:
                raise SettingsError(_unknown(f"setting {name!r}", name, sorted(settings), place))
            wanted = _in_file(settings[name], value)
            if wanted is None:
                raise SettingsError(f"{place}: {name} takes {_kinds(settings[name])}")
            if name not in self.given:
                place = f"{place}: {name}"
                for key in value if isinstance(value, dict) else ():
                    inner = f"{_place(path, text, word, key)}: {name}"
                    _checked(settings[name], [f"{key}={value[key]}"], inner)
                self.given[name] = Given(_checked(settings[name], wanted, place), place, path)


def _option(action: Action) -> str:
    """As a person writes it: --port, not -p; --show-code, not --no-show-code."""
    return next(word for word in action.option_strings if word.startswith("--"))


def _unknown(what: str, word: str, known: Sequence[str], place: str = "") -> str:
    nearest = get_close_matches(word, known, 1, cutoff=0.0)[0]
    before = f"{place}: " if place else ""
    return f"{before}unknown {what}; is {nearest} meant? There are {', '.join(known)}"


def _place(path: str, text: str, *names: str) -> str:
    line = line_of(text, *names)
    return path if line is None else f"{path}, line {line}"


def _is_there(path: Path) -> bool:
    """Nobody asked for the user's own file by name: a folder that is closed has none."""
    with suppress(OSError):
        return path.exists()
    return False


def _is_switch(action: Action) -> bool:
    return isinstance(action, _StoreTrueAction | BooleanOptionalAction)


def _kinds(action: Action) -> str:
    """What the file may have for it."""
    if isinstance(action, _AppendAction):
        return "a list or table of texts, or text in quotes"
    return "true or false" if _is_switch(action) else "a number or text in quotes"


def _in_file(action: Action, value: object) -> str | list[str] | None:
    """A file's `value` as if it stood on the command line; None if it is not of a kind to do so."""
    if isinstance(value, bool):
        return str(value).lower() if _is_switch(action) else None
    if isinstance(action, _AppendAction):
        if isinstance(value, dict) and _all_texts(value.values()):
            return [f"{key}={text}" for key, text in value.items()]
        if isinstance(value, list) and _all_texts(value):
            return value
    try:
        text = str(value) if isinstance(value, int | float | str) else None
    except ValueError:  # a number of very many digits
        return None
    return [text] if text is not None and isinstance(action, _AppendAction) else text


def _all_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _listed(text: str) -> list[str]:
    """Several texts in one variable: as a list in TOML, or bare between brackets and commas."""
    if not (text.startswith("[") and text.endswith("]")):
        return [text]
    try:
        found = tomllib.loads(f"texts = {text}")["texts"]
    except ValueError:
        found = [part.strip() for part in text[1:-1].split(",")]
    return [str(one) for one in found]


def _checked(action: Action, given: str | list[str], place: str) -> Any:
    """The value that `given` stands for. Raises SettingsError, which names the `place`."""
    if isinstance(given, list):
        return [_checked(action, text, place) for text in given]
    if _is_switch(action):
        if given.lower() not in _SWITCH:
            raise SettingsError(f"{place}: true or false is needed, not {given!r}")
        return _SWITCH[given.lower()]
    try:
        return given if action.type is None else action.type(given)  # type: ignore[operator]
    except ArgumentTypeError as wrong:
        raise SettingsError(f"{place}: {wrong}") from None


def add_model_options(parser: Parser) -> None:
    """What every role needs that has rooms."""
    add = parser.add_argument
    add("--model", default="BEC", metavar="NAME",
        help="the model shown first, or a file of your own: my_models.py or my_models.py:Class "
        "(default: BEC)")  # fmt: skip
    add("--reload", action="store_true",
        help="load a file of your own again whenever it changes, or what it imports from its "
        "folder; parameters keep their values")  # fmt: skip
    add("--Nx", type=whole(1, MAX_SIZE), metavar="N", help="grid points along x")
    add("--Ny", type=whole(1, MAX_SIZE), metavar="N", help="grid points along y")
    add("--steps", type=whole(1, MAX_SIZE), metavar="N", help="time steps for each frame")
    add("--tracers", type=whole(0, MAX_SIZE), metavar="N", help="tracer particles, 0 for none")
    add("--fps", type=number(1, MAX_FPS), default=60.0, metavar="F",
        help=f"frames per second at most, up to {MAX_FPS:g} (default: 60)")  # fmt: skip
    add("--log-level", default="info", **one_of("debug", "info", "warning", "error"),
        help="what is told on the console and in the log file (default: info)")  # fmt: skip
    add("--log-file", type=checked(file_or_word), default=AUTO, metavar="FILE",
        help="keep what is told on the console; off: nowhere; auto: with --kiosk and a fixed "
        "port, in the user's folder of logs (default: auto)")  # fmt: skip


def add_call_options(parser: Parser) -> None:
    """What every role needs whose rooms serve objects."""
    add = parser.add_argument
    usual = CallLimits()
    add("--call-start", type=number(0.1, 60), default=usual.start_s, metavar="SECONDS",
        help="a call to a room's object that could not start for so long never runs (default: "
        f"{usual.start_s:g})")  # fmt: skip
    add("--slow-threads", type=whole(1, 32), default=usual.slow_threads, metavar="N",
        help="how many slow calls a room runs at the same time (default: "
        f"{usual.slow_threads})")  # fmt: skip


def call_limits(given: Namespace) -> CallLimits:
    """What these say."""
    return CallLimits(given.call_start, given.slow_threads)


def room_params(given: Namespace) -> dict[str, int]:
    """Starting values that were given for rooms' parameters."""
    sizes = {name: getattr(given, name) for name in ROOM_SIZES}
    return {name: value for name, value in sizes.items() if value is not None}


def or_exit(fault: Exception) -> NoReturn:
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
            raise ArgumentTypeError(f"a whole number from {low} to {high} is needed, not {text!r}")
        return value

    return whole_number


def one_of(*words: str) -> Any:
    """Type and form of an option that takes one of `words`."""

    def word(text: str) -> str:
        if text not in words:
            raise ArgumentTypeError(f"one of {', '.join(words)} is needed, not {text!r}")
        return text

    return {"type": word, "metavar": f"{{{','.join(words)}}}"}


def checked(check: Callable[[str], Any]) -> Any:
    """The type of an option whose text `check` turns into a value, or raises ValueError."""

    def value(text: str) -> Any:
        try:
            return check(text)
        except ValueError as fault:
            raise ArgumentTypeError(str(fault)) from None

    return value


def number(low: float, high: float) -> Any:
    """The type of an option that takes any number."""

    def any_number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise ArgumentTypeError(f"{low:g} to {high:g} is allowed, not {text!r}")
        return value

    return any_number


def file_or_word(text: str) -> str:
    """A setting: `auto`, `off`, or a file's absolute path. Raises ValueError."""
    if text in (AUTO, OFF):
        return text
    path = Path(text).expanduser().absolute()
    if not text or path.is_dir() or path.is_fifo():
        raise ValueError(f"a file, {AUTO} or {OFF} is needed, not {text!r}")
    return str(path)


def file_of(setting: str, own: Path | None) -> str | None:
    """Which file such a setting means, if any, where `auto` means `own`."""
    if setting == AUTO:
        return None if own is None else str(own)
    return None if setting == OFF else setting
