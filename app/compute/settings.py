"""The compute server's settings, declared once; see app.options for where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from app.compute.address import PORT, is_loopback
from app.log_file import path_of
from app.options import (
    Parser,
    SettingsError,
    add_model_options,
    number,
    or_exit,
    room_params,
    whole,
)
from app.resources import OWN_NAME, config_dir

ENV_PREFIX = "VORTARIUM_COMPUTE_"
MINUTE_S = 60.0
DAY_MINUTES = 1440.0


class ComputeSettings(Struct, frozen=True, kw_only=True):
    """The settings in force. `params` are starting values given for the rooms' parameters."""

    model: str
    bind: str
    port: int
    fps: float
    params: dict[str, int]
    log_level: str
    log_file: str | None
    """A path, absolute."""
    key: str | None
    insecure: bool
    idle_s: float
    allow_quit: bool


def parse(argv: Sequence[str]) -> ComputeSettings:
    """The settings in force. Raises SettingsError; `--help` and `--version` exit."""
    given = parser().read(argv)
    if not (is_loopback(given.bind) or given.key or given.insecure):
        raise SettingsError(
            f"--bind {given.bind} lets other machines in: give --key (`{OWN_NAME} keys` makes "
            "key files), or --insecure to let in everybody who reaches the port"
        )
    return ComputeSettings(
        model=given.model,
        bind=given.bind,
        port=given.port,
        fps=given.fps,
        params=room_params(given),
        log_level=given.log_level,
        log_file=path_of(given.log_file, None),
        key=given.key,
        insecure=given.insecure,
        idle_s=given.shutdown * MINUTE_S,
        allow_quit=given.allow_quit,
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
    )
    add_model_options(options)
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
