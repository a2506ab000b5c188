"""The exhibit's settings, declared once; see app.settings.options for where they come from.

`Settings` is what the rest of the program gets; it is plain data, so that the supervisor can hand
it to its children as JSON.
"""

from __future__ import annotations

import re
from argparse import BooleanOptionalAction, Namespace
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from app.paths import NAME, OWN_NAME, config_dir, log_dir
from app.rooms.call_threads import CallLimits
from app.settings.compute import ENV_PREFIX as COMPUTE_PREFIX
from app.settings.option_pairs import Clash, Needs, When, off, on, whatever
from app.settings.options import (
    OWN_FILE,
    OWN_FILE_WHY,
    Parser,
    SettingsError,
    add_call_options,
    add_model_options,
    call_limits,
    checked,
    file_of,
    number,
    one_of,
    or_exit,
    room_params,
    whole,
)
from app.settings.site_options import (
    EVERYWHERE,
    LANDING,
    PublicUrl,
    base_path,
    home,
    host_name,
    is_loopback,
    listening_address,
    named_folder,
    proxy,
    public_url,
)
from app.transport.address import FORMS, endpoint
from app.transport.limits import MAX_VISITORS_PER_ROOM

ENV_PREFIX = "VORTARIUM_"
DEFAULT_PORT = 8765
PICTURE_TYPES = ("png", "jpeg", "webp", "gif")
"""Of uploads; app.web.routes.picture_reader reads them."""
MIN_TOKEN_CHARS = 16
KIOSK_IDLE_S = 90.0

_BEYOND = When("address", lambda address: not is_loopback(address))
_FAR_PROXY = When("proxy", lambda proxies: not all(map(is_loopback, proxies)))
_NO_KEPT = When("upload-keep", lambda count: count == 0)
_SCREEN = "what it is about is the window's screen"
_OFF = "no pictures are taken"
PAIRS = (
    Clash(on("headless"), on("kiosk"), "a kiosk is a window"),
    Clash(on("headless"), on("fullscreen"), "there is no window to fill the screen"),
    Clash(on("headless"), on("idle"), _SCREEN),
    Clash(on("headless"), whatever("countdown"), _SCREEN),
    Needs(whatever("countdown"), (on("idle"), on("kiosk")), "nobody is asked before nothing"),
    Clash(whatever("countdown"), off("idle"), "a room that is never reset has no countdown"),
    Needs(on("reload"), (OWN_FILE,), OWN_FILE_WHY),
    Clash(on("reload"), on("remote"), "a file of your own is given to the compute server, and so "
          "is this"),
    Needs(on("fallback"), (on("remote"),), "everything is computed here"),
    Needs(whatever("key"), (on("remote"),), "it is a key for a compute server"),
    Needs(whatever("server-key"), (whatever("key"),), f"`{OWN_NAME} keys` makes key files"),
    Needs(whatever("code-minutes"),
          (on("lan"), whatever("public-url"), whatever("host-name"), _BEYOND),
          "nobody needs a code on this machine"),
    Clash(on("lan"), When("address", is_loopback), "the one lets others in, the other does not"),
    Needs(_BEYOND, (on("lan"), whatever("proxy")), "other machines can come in there"),
    Needs(_FAR_PROXY, (on("lan"), _BEYOND), "a proxy elsewhere cannot reach this machine"),
    Clash(off("uploads"), whatever("upload-type"), _OFF),
    Clash(off("uploads"), whatever("upload-mb"), _OFF),
    Clash(off("uploads"), whatever("upload-create"), _OFF),
    Clash(off("uploads"), whatever("upload-overwrite"), _OFF),
    Clash(off("uploads"), whatever("upload-keep"), _OFF),
    Clash(_NO_KEPT, whatever("upload-create"), "no pictures are kept"),
    Clash(_NO_KEPT, whatever("upload-overwrite"), "no pictures are kept"),
)  # fmt: skip
"""What makes no sense together, or alone."""


