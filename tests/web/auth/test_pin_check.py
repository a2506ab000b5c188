"""The operator's PIN: hashed, private, whole or not changed at all."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path

import pytest

from app.web.auth import operator_pin


@pytest.fixture(autouse=True)
def config_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_the_pin_is_kept_hashed_and_private() -> None:
    operator_pin.set_pin("tr0ub4dor")
    content = operator_pin.pin_file().read_text()
    assert "tr0ub4dor" not in content
    assert stat.S_IMODE(operator_pin.pin_file().stat().st_mode) == 0o600
    first = json.loads(content)
    operator_pin.set_pin("tr0ub4dor")
    again = json.loads(operator_pin.pin_file().read_text())
    assert first["salt"] != again["salt"]
    assert first["hash"] != again["hash"]
    assert [path.name for path in operator_pin.pin_file().parent.iterdir()] == ["operator.json"]


def test_only_the_pin_itself_is_right() -> None:
    assert operator_pin.check_pin("1234") is None
    operator_pin.set_pin("Straße 12")
    assert operator_pin.check_pin("Straße 12") is True
    for wrong in ("", "Straße 1", "straße 12", "Straße 12 ", "x" * 64):
        assert operator_pin.check_pin(wrong) is False


@pytest.mark.parametrize("pin", ["", "123", "x" * 65])
def test_too_short_or_long_a_pin_is_refused_and_the_old_one_stays(pin: str) -> None:
    operator_pin.set_pin("old one")
    with pytest.raises(ValueError, match="4 to 64"):
        operator_pin.set_pin(pin)
    assert operator_pin.check_pin("old one") is True


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", '{"n":3,"r":8,"p":1,"salt":"AAAA","hash":"AAAA"}', "\x00\xff"],
)
def test_a_broken_file_lets_nobody_in(content: str) -> None:
    operator_pin.set_pin("1234")
    operator_pin.pin_file().write_bytes(content.encode("latin-1"))
    assert not operator_pin.check_pin("1234")


def test_the_command_reads_the_pin_from_its_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("4711\r\n"))
    assert operator_pin.run() == 0
    assert "4711" not in capsys.readouterr().out
    assert operator_pin.check_pin("4711") is True
    monkeypatch.setattr(sys, "stdin", io.StringIO("12\n"))
    assert operator_pin.run() == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert operator_pin.check_pin("4711") is True
