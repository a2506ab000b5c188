"""Where a wrong setting stands is named: option, variable, or file and line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app import show_config
from app.settings import compute, exhibit
from app.settings.options import SettingsError
from app.settings.site_options import home, listening_address, proxy, public_url


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings but those of the test; the folder of the files."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("VORTARIUM_")]:
        monkeypatch.delenv(name)
    (tmp_path / "vortarium").mkdir()
    return tmp_path / "vortarium"


def refusal(*arguments: str, parse: Callable[[list[str]], object] = exhibit.parse) -> str:
    with pytest.raises(SettingsError) as refused:
        parse(list(arguments))
    assert "\n" not in str(refused.value)
    assert "argument" not in str(refused.value)
    return str(refused.value)


WRONG = {
    "port": "eighty", "Nx": "1.5", "fps": "nan", "log-level": "loud", "chat": "perhaps",
    "remote": "a b", "static": "x", "base-path": "/a/../b", "host-name": "a/b",
    "upload-type": "bmp", "feed-token": "short", "public-url": "museum", "proxy": "x",
    "address": "here", "home": "a b", "call-start": "0", "slow-threads": "99",
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_value_names_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    words = refusal(f"--{name}", value).partition(": ")
    assert words[0] == f"--{name}"
    variable = f"VORTARIUM_{name.upper().replace('-', '_')}"
    monkeypatch.setenv(variable, value)
    assert refusal().partition(": ") == (variable, ": ", words[2])
    monkeypatch.delenv(variable)
    file = folder / "vortarium.toml"
    file.write_text(f"# {name}\nlan = true\n\n{name} = '{value}'\n", encoding="utf-8")
    assert refusal() == f"{file}, line 4: {name}: {words[2]}"


def test_each_entry_of_a_table_has_its_line(folder: Path) -> None:
    file = folder / "vortarium.toml"
    file.write_text("[static]\na = '/'\nb = '/nowhere'\n", encoding="utf-8")
    assert refusal().startswith(f"{file}, line 3: static: ")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("lan = 1.5", "true or false"),
        ("lan = [true]", "true or false"),
        ("model = true", "text in quotes"),
        ("static = { a = 1 }", "list or table"),
        ("port = [1]", "number"),
    ],
)
def test_what_is_of_another_kind_has_its_line(folder: Path, text: str, word: str) -> None:
    file = folder / "vortarium.toml"
    file.write_text(f"\n{text}\n", encoding="utf-8")
    said = refusal()
    assert said.startswith(f"{file}, line 2: ")
    assert word in said


def test_unknown_names_are_told_with_the_nearest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--port meant" in refusal("--prot", "1")
    assert "--headless meant" in refusal("--headles")
    monkeypatch.setenv("VORTARIUM_LANN", "true")
    assert refusal().startswith("unknown variable VORTARIUM_LANN; is VORTARIUM_LAN meant?")
    assert compute.parse([]).port == 27000
    monkeypatch.delenv("VORTARIUM_LANN")
    monkeypatch.setenv("VORTARIUM_COMPUTE_BINT", "0.0.0.0")
    assert exhibit.parse([]).port == 8765
    assert "VORTARIUM_COMPUTE_BIND meant" in refusal(parse=compute.parse)
    monkeypatch.delenv("VORTARIUM_COMPUTE_BINT")
    file = folder / "vortarium.toml"
    file.write_text("lan = true\nkioks = true", encoding="utf-8")
    assert refusal().startswith(f"{file}, line 2: unknown setting 'kioks'; is kiosk meant?")


def test_an_empty_variable_counts_as_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "vortarium.toml").write_text("port = 5\nhost-name = 'a'", encoding="utf-8")
    for name in ("PORT", "LAN", "HOST_NAME", "KIOSK", "FEED_TOKEN", "CONFIG", "UNKNOWN"):
        monkeypatch.setenv(f"VORTARIUM_{name}", "")
    found = exhibit.parse([])
    assert (found.port, found.host_names, found.lan) == (5, ("a",), False)


def test_the_file_may_be_named_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hall.toml"
    file.write_text("port = 7", encoding="utf-8")
    monkeypatch.setenv("VORTARIUM_CONFIG", str(file))
    assert exhibit.parse([]).port == 7


@pytest.mark.parametrize(
    ("text", "names"),
    [("a", ("a",)), ('["a", "b"]', ("a", "b")), ("[a, b]", ("a", "b"))],
)
def test_a_variable_may_have_a_list(
    monkeypatch: pytest.MonkeyPatch, text: str, names: tuple[str, ...]
) -> None:
    monkeypatch.setenv("VORTARIUM_HOST_NAME", text)
    assert exhibit.parse([]).host_names == names


def test_what_is_shown_can_be_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = tmp_path / 'it\'s "odd" \\ ö'
    odd.mkdir()
    given = ["--static", f"a={odd}", "--public-url", "https://museum.example/x", "--lan",
             "--proxy", "10.0.0.0/8", "--log-file", str(odd / "a.log")]  # fmt: skip
    assert show_config.run(given) == 0
    shown = capsys.readouterr().out
    file = tmp_path / "again.toml"
    file.write_text(shown, encoding="utf-8")
    again, first = exhibit.parse(["--config", str(file)]), exhibit.parse(given)
    assert again.static == first.static == {"a": str(odd.resolve())}
    assert (again.public_url, again.proxies) == (first.public_url, first.proxies)
    assert again.log_file == first.log_file


def test_config_and_a_start_share_what_they_refuse(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What needs the models is refused by both; see tests/test_startup_checks.py for the words."""
    for arguments in (["--port", "x"], ["--kiosk", "--headless"], ["--nonsense"]):
        with pytest.raises(SystemExit) as end:
            show_config.run(arguments)
        assert end.value.code == 2
        assert capsys.readouterr() == ("", f"vortarium: {refusal(*arguments)}\n")