class Settings(Struct, frozen=True, kw_only=True):
    """The settings in force. `params` are starting values given for the rooms' parameters."""

    model: str
    port: int
    address: str
    """To listen on, beside 127.0.0.1."""
    lan: bool
    code_minutes: float
    """After which another join code is shown; 0: never."""
    headless: bool
    fullscreen: bool
    kiosk: bool
    """A window that fills the screen, returns when it is closed, and offers no way out."""
    idle_s: float
    """A kiosk's room is reset after this long without activity; 0: never."""
    countdown_s: float
    """How long it is asked before whether somebody is there."""
    chat: bool
    """May visitors write to each other?"""
    max_visitors: int
    """Guests in one room; more wait in line."""
    fps: float
    params: dict[str, int]
    reload: bool
    """Load a user's file again whenever it changes."""
    log_level: str
    log_file: str | None
    """A path, absolute."""
    remote: str | None
    """The compute server's endpoint, tcp://host:port."""
    fallback: bool
    """Compute here while the compute server is away."""
    key: str | None
    server_key: str | None
    static: dict[str, str]
    """Folders of a teacher's pages, absolute, by name."""
    base_path: str
    """As app.web.http.base_path makes it: "" or /one/or/more."""
    host_names: tuple[str, ...]
    public_url: PublicUrl | None
    """By which the world calls the exhibit."""
    proxies: tuple[str, ...]
    """Addresses and networks of those whose word is believed on who asks."""
    home: str
    """What the address alone leads to: LANDING, an exhibit, or static/NAME/PATH."""
    uploads: str
    """Who may: a key of app.web.routes.uploads.WHO."""
    upload_types: tuple[str, ...]
    upload_bytes: int
    upload_create: tuple[str, ...]
    upload_overwrite: tuple[str, ...]
    """Patterns of files' names, as app.web.routes.picture_store gives them."""
    upload_keep: int
    upload_names: str
    """Who may see the names of kept pictures: a key of app.web.routes.uploads.WHO."""
    show_code: bool
    """Visitors may read the models' code."""
    feed_token: str | None
    """What feeds must know; one is made for each launch if none is set."""
    calls: CallLimits
    places: dict[str, str]
    """Where the settings stand that were given, by option."""


def parse(argv: Sequence[str]) -> Settings:
    """The settings in force. Raises SettingsError; `--help` and `--version` exit."""
    options = parser()
    return made(options.read(argv), options.places())


def made(given: Namespace, places: dict[str, str]) -> Settings:
    """What was `given`, as the rest of the program wants it."""
    full_screen = given.fullscreen or given.kiosk
    return Settings(
        model=given.model,
        port=given.port,
        address=given.address or (EVERYWHERE if given.lan else "127.0.0.1"),
        lan=given.lan,
        code_minutes=given.code_minutes,
        headless=given.headless,
        fullscreen=full_screen,
        kiosk=given.kiosk,
        idle_s=KIOSK_IDLE_S * given.kiosk if given.idle is None else given.idle,
        countdown_s=given.countdown,
        chat=given.chat == "on" or (given.chat == "auto" and not full_screen),
        max_visitors=given.max_visitors,
        fps=given.fps,
        params=room_params(given),
        reload=given.reload,
        log_level=given.log_level,
        log_file=file_of(given.log_file, _own_log(given.port) if given.kiosk else None),
        remote=given.remote,
        fallback=given.fallback == "local",
        key=given.key,
        server_key=given.server_key,
        static=dict(pair.split("=", 1) for pair in given.static or ()),
        base_path=_base_path(given),
        host_names=tuple(given.host_name or ()),
        public_url=given.public_url,
        proxies=tuple(given.proxy or ()),
        home=given.home,
        uploads=given.uploads,
        upload_types=tuple(given.upload_type or PICTURE_TYPES),
        upload_bytes=round(given.upload_mb * 1e6),
        upload_create=tuple(given.upload_create or ("*",)),
        upload_overwrite=tuple(given.upload_overwrite or ()),
        upload_keep=given.upload_keep,
        upload_names=given.upload_names,
        show_code=given.show_code,
        feed_token=given.feed_token,
        calls=call_limits(given),
        places=places,
    )


