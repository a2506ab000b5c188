"""The licence list of the app: what it contains, under which terms, with the texts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

LIST = "LICENCES.txt"
_TEXT = re.compile(r"(licen[cs]es?|copying|notice|authors|eula)([._-].*)?$", re.IGNORECASE)
DEBIAN_TEXTS = Path("/usr/share/doc")
TERMS_CHARS = 90

HEAD = """\
What this app contains, and under which licences
=================================================

Vortarium itself is under the MIT licence (../LICENSE).
{consequence}
The texts are in this folder, by name. Chromium, inside Qt WebEngine, contains further parts; their
texts are in it, at chrome://credits.

"""
CONSEQUENCE = """\

It contains {which}. Whoever passes this app on does so
under the GNU General Public License, version 3, and offers the source of all of it: of Vortarium,
and of the libraries in the versions below (https://pypi.org/project/NAME/VERSION/#files; FFTW's is
at https://www.fftw.org/).
"""
GPL = {
    "pyqt6": "PyQt6 (GPL 3)",
    "pyfftw": "FFTW inside pyFFTW (GPL 2 or later)",
}


def write(folder: Path, sources: Iterable[str]) -> None:
    """Make `folder`: the list and the texts for an app made of the files `sources`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = {str(Path(source).resolve()) for source in sources}
    contained = sorted(_contained(files), key=lambda found: found.name.lower())
    rows = [_python(folder)]
    rows += [_row(found, folder) for found in contained]
    rows += [_debian_row(package, folder) for package in _debian_packages(files)]
    names = {found.name.lower() for found in contained}
    which = " and ".join(text for name, text in GPL.items() if name in names)
    consequence = CONSEQUENCE.format(which=which) if which else ""
    lines = [HEAD.format(consequence=consequence), *rows]
    (folder / LIST).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _contained(files: set[str]) -> list[Distribution]:
    """The installed distributions from which any of `files` comes, and what froze them."""
    return [
        found
        for found in distributions()
        if found.name.lower() == "pyinstaller"
        or any(
            str(Path(str(found.locate_file(file))).resolve()) in files for file in found.files or ()
        )
    ]


def _row(found: Distribution, folder: Path) -> str:
    about = found.metadata
    terms = about.get("License-Expression") or about.get("License") or _classified(found)
    texts = [file for file in found.files or () if _TEXT.match(file.name)]
    for number, file in enumerate(texts):
        source = Path(str(found.locate_file(file)))
        if source.is_file():
            shutil.copyfile(source, folder / f"{found.name}-{number}-{file.name}")
    if not texts:
        (folder / f"{found.name}.txt").write_text(
            f"{about.get('License', terms)}\n", encoding="utf-8"
        )
    return f"{found.name} {found.version}: {_short(terms)}"


def _classified(found: Distribution) -> str:
    classifiers = found.metadata.get_all("Classifier") or []
    return "; ".join(
        line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License")
    )


def _short(terms: str) -> str:
    line = terms.strip().split("\n")[0] or "see its text"
    return line if len(line) <= TERMS_CHARS else f"{line[: TERMS_CHARS - 4]} ..."


def _python(folder: Path) -> str:
    # Windows has it beside the interpreter, other systems in the library.
    for place in (sysconfig.get_path("stdlib"), sys.base_prefix):
        text = Path(place) / "LICENSE.txt"
        if text.is_file():
            shutil.copyfile(text, folder / "Python.txt")
    return f"Python {sys.version.split()[0]}: PSF-2.0"


def _debian_packages(files: set[str]) -> list[str]:
    """The Debian packages of the system's own libraries among `files`; none elsewhere."""
    if shutil.which("dpkg-query") is None:
        return []
    libraries = sorted(file for file in files if file.startswith(("/usr/lib/", "/lib/")))
    if not libraries:
        return []
    # Files that no package owns are told on standard error, with exit code 1.
    told = subprocess.run(
        ["dpkg-query", "--search", *[f"*{library.removeprefix('/usr')}" for library in libraries]],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return sorted({line.partition(": ")[0].split(",")[0] for line in told.stdout.splitlines()})


def _debian_row(package: str, folder: Path) -> str:
    name = package.partition(":")[0]
    text = DEBIAN_TEXTS / name / "copyright"
    if text.is_file():
        shutil.copyfile(text, folder / f"debian-{name}.txt")
    shown = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Version}", package],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return f"{name} {shown.stdout} (Debian): debian-{name}.txt"
