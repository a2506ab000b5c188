"""The rules of what stays out of the app, and the script that puts it into a menu."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.exhibit import ROOT

QT = "PyQt6/Qt6"


@pytest.fixture(scope="module")
def contents() -> dict[str, Any]:
    """What packaging/contents.py defines; its folder is no package, on purpose."""
    return runpy.run_path(str(ROOT / "packaging" / "contents.py"))


@pytest.mark.parametrize(
    ("place", "stays"),
    [
        (f"{QT}/lib/libQt6WebEngineCore.so.6", True),
        (f"{QT}/libexec/QtWebEngineProcess", True),
        (f"{QT}/translations/qtwebengine_locales/en-US.pak", True),
        (f"{QT}/translations/qtwebengine_locales/de.pak", False),
        (f"{QT}/translations/qtbase_de.qm", False),
        (f"{QT}/resources/icudtl.dat", True),
        (f"{QT}/resources/qtwebengine_devtools_resources.pak", False),
        (f"{QT}/qml/QtQuick/qmldir", False),
        (f"{QT}/plugins/platforms/libqxcb.so", True),
        (f"{QT}/plugins/platforms/libqwayland.so", True),
        (f"{QT}/plugins/platformthemes/libqgtk3.so", False),
        ("PyQt6/QtWebEngineWidgets.abi3.so", True),
        ("PyQt6\\QtDesigner.pyd", False),
        ("ui/js/main.js", True),
        ("models/numerics/compiled_step.py", True),
        ("numpy/_core/tests/data/astype_copy.pkl", False),
    ],
)
def test_what_is_kept(contents: dict[str, Any], place: str, stays: bool) -> None:
    row = (place, "/somewhere", "DATA")
    assert contents["kept"]([row]) == ([row] if stays else [])


def test_libraries_that_nothing_kept_needs_go_and_links_to_them(contents: dict[str, Any]) -> None:
    needs = {
        "/x/QtCore.so": [("libQt6Core.so.6", None), ("libz.so.1", "/lib/libz.so.1")],
        "/x/_imaging.so": [("libjpeg-1.so.62", None)],
    }
    kept = [
        ("PyQt6/QtCore.abi3.so", "/x/QtCore.so", "EXTENSION"),
        (f"{QT}/lib/libQt6Core.so.6", "/x/libQt6Core.so.6", "BINARY"),
        ("libz.so.1", "/lib/libz.so.1", "BINARY"),
        ("PIL/_imaging.so", "/x/_imaging.so", "EXTENSION"),
        ("pillow.libs/libjpeg-1.so.62", "/x/libjpeg", "BINARY"),
        ("libsoftokn3.so", "/lib/libsoftokn3.so", "BINARY"),
        ("libpython3.11.so.1.0", "/x/libpython", "BINARY"),
    ]
    orphans = [
        ("libgtk-3.so.0", "/lib/libgtk-3.so.0", "BINARY"),
        ("pillow.libs/libavif.so.16", "/x/libavif", "BINARY"),
    ]
    left = contents["without_orphans"](kept + orphans, lambda path: needs.get(path, []))
    assert left == kept
    links = [("libQt6Core.so.6", f"{QT}/lib/libQt6Core.so.6", "SYMLINK")]
    dead = [("libavif.so.16", "pillow.libs/libavif.so.16", "SYMLINK")]
    assert contents["linked"](links + dead, left) == links


def test_a_persons_models_find_all_of_the_standard_library(contents: dict[str, Any]) -> None:
    names = contents["standard_library"]()
    assert {"statistics", "xml.etree.ElementTree", "concurrent.futures.thread"} <= set(names)
    assert not {"tkinter", "test", "idlelib"} & {name.split(".")[0] for name in names}


def unquoted(line: str) -> str:
    """The program of an `Exec=` line, as the specification of desktop entries reads it."""
    text = re.sub(r"\\(.)", r"\1", line.removeprefix("Exec="))
    assert text[0] == text[-1] == '"'
    return re.sub(r"\\([\"`$\\])", r"\1", text[1:-1]).replace("%%", "%")


def test_the_menu_entry_starts_the_app_wherever_it_lies(tmp_path: Path) -> None:
    folder = tmp_path / 'a "strange" $folder`s 100% & |\\name'
    shutil.copytree(ROOT / "packaging" / "linux", folder)
    home = tmp_path / "home"
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    subprocess.run([str(folder / "install.sh")], env=environment, check=True, cwd="/")
    entry = home / ".local/share/applications/vortarium.desktop"
    lines = entry.read_text(encoding="utf-8").splitlines()
    (start,) = [line for line in lines if line.startswith("Exec=")]
    assert unquoted(start) == str(folder / "vortarium")
    assert not [line for line in lines if "@" in line]
    subprocess.run([str(folder / "install.sh"), "--remove"], env=environment, check=True)
    assert not entry.exists()
