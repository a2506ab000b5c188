"""A full disk stops the log and what is kept, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.exhibit import Exhibit, wait_until

SIZE_BYTES = 64 * 1024


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, on which there is no room any more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_BYTES}", "vortarium", str(disk)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        with (disk / "ballast").open("wb", 0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(4096))
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_stops_nothing_but_what_is_kept(
    start: Callable[..., Exhibit], full: Path
) -> None:
    log = full / "exhibit.log"
    exhibit = start(
        "--headless", "--port", "0", "--Nx", "32", "--Ny", "32", "--log-file", str(log),
        XDG_STATE_HOME=str(full), XDG_DATA_HOME=str(full), XDG_CONFIG_HOME=str(full),
    ).ready()  # fmt: skip
    anna = exhibit.visitor(name="Anna")
    seq = anna.see().seq
    anna.ask("set", params={"cooling": 0.25})
    anna.see(lambda frame: frame.seq > seq + 60)
    assert not list(full.glob("**/exhibit-*.json"))
    (full / "ballast").unlink()
    # With room again, it is kept again.
    anna.ask("set", params={"cooling": 0.5})
    wait_until(lambda: list(full.glob("**/exhibit-*.json")), "the room is kept")
    assert exhibit.json("healthz")["status"] == "ok"
