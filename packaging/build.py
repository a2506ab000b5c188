"""Build the app for the machine this runs on: `make package`.

PyInstaller makes a folder by vortarium.spec; here symbols that only debuggers read are taken out,
what greets a person is put in, the size is held to its budget, and an archive is made.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "packaging" / "vortarium.spec"
NAME = "vortarium"

MB = 1_000_000
BUDGET_MB = {True: (620, 200), False: (450, 150)}
"""With and without numba: at most this much on disk, and as an archive."""

README = {
    "linux": """\
Vortarium: stir a quantum fluid with your fingers.

Start `vortarium` by double click or from a terminal (`./vortarium --help`). `./install.sh` puts it
into your menu of applications. The whole folder may be moved, and may be read-only.
Licences: _internal/licences/LICENCES.txt
""",
    "win32": """\
Vortarium: stir a quantum fluid with your fingers.

Double-click vortarium.exe. In a terminal use vortarium-console.exe, which takes the same options
and prints: vortarium-console.exe --help. The whole folder may be moved, and may be read-only.
Licences: _internal/licences/LICENCES.txt
""",
}


def main(argv: Sequence[str]) -> int:
    """Build as `argv` says; the exit code."""
    options = _parser().parse_args(argv)
    made = build(options.output.resolve(), options.work.resolve(), options.numba, options.sign)
    sizes = [size(made)]
    _say(f"{made}: {sizes[0] / MB:.0f} MB")
    if options.archive:
        archive = pack(made)
        sizes.append(archive.stat().st_size)
        _say(f"{archive}: {sizes[1] / MB:.0f} MB")
    for measured, budget in zip(sizes, BUDGET_MB[options.numba], strict=False):
        if measured > budget * MB:
            _say(f"too large: {measured / MB:.0f} MB, and at most {budget} MB are allowed")
            return 1
    return 0


def build(output: Path, work: Path, numba: bool, sign: str | None) -> Path:
    """The app in the folder `output`, by way of `work`. Raises CalledProcessError."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(output), "--workpath", str(work), str(SPEC)]
    words = ([] if numba else ["--without-numba"]) + (["--sign", sign] if sign else [])
    subprocess.run([*command, "--", *words], check=True, cwd=ROOT)
    if sys.platform == "darwin":
        return output / "Vortarium.app"
    made = output / NAME
    (made / "README.txt").write_text(README[sys.platform], encoding="utf-8")
    if sys.platform == "linux":
        strip(made / "_internal")
        # Qt WebEngine would make this folder, which it leaves empty, where it may.
        (made / "_internal" / "PyQt6" / "Qt6" / "resources" / "locales").mkdir()
        for path in (ROOT / "packaging" / "linux").iterdir():
            shutil.copy(path, made)
        shutil.copy(ROOT / "packaging" / "icons" / "vortarium.png", made)
    return made


def strip(folder: Path) -> None:
    """Take out what only debuggers read of Python, its extension modules and LLVM.

    Qt's libraries have nothing of it, and those that wheels bring in NAME.libs/ were edited in
    ways that `strip` may break.
    """
    if shutil.which("strip") is None:
        _say("`strip` (binutils) is missing: the app is larger than it need be")
        return
    found = [path for path in folder.rglob("*.so") if path.parent.suffix != ".libs"]
    found += folder.glob("libpython3*")
    files = [str(path) for path in found if not path.is_symlink()]
    subprocess.run(["strip", "--strip-unneeded", *files], check=True)


def size(folder: Path) -> int:
    """The bytes of all files in `folder`, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def pack(made: Path) -> Path:
    """An archive of the app beside it, of its system's usual kind. Raises CalledProcessError."""
    if sys.platform == "linux":
        archive = made.with_suffix(".tar.xz")
        command = [
            "tar",
            "--create",
            "--use-compress-program",
            "xz -6 -T0",
            "--owner=0",
            "--group=0",
        ]
        command += ["--sort=name", "--file", str(archive), made.name]
    elif sys.platform == "darwin":
        # Keeps links and signatures, which a plain zip does not.
        archive = made.with_suffix(".zip")
        command = ["ditto", "-c", "-k", "--keepParent", made.name, str(archive)]
    else:
        return Path(shutil.make_archive(str(made), "zip", made.parent, made.name))
    subprocess.run(command, cwd=made.parent, check=True)
    return archive


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build.py", description="Build the Vortarium app.")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "dist", metavar="FOLDER", help="default: dist"
    )
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build", metavar="FOLDER", help="default: build"
    )
    parser.add_argument(
        "--without-numba", dest="numba", action="store_false", help="smaller, and computes slower"
    )
    if sys.platform == "darwin":
        parser.add_argument("--sign", metavar="IDENTITY", help="sign the app with a certificate")
    else:
        parser.set_defaults(sign=None)
    parser.add_argument(
        "--no-archive", dest="archive", action="store_false", help="make the folder only"
    )
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
