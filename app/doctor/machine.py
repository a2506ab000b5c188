"""Checks of the computer itself: clock, disk, and what makes the models fast."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.doctor.finding import Finding, note, ok, trouble
from app.paths import config_dir, data_dir, state_dir
from app.settings.exhibit import Settings
from models.declarations import GRID
from models.numerics.cache import cache_folder, use_numba_cache
from models.numerics.fused import ready
from models.numerics.fused.processor import lanes

EARLIEST_YEAR, LATEST_YEAR = 2026, 2100
ASK_S = 2.0
MIN_FREE_BYTES = 200_000_000
FOLDERS = {
    "settings": config_dir,
    "state": state_dir,
    "pictures": data_dir,
    "compiled kernels": cache_folder,
}
SLOWER = "Fluids run about half as fast as they could. A grid of 256 x 256 suits most processors."
FAST_LIBRARIES = {"numba": "compiled kernels", "pyfftw": "the fastest Fourier transforms"}


def clock(_settings: Settings) -> Finding:
    """Is the time of day plausible, and is it kept right?"""
    before = time.monotonic()
    time.sleep(0.01)
    if time.monotonic() <= before:
        return trouble("the monotonic clock stands still", "Restart the computer.")
    now = time.localtime()
    said = time.strftime("%Y-%m-%d %H:%M", now)
    if not EARLIEST_YEAR <= now.tm_year <= LATEST_YEAR:
        return trouble(
            f"it says {said}",
            "Set date and time, and replace the battery on the mainboard if this comes back.",
        )
    if _is_synchronised() is False:
        return note(
            f"{said}, not set from the network",
            "Nothing of the exhibit needs it, but logs will: `timedatectl set-ntp true`.",
        )
    return ok(said)


def _is_synchronised() -> bool | None:
    """What systemd knows of it; None where there is none."""
    if sys.platform != "linux" or shutil.which("timedatectl") is None:
        return None
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        asked = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=ASK_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(asked.stdout.strip())


def disk(_settings: Settings) -> Finding:
    """Can the program's own folders be written, and is there room?"""
    for what, folder in FOLDERS.items():
        path = folder()
        there = next(place for place in (path, *path.parents) if place.exists())
        try:
            with tempfile.TemporaryFile(dir=there) as file:
                file.write(b"\0")
        except OSError as fault:
            return trouble(
                f"the folder for {what}, {path}, cannot be written: {fault.strerror}",
                f"Give the user who runs the exhibit the right to write in {there}.",
            )
        free = shutil.disk_usage(there).free
        if free < MIN_FREE_BYTES:
            return trouble(
                f"{free / 1e6:.0f} MB are free for {what} ({path})",
                f"Make room: {MIN_FREE_BYTES / 1e6:.0f} MB at least.",
            )
    home = next(place for place in (state_dir(), *state_dir().parents) if place.exists())
    return ok(f"{_gigabytes(home)} free, and its folders can be written")


def _gigabytes(path: Path) -> str:
    return f"{shutil.disk_usage(path).free / 1e9:.1f} GB"


def kernels(settings: Settings) -> Finding:
    """Are the libraries here that make the models fast, and do processor and grid suit them?"""
    use_numba_cache()
    versions, missing = [], []
    for name, use in FAST_LIBRARIES.items():
        try:
            versions.append(f"{name} {importlib.import_module(name).__version__}")
        except Exception as fault:  # noqa: BLE001  (a library that is broken raises anything)
            missing.append(f"{name} ({use}) does not load: {fault}")
    if missing:
        return note("; ".join(missing), "Models run, but slower. Install these: `make run` does.")
    shape = [int(settings.params.get(side.name, side.default)) for side in GRID]
    obstacle = ready.obstacle((shape[0], shape[1]))
    if obstacle is not None:
        return note(f"{', '.join(versions)}; {obstacle}", SLOWER)
    return ok(f"{', '.join(versions)}, {lanes()} numbers at a time")
