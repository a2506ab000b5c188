"""All pairs of options, gone through once: which make no sense together, and which need another."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from app.settings import compute, exhibit
from app.settings.option_pairs import Clash, Needs
from app.settings.options import NOT_IN_FILE, Parser, SettingsError

Words = tuple[str, ...]

EXHIBIT: Mapping[str, Words] = {
    "model": ("--model", "BEC"), "model: file": ("--model", "mine.py"), "reload": ("--reload",),
    "Nx": ("--Nx", "64"), "Ny": ("--Ny", "64"),
    "steps": ("--steps", "5"), "tracers": ("--tracers", "0"), "fps": ("--fps", "30"),
    "log-level": ("--log-level", "debug"), "log-file": ("--log-file", "off"),
    "port": ("--port", "1"), "address": ("--address", "192.0.2.9"),
    "address: loopback": ("--address", "127.0.0.1"), "lan": ("--lan",),
    "code-minutes": ("--code-minutes", "0"), "max-visitors": ("--max-visitors", "9"),
    "headless": ("--headless",), "fullscreen": ("--fullscreen",), "kiosk": ("--kiosk",),
    "idle": ("--idle", "9"), "idle: 0": ("--idle", "0"), "countdown": ("--countdown", "9"),
    "chat": ("--chat", "on"), "remote": ("--remote", "host"),
    "fallback": ("--fallback", "local"), "fallback: none": ("--fallback", "none"),
    "key": ("--key", "a.key"), "server-key": ("--server-key", "x"), "static": ("--static", "a=/"),
    "home": ("--home", "BEC"), "public-url": ("--public-url", "https://museum.example/x"),
    "proxy": ("--proxy", "192.0.2.7"), "proxy: here": ("--proxy", "127.0.0.1"),
    "base-path": ("--base-path", "/y"), "host-name": ("--host-name", "museum.example"),
    "uploads": ("--uploads", "everyone"), "uploads: off": ("--uploads", "off"),
    "upload-type": ("--upload-type", "png"), "upload-mb": ("--upload-mb", "1"),
    "upload-create": ("--upload-create", "*"), "upload-overwrite": ("--upload-overwrite", "*"),
    "upload-keep": ("--upload-keep", "5"), "upload-keep: 0": ("--upload-keep", "0"),
    "upload-names": ("--upload-names", "everyone"), "show-code": ("--no-show-code",),
    "feed-token": ("--feed-token", "sixteen-letters_"), "call-start": ("--call-start", "1"),
    "slow-threads": ("--slow-threads", "1"),
}  # fmt: skip
"""Every option; those whose effect depends on their value, once for each effect."""

EXHIBIT_NEEDS: Mapping[str, Sequence[str]] = {
    "address": ("lan", "proxy", "proxy: here"),
    "code-minutes": ("lan", "public-url", "host-name", "address"),
    "countdown": ("idle", "kiosk"),
    "fallback": ("remote",),
    "reload": ("model: file",),
    "key": ("remote",),
    "server-key": ("key",),
    "proxy": ("lan", "address"),
}
"""What has no effect, or must not be, without one of those."""

EXHIBIT_CLASHES = {
    frozenset(pair)
    for pair in [
        ("headless", "kiosk"),
        ("reload", "remote"),
        ("reload", "fallback"),
        ("reload", "key"),
        ("reload", "server-key"),
        ("reload", "model"),
        ("headless", "fullscreen"),
        ("headless", "idle"),
        ("headless", "countdown"),
        ("countdown", "idle: 0"),
        ("lan", "address: loopback"),
        ("proxy", "address: loopback"),
        ("uploads: off", "upload-type"),
        ("uploads: off", "upload-mb"),
        ("uploads: off", "upload-create"),
        ("uploads: off", "upload-overwrite"),
        ("uploads: off", "upload-keep"),
        ("uploads: off", "upload-keep: 0"),
        ("upload-keep: 0", "upload-create"),
        ("upload-keep: 0", "upload-overwrite"),
    ]
}
"""What makes no sense together, whatever else is given."""

COMPUTE: Mapping[str, Words] = {
    **{name: EXHIBIT[name] for name in (
        "model", "model: file", "reload", "Nx", "Ny", "steps", "tracers", "fps", "log-level",
        "log-file", "port", "call-start", "slow-threads",
    )},
    "bind": ("--bind", "0.0.0.0"), "bind: loopback": ("--bind", "127.0.0.1"),
    "key": ("--key", "a.key"), "insecure": ("--insecure",), "shutdown": ("--shutdown", "1"),
    "allow-quit": ("--allow-quit",),
}  # fmt: skip
COMPUTE_NEEDS: Mapping[str, Sequence[str]] = {
    "bind": ("key", "insecure"), "insecure": ("bind",), "reload": ("model: file",),
}  # fmt: skip
COMPUTE_CLASHES = {
    frozenset(pair)
    for pair in [
        ("key", "insecure"),
        ("key", "allow-quit"),
        ("insecure", "bind: loopback"),
        ("reload", "model"),
    ]
}

TABLES = {
    "exhibit": (exhibit.parser, exhibit.PAIRS, EXHIBIT, EXHIBIT_NEEDS, EXHIBIT_CLASHES),
    "compute": (compute.parser, compute.PAIRS, COMPUTE, COMPUTE_NEEDS, COMPUTE_CLASHES),
}
Table = tuple[
    Callable[[], Parser], Sequence[Clash | Needs], Mapping[str, Words],
    Mapping[str, Sequence[str]], set[frozenset[str]],
]  # fmt: skip


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("VORTARIUM_")]:
        monkeypatch.delenv(name)


@pytest.fixture(params=TABLES.values(), ids=TABLES)
def table(request: pytest.FixtureRequest) -> Table:
    found: Table = request.param
    return found


def option(name: str) -> str:
    return name.partition(":")[0]


def refused(parser: Parser, options: Mapping[str, Words], names: Sequence[str]) -> str | None:
    try:
        parser.read([word for name in names for word in options[name]])
    except SettingsError as fault:
        return str(fault)
    return None


def completions(
    names: frozenset[str], needs: Mapping[str, Sequence[str]], options: Mapping[str, Words]
) -> list[frozenset[str]]:
    """All ways to give `names` what they need, without one option twice."""
    for name in sorted(names):
        if name in needs and not names.intersection(needs[name]):
            taken = {option(other) for other in names}
            found = []
            for other in needs[name]:
                if option(other) not in taken:
                    found += completions(names | {other}, needs, options)
            return found
    return [names]


def test_every_option_is_in_the_table(table: Table) -> None:
    parser, _, options, _, _ = table
    known = {one.removeprefix("--") for one in parser().options()} - NOT_IN_FILE
    assert {option(name) for name in options} == known


def test_alone_only_those_are_refused_that_need_another(table: Table) -> None:
    make, _, options, needs, _ = table
    for name in options:
        fault = refused(make(), options, [name])
        assert (fault is not None) == (name in needs), name
        for other in needs.get(name, ()):
            assert fault is not None
            assert f"--{option(other)}" in fault


def test_every_pair_makes_sense_or_is_refused(table: Table) -> None:
    """A pair that makes no sense is refused whatever else is given; another is not."""
    make, _, options, needs, clashes = table
    parser = make()
    for one, other in combinations(options, 2):
        if option(one) == option(other):
            continue
        ways = completions(frozenset((one, other)), needs, options)
        faults = [refused(parser, options, sorted(way)) for way in ways]
        assert all(faults) == (frozenset((one, other)) in clashes), (one, other, faults)


def test_every_clash_names_both_in_one_line(table: Table) -> None:
    make, _, options, needs, clashes = table
    for pair in clashes:
        one, other = sorted(pair)
        way = (completions(pair, needs, options) or [pair])[0]
        fault = refused(make(), options, sorted(way))
        assert fault is not None
        assert "\n" not in fault
        assert f"--{option(one)}" in fault or f"--{option(other)}" in fault


def test_what_is_declared_names_options_that_exist(table: Table) -> None:
    make, pairs, _, _, _ = table
    known = {one.removeprefix("--") for one in make().options()}
    for pair in pairs:
        others = [pair.other] if isinstance(pair, Clash) else list(pair.others)
        assert {when.name for when in (pair.one, *others)} <= known
        assert pair.why


def test_the_place_of_each_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "vortarium" / "vortarium.toml"
    file.parent.mkdir()
    file.write_text("port = 1\nkiosk = true\n", encoding="utf-8")
    monkeypatch.setenv("VORTARIUM_HEADLESS", "true")
    with pytest.raises(SettingsError) as fault:
        exhibit.parse([])
    assert str(fault.value) == (
        f"VORTARIUM_HEADLESS and {file}, line 2: kiosk exclude each other: a kiosk is a window"
    )
    monkeypatch.setenv("VORTARIUM_HEADLESS", "false")
    assert exhibit.parse([]).kiosk
