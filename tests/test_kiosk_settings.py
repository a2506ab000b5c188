"""The ready settings in packaging/kiosk: well formed, and with options that the exhibit takes."""

from __future__ import annotations

import configparser
import plistlib
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.settings.exhibit import parse

FOLDER = Path(__file__).resolve().parents[1] / "packaging" / "kiosk"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def ini(name: str) -> configparser.ConfigParser:
    """A file of sections, keys and values."""
    file = configparser.ConfigParser(interpolation=None, strict=True)
    file.optionxform = str  # type: ignore[assignment,method-assign]
    file.read_string((FOLDER / name).read_text(encoding="utf-8"))
    return file


def started(name: str) -> list[str]:
    """The exhibit's options in one of the files."""
    if name.endswith(".plist"):
        words = plistlib.loads((FOLDER / name).read_bytes())["ProgramArguments"]
    elif name.endswith(".xml"):
        root = ElementTree.fromstring((FOLDER / name).read_text(encoding="utf-8"))  # noqa: S314
        words = ["app", *shlex.split(root.findtext(f".//{TASK}Arguments") or "")]
    elif name.endswith(".desktop"):
        words = shlex.split(ini(name)["Desktop Entry"]["Exec"])
    else:
        words = shlex.split(ini(name)["Service"]["ExecStart"])
        assert words[:3] == ["/usr/bin/cage", "-d", "--"]
    return [word for word in words if word.startswith("--") and word != "--"]


@pytest.mark.parametrize(
    "name",
    [
        "linux/vortarium-kiosk.service",
        "linux/vortarium-kiosk.desktop",
        "windows/kiosk-task.xml",
        "macos/org.vortarium.kiosk.plist",
    ],
)
def test_it_starts_a_kiosk(name: str) -> None:
    settings = parse(started(name))
    assert settings.kiosk
    assert settings.lan


def test_the_operators_way_out_is_final() -> None:
    plist = plistlib.loads((FOLDER / "macos/org.vortarium.kiosk.plist").read_bytes())
    assert plist["KeepAlive"] == {"SuccessfulExit": False}
    assert ini("linux/vortarium-kiosk.service")["Service"]["Restart"] == "on-failure"


def test_systemd_hears_the_app_behind_cage() -> None:
    service = ini("linux/vortarium-kiosk.service")["Service"]
    assert service["Type"] == "notify"
    assert service["NotifyAccess"] == "all"
    assert int(service["WatchdogSec"]) > 30


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    text = (FOLDER / "linux/vortarium-kiosk.service").read_text(encoding="utf-8")
    unit = tmp_path / "vortarium-kiosk.service"
    here = text.replace("/usr/bin/cage", shutil.which("true") or "").replace("exhibit", "root")
    unit.write_text(here, encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert "vortarium-kiosk.service:" not in told.stderr, told.stderr


def test_the_readme_names_every_file() -> None:
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in FOLDER.glob("*/*"):
        assert path.relative_to(FOLDER).as_posix() in told
