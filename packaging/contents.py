"""What goes into the app, and what of its libraries stays out: rules for vortarium.spec."""

from __future__ import annotations

import hashlib
import pkgutil
import posixpath
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from app.paths import ICON

ROOT = Path(__file__).resolve().parents[1]
DATA = [
    (str(ROOT / "ui"), "ui"),
    (str(ICON), ICON.parent.relative_to(ROOT).as_posix()),
    (str(ROOT / "LICENSE"), "."),
]
"""Files that are read while the app runs: (source, folder in the bundle)."""

Row = tuple[str, str, str]
"""Of a PyInstaller table: place in the bundle, source, type."""

COLLECTED_AS = {
    # Pages show an exhibit's code, and a person's own class may ask for that of its base.
    "models": "pyz+py",
    # numba keeps machine code for functions whose file it finds, which archives hide.
    "models.numerics": "py",
}
"""PyInstaller's module_collection_mode."""

STDLIB_LEFT_OUT = {
    "antigravity", "distutils", "ensurepip", "idlelib", "lib2to3", "test", "this", "tkinter",
    "turtle", "turtledemo", "venv",
}  # fmt: skip

EXCLUDED = [
    *sorted(STDLIB_LEFT_OUT),
    # Optional to a library of ours, and none is used: SciPy to numba and pyFFTW, the rest to NumPy,
    # Pillow, Pygments and pywebview.
    "IPython", "PyInstaller", "PySide6", "_distutils_hack", "gi", "hypothesis", "matplotlib",
    "mypy", "numba.pycc", "numba.tests", "numpy.f2py", "numpy.tests", "pytest", "scipy",
    "setuptools", "webview.__pyinstaller", "webview.platforms.android", "webview.platforms.cef",
    "webview.platforms.gtk",
    # gevent asks names of the system.
    "gevent.resolver.cares",
    # Pillow reads no AVIF here, and converts no colours.
    "PIL._avif", "PIL._imagingcms", "PIL._imagingtk",
]  # fmt: skip

_QT = r"PyQt6/Qt6/"
_LEFT_OUT = [
    # Texts of Qt's own dialogs, which are never seen; Chromium needs one language to fall back on.
    _QT + r"translations/(?!qtwebengine_locales/en-US\.pak$)",
    # Developer tools, and what only a debug build reads.
    _QT + r"resources/qtwebengine_devtools_resources\.pak$",
    _QT + r"resources/.*\.debug\.",
    # Widgets show the page: nothing is written in QML. (libQt6Quick is needed all the same.)
    _QT + r"qml/",
    # A window on X11 or Wayland with plain style sheets and pictures; no printers, no databases, no
    # camera, no place on Earth, no dialogs of GTK's (which would bring GTK along).
    _QT + r"plugins/(?!platforms/|platforminputcontexts/|xcbglintegrations/|egldeviceintegrations/"
    r"|wayland-|imageformats/|iconengines/|tls/|generic/|styles/)",
    # Chromium decodes a page's pictures itself; the window's icon is a PNG, which needs no plugin.
    _QT + r"plugins/imageformats/libq(pdf|tiff|tga|wbmp|icns|jpeg|webp|gif)\.",
    _QT + r"plugins/platforms/libq(vnc|minimal|minimalegl|vkkhrdisplay)\.",
    r"PyQt6/Qt(Designer|Help|Pdf|Sql|Test|Xml|Quick|Qml|Bluetooth|Multimedia|Sensors|Nfc)\w*\.",
    # Only for other systems than the one at hand.
    r"webview/lib/pywebview-android\.jar$",
    # Threads inside a kernel, which no kernel of ours uses.
    r"numba/np/ufunc/(omp|tbb)pool\.",
    # Python's and NumPy's own tests.
    r"python3[.\d]*/lib-dynload/(_test|_xxtest|xx|_ctypes_test)",
    r"numpy/_core/(_\w*_tests|_simd)\.",
    # Tests, headers and type stubs of libraries.
    r"(.*/)?tests?/",
    r".*\.(pyi|h|hpp|pxd|pyx|c|cpp)$",
]
_LEAVE = re.compile("|".join(f"(?:{pattern})" for pattern in _LEFT_OUT))

_LIBRARY = re.compile(r"(PyQt6/Qt6/lib/|\w+\.libs/)?lib[^/]*\.so[.\d]*$")
_OPENED = re.compile(r"(^|/)lib(python3|softokn3|freebl|nssckbi)[^/]*$")
"""Libraries that are opened by name, so that no other binary is linked to them: NSS's modules."""

NUMBA = ["numba", "llvmlite"]
"""What the smaller variant does without: it computes in NumPy."""


def kept(table: Iterable[Row]) -> list[Row]:
    """The rows of a PyInstaller table that are needed."""
    return [row for row in table if not _LEAVE.match(row[0].replace("\\", "/"))]


def without_orphans(
    binaries: list[Row], needs: Callable[[str], Iterable[tuple[str, str | None]]]
) -> list[Row]:
    """`binaries` without shared libraries that only something left out asked for.

    `needs(path)` tells what a binary is linked to, directly or not: (name, path) of each.
    """
    free = {row[0] for row in binaries if _LIBRARY.match(row[0]) and not _OPENED.search(row[0])}
    used = {name for place, path, _ in binaries if place not in free for name, _ in needs(path)}
    return [row for row in binaries if row[0] not in free or Path(row[0]).name in used]


def linked(links: list[Row], files: Iterable[Row]) -> list[Row]:
    """`links` without those to a place that nothing is at any more; rows of other types stay."""
    places = {row[0] for row in files}
    return [
        row
        for row in links
        if row[2] != "SYMLINK" or posixpath.normpath(f"{row[0]}/../{row[1]}") in places
    ]


def is_of_use(name: str) -> bool:
    """Is this module of NumPy's one that somebody may want?"""
    return ".tests" not in name and ".f2py" not in name


def standard_library() -> list[str]:
    """What a person's own models may import: all of Python's library that is not about windows."""
    found: list[str] = []
    for name in sorted(sys.stdlib_module_names - STDLIB_LEFT_OUT):
        # Some are there on other systems only.
        spec = None if name.startswith("_") else find_spec(name)
        if spec is not None:
            found += [name, *_inside(name, spec.submodule_search_locations or [])]
    return found


def _inside(package: str, folders: Iterable[str]) -> Iterator[str]:
    for module in pkgutil.iter_modules(folders):
        if module.name not in ("__main__", "test", "tests"):
            name = f"{package}.{module.name}"
            yield name
            if module.ispkg:
                yield from _inside(name, [str(Path(folder) / module.name) for folder in folders])


def fingerprint() -> str:
    """A hash of all code that stands beside the executable rather than in it."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "models").rglob("*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