def parse_or_exit(argv: Sequence[str]) -> Settings:
    """`parse`, with one line on stderr and exit code 2 for what does not fit."""
    try:
        return parse(argv)
    except SettingsError as fault:
        or_exit(fault)


def parser() -> Parser:
    """The exhibit's options."""
    options = Parser(
        prog=OWN_NAME,
        description="Vortarium: many visitors stir one superfluid. Precedence of settings: "
        "command line, environment, file, the model's own defaults, these. Other commands: "
        f"`{OWN_NAME} compute` serves rooms to exhibits on other machines, `{OWN_NAME} keys` makes "
        f"keys for that, `{OWN_NAME} config` shows the settings in force, `{OWN_NAME} operator` "
        f"sets the operator's PIN, `{OWN_NAME} doctor` checks this computer, `{OWN_NAME} bench` "
        "measures.",
        env_prefix=ENV_PREFIX,
        file=default_file(),
        pairs=PAIRS,
        others_prefixes=(COMPUTE_PREFIX,),
    )
    add_model_options(options)
    add = options.add_argument
    add("--port", type=whole(0, 65535), default=DEFAULT_PORT, metavar="N",
        help=f"the web server's port, 0 for a free one (default: {DEFAULT_PORT})")  # fmt: skip
    add("--address", type=checked(listening_address), metavar="ADDRESS",
        help="listen on this address of the computer alone, and on 127.0.0.1 (default: with --lan "
        "on all, else on 127.0.0.1 alone)")  # fmt: skip
    add("--lan", action="store_true", help="let browsers on the local network join, with a code")
    add("--code-minutes", type=number(0, 1440), default=10.0, metavar="M",
        help="with --lan, show another join code so often, each good for as long again; 0: one "
        "for each launch (default: 10)")  # fmt: skip
    add("--max-visitors", type=whole(1, MAX_VISITORS_PER_ROOM), default=MAX_VISITORS_PER_ROOM,
        metavar="N", help="guests in one room at most; more wait in line (default: "
        f"{MAX_VISITORS_PER_ROOM})")  # fmt: skip
    add("--headless", action="store_true", help="serve browsers only, open no window")
    add("--fullscreen", action="store_true", help="the window fills the screen")
    add("--kiosk", action="store_true",
        help="a screen in a hall: the window fills it, comes back when it is closed, and has no "
        "way out but the operator's")  # fmt: skip
    add("--idle", type=number(0, 86_400), metavar="SECONDS",
        help="where the window is, reset the room after this long without activity; 0: never "
        f"(default: {KIOSK_IDLE_S:g} with --kiosk, else 0)")  # fmt: skip
    add("--countdown", type=number(0, 60), default=10.0, metavar="SECONDS",
        help="how long before that visitors are asked whether they are there (default: 10)"
        )  # fmt: skip
    add("--chat", "--talk", **one_of("on", "off", "auto"), default="auto",
        help="let visitors write to each other; auto: unless --fullscreen or --kiosk, as in a "
        "public place; --talk is its older name (default: auto)")  # fmt: skip
    add("--remote", type=checked(endpoint), metavar="ADDRESS",
        help=f"compute on another machine, by a compute server or super_hydro's: {FORMS}"
        )  # fmt: skip
    add("--fallback", **one_of("none", "local"), default="none",
        help="while the compute server is away: wait, or compute here (default: none)"
        )  # fmt: skip
    add("--key", metavar="FILE", help="this exhibit's key file for the compute server")
    add("--server-key", metavar="KEY",
        help="the compute server's public key, if not the one in the key file")  # fmt: skip
    add("--static", type=checked(named_folder), action="append", metavar="NAME=FOLDER",
        help="serve a folder of your own pages below /static/NAME/; may be given again"
        )  # fmt: skip
    add("--home", type=checked(home), default=LANDING, metavar="PATH",
        help="what the address alone leads to: an exhibit's name, a page such as "
        f"static/NAME/page.html, or {LANDING} for all exhibits (default: {LANDING})")  # fmt: skip
    add("--public-url", type=checked(public_url), metavar="URL",
        help="the address by which a reverse proxy is called, such as "
        "https://museum.example/vortarium; guests are invited there")  # fmt: skip
    add("--proxy", type=checked(proxy), action="append", metavar="ADDRESS",
        help="believe this reverse proxy (an address, or a network such as 172.17.0.0/16) on who "
        "asks; may be given again (default: believe none)")  # fmt: skip
    add("--base-path", type=checked(base_path), metavar="PATH",
        help="serve everything below this path, for a reverse proxy (default: the path of "
        "--public-url, else /)")  # fmt: skip
    add("--host-name", type=checked(host_name), action="append", metavar="NAME",
        help="a name by which a reverse proxy is called; may be given again")  # fmt: skip
    add("--uploads", **one_of("off", "operator", "everyone"), default="operator",
        help="who may upload a picture that becomes part of the fluid (default: operator)"
        )  # fmt: skip
    add("--upload-type", **{**one_of(*PICTURE_TYPES), "metavar": "TYPE"}, action="append",
        help=f"a type of picture that is taken: {', '.join(PICTURE_TYPES)}; may be given again "
        "(default: all)")  # fmt: skip
    add("--upload-mb", type=number(0.01, 50), default=8.0, metavar="MB",
        help="the largest picture, in megabytes (default: 8)")  # fmt: skip
    add("--upload-create", action="append", metavar="PATTERN",
        help="names under which pictures may be kept, such as BEC-*; may be given again "
        "(default: *)")  # fmt: skip
    add("--upload-overwrite", action="append", metavar="PATTERN",
        help="names of kept pictures that a newer one replaces; may be given again "
        "(default: none)")  # fmt: skip
    add("--upload-keep", type=whole(0, 10_000), default=100, metavar="N",
        help="how many pictures are kept; the oldest go first (default: 100)")  # fmt: skip
    add("--upload-names", **one_of("off", "operator", "everyone"), default="operator",
        help="who may see the names of kept pictures (default: operator)")  # fmt: skip
    add("--show-code", action=BooleanOptionalAction, default=True,
        help="let visitors read the models' code (default: yes)")  # fmt: skip
    add("--feed-token", type=checked(_token), metavar="TOKEN",
        help=f"what feeds must know (default: another one for each launch); at least "
        f"{MIN_TOKEN_CHARS} letters, digits, - or _, and safer in the environment or the file "
        "than on the command line, where others on this computer see it")  # fmt: skip
    add_call_options(options)
    return options


def _base_path(given: Namespace) -> str:
    """A proxy that takes the path off says so by another --base-path, such as /."""
    if given.base_path is not None:
        return str(given.base_path)
    return given.public_url.path if given.public_url else ""


def _token(text: str) -> str:
    """A password that fits into an HTTP header. Raises ValueError."""
    if len(text) < MIN_TOKEN_CHARS or not re.fullmatch(r"[\w-]+", text, re.ASCII):
        raise ValueError(f"at least {MIN_TOKEN_CHARS} letters, digits, - or _ are needed")
    return text


def _own_log(port: int) -> Path | None:
    """A kiosk's. Only of a fixed port there is but one: two must not turn the same file."""
    return log_dir() / f"{NAME}-{port}.log" if port else None


def default_file() -> Path:
    """The TOML file that is read when there is one."""
    return config_dir() / "vortarium.toml"
