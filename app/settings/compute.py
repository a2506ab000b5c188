"""The compute server's settings, declared once; app.settings.options says where they come from."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from app.paths import OWN_NAME, config_dir
from app.rooms.call_threads import CallLimits
from app.settings.option_pairs import Clash, Needs, When, on
from app.settings.options import (
    OWN_FILE,
    OWN_FILE_WHY,
    Parser,
    SettingsError,
    add_call_options,
    add_model_options,
    call_limits,
    file_of,
    number,
    or_exit,
    room_params,
    whole,
)
from app.transport.address import PORT, is_loopback

ENV_PREFIX = "VORTARIUM_COMPUTE_"
MINUTE_S = 60.0
DAY_MINUTES = 1440.0

_BEYOND = When("bind", lambda host: not is_loopback(host))
PAIRS = (
    Needs(_BEYOND, (on("key"), on("insecure")),
          f"other machines are let in, by keys (`{OWN_NAME} keys` makes them) or everybody who "
          "reaches the port"),
    Needs(on("reload"), (OWN_FILE,), OWN_FILE_WHY),
    Needs(on("insecure"), (_BEYOND,), "only this machine can reach the server"),
    Clash(on("key"), on("insecure"), "either peers have keys, or everybody is let in"),
    Clash(on("key"), on("allow-quit"), "super_hydro's clients have no keys, so none can connect"),
)  # fmt: skip
"""What makes no sense together, or alone."""


class ComputeSettings(Struct, frozen=True, kw_only=True):
    """The settings in force. `params` are starting values given for the rooms' parameters."""

    model: str
    bind: str
    port: int
    fps: float
    params: dict[str, int]
    reload: bool
    """Load a user's file again whenever it changes."""
    log_level: str
    log_file: str | None
    """A path, absolute."""
    key: str | None
    insecure: bool
    idle_s: float
    allow_quit: bool
    calls: CallLimits
    places: dict[str, str]
    """Where the settings stand that were given, by option."""


def parse(argv: Sequence[str]) -> ComputeSettings:
    """The settings in force. Raises SettingsError; `--help` and `--version` exit."""
    options = parser()
    return made(options.read(argv), options.places())


def made(given: Namespace, places: dict[str, str]) -> ComputeSettings:
    """What was `given`, as the rest of the program wants it."""
    return ComputeSettings(
        model=given.model,
        bind=given.bind,
        port=given.port,
        fps=given.fps,
        params=room_params(given),
        reload=given.reload,
        log_level=given.log_level,
        log_file=file_of(given.log_file, None),
        key=given.key,
        insecure=given.insecure,
        idle_s=given.shutdown * MINUTE_S,
        allow_quit=given.allow_quit,
        calls=call_limits(given),
        places=places,
    )


def parse_or_exit(argv: Sequence[str]) -> ComputeSettings:
    """`parse`, with one line on stderr and exit code 2 for what does not fit."""
    try:
        return parse(argv)
    except SettingsError as fault:
        or_exit(fault)


def parser() -> Parser:
    """The compute server's options."""
    options = Parser(
        prog=f"{OWN_NAME} compute",
        description="Computes rooms for exhibits on other machines, and for super_hydro's "
        "clients. Precedence of settings: command line, environment, file, the model's own "
        "defaults, these.",
        env_prefix=ENV_PREFIX,
        file=default_file(),
        pairs=PAIRS,
    )
    add_model_options(options)
    add_call_options(options)
    add = options.add_argument
    add("--bind", default="127.0.0.1", metavar="HOST",
        help="the address to listen on; 0.0.0.0 for all (default: 127.0.0.1)")  # fmt: skip
    add("--port", type=whole(0, 65535), default=PORT, metavar="N",
        help=f"the port to listen on, 0 for a free one (default: {PORT})")  # fmt: skip
    add("--key", metavar="FILE", help="the server's key file: only peers named in it are served")
    add("--insecure", action="store_true",
        help="listen on other addresses than loopback without keys")  # fmt: skip
    add("--shutdown", type=number(0, DAY_MINUTES), default=10.0, metavar="MINUTES",
        help="how long a room without visitors is kept (default: 10)")  # fmt: skip
    add("--allow-quit", action="store_true", help="let super_hydro's clients end the server")
    return options


def default_file() -> Path:
    """The TOML file that is read when there is one."""
    return config_dir() / "compute.toml"