@pytest.mark.parametrize(
    ("text", "shown", "path"),
    [
        ("https://museum.example", "https://museum.example", ""),
        ("HTTPS://Museum.Example:443/a/b/", "https://museum.example/a/b", "/a/b"),
        ("http://museum.example:8080/", "http://museum.example:8080", ""),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]/x", "/x"),
    ],
)
def test_a_public_url(text: str, shown: str, path: str) -> None:
    url = public_url(text)
    assert (str(url), url.path) == (shown, path)
    assert exhibit.parse(["--public-url", text]).base_path == path
    assert exhibit.parse(["--public-url", text, "--base-path", "/"]).base_path == ""


@pytest.mark.parametrize(
    "text",
    ["", "museum.example", "ftp://x", "https://", "https://a b", "https://x?y", "https://x/#",
     "https://u@x", "https://x:0", "https://x:99999", "https://[::1", "https://x/../y",
     "https://x/%2e", "javascript:alert(1)", "https://x\n"],
)  # fmt: skip
def test_what_is_no_public_url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is needed"):
        public_url(text)


@pytest.mark.parametrize("text", ["", "x", "127.0.0.1:80", "0.0.0.0/0", "::/0", "10.0.0.0/99"])
def test_what_is_no_proxy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="proxy's address"):
        proxy(text)
    assert (proxy("10.9.8.7/8"), proxy("::1")) == ("10.0.0.0/8", "::1")


@pytest.mark.parametrize("text", ["", "x", "224.0.0.1", "10.0.0.0/8", "fe80::1%eth0", "[::1]"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address of this computer"):
        listening_address(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [("/", "/"), ("", "/"), ("landing", "/"), ("BEC", "BEC"), ("/models/BEC/", "BEC"),
     ("static/a", "static/a/"), ("/static/a/b.html", "static/a/b.html"),
     ("/static/a/b/", "static/a/b/")],
)  # fmt: skip
def test_a_home(text: str, path: str) -> None:
    assert home(text) == path


@pytest.mark.parametrize(
    "text",
    ["https://evil.example", "//evil.example", "a b", "static/../x", "static/a/../b", "x.htm"],
)
def test_what_is_no_home_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="exhibit's name"):
        home(text)


def test_an_option_keeps_its_older_name_everywhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "vortarium.toml"
    file.write_text("talk = 'off'\n", encoding="utf-8")
    assert exhibit.parse([]).chat is False
    monkeypatch.setenv("VORTARIUM_TALK", "on")
    assert exhibit.parse([]).chat is True
    monkeypatch.setenv("VORTARIUM_CHAT", "off")  # the newer name counts first
    assert exhibit.parse([]).chat is False
    assert exhibit.parse(["--talk", "on"]).chat is True
    assert refusal("--talk", "perhaps").startswith("--chat: ")
