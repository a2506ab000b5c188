"""Where pictures are kept: names of ours, allow-lists, a limited number, and one folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.web.routes import picture_store
from app.web.routes.picture_store import NotAllowedError, PictureStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "pictures"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("room", "name"),
    [
        ("BEC", "BEC-trap.png"),
        ("../../etc/passwd", "etc-passwd-trap.png"),
        ("..\\..\\boot.ini", "boot-ini-trap.png"),
        ("/", "room-trap.png"),
        ("a\0b", "a-b-trap.png"),
        ("Straße 7", "Stra-e-7-trap.png"),
        ("con", "con-trap.png"),
        (".hidden", "hidden-trap.png"),
        ("x" * 64, f"{'x' * 40}-trap.png"),
    ],
)
def test_the_name_is_ours(folder: Path, room: str, name: str) -> None:
    store = PictureStore(folder, ("*",), (), 10)
    assert store.keep(room, "trap", b"one") == name
    assert names(folder) == [name]
    assert names(folder.parent) == ["pictures"]


def test_what_is_there_is_not_overwritten_unless_it_may_be(folder: Path) -> None:
    store = PictureStore(folder, ("*",), (), 10)
    assert [store.keep("BEC", "trap", data) for data in (b"one", b"two")] == [
        "BEC-trap.png",
        "BEC-trap-2.png",
    ]
    assert (folder / "BEC-trap.png").read_bytes() == b"one"
    replacing = PictureStore(folder, (), ("BEC-trap.png",), 10)
    assert replacing.keep("BEC", "trap", b"three") == "BEC-trap.png"
    assert (folder / "BEC-trap.png").read_bytes() == b"three"
    assert len(names(folder)) == 2


def test_only_what_may_be_created_is(folder: Path) -> None:
    store = PictureStore(folder, ("BEC-*",), (), 10)
    store.keep("BEC", "density", b"one")
    with pytest.raises(NotAllowedError, match="Quench-trap"):
        store.keep("Quench", "trap", b"two")
    assert names(folder) == ["BEC-density.png"]


def test_the_oldest_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PictureStore(folder, ("*",), (), 3)
    for age, room in enumerate("abcde"):
        store.keep(room, "trap", b"12345678")
        os.utime(folder / f"{room}-trap.png", ns=(0, age * 10**9))
    store.keep("f", "trap", b"12345678")
    assert names(folder) == ["d-trap.png", "e-trap.png", "f-trap.png"]
    monkeypatch.setattr(picture_store, "MAX_KEPT_BYTES", 17)
    store.keep("g", "trap", b"12345678")
    assert names(folder) == ["f-trap.png", "g-trap.png"]
    monkeypatch.setattr(picture_store, "MAX_KEPT_BYTES", 1)
    store.keep("h", "trap", b"12345678")
    assert names(folder) == ["h-trap.png"]


def test_nothing_is_kept_where_nothing_shall_be(folder: Path) -> None:
    assert PictureStore(folder, ("*",), (), 0).keep("BEC", "trap", b"one") is None
    assert not folder.exists()


def test_a_link_leads_nowhere(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    target = tmp_path / "precious.txt"
    target.write_bytes(b"precious")
    (folder / "BEC-trap.png").symlink_to(target)
    assert PictureStore(folder, ("*",), (), 10).keep("BEC", "trap", b"1") == "BEC-trap-2.png"
    PictureStore(folder, ("*",), ("*",), 10).keep("BEC", "trap", b"2")
    assert target.read_bytes() == b"precious"
    assert not (folder / "BEC-trap.png").is_symlink()
