"""A person's TOML file: read as any editor saves it, and where in it a name stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.toml_file import MAX_FILE_BYTES, TomlFileError, line_of, parsed, text_of

TEXT = '''# port = 1
title = """
port = 2
"""
"port" = 3
static.lessons = "/a"

other = { port = 4 }
[table]
port = 5
"odd name" = 6  # port = 7
[table.inner]
lan = [
    1,
]
'''


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (("title",), 2),
        (("port",), 5),
        (("static",), 6),
        (("static", "lessons"), 6),
        (("other",), 8),
        (("other", "port"), 8),
        (("table",), 9),
        (("table", "port"), 10),
        (("table", "odd name"), 11),
        (("table", "inner", "lan"), 13),
        (("nothing",), None),
        (("lesson",), None),
    ],
)
def test_a_name_stands_where_its_value_is_given(names: tuple[str, ...], line: int | None) -> None:
    assert parsed("x", TEXT)
    assert line_of(TEXT, *names) == line
    assert line_of(TEXT.replace("\n", "\r\n"), *names) == line


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "notepad.toml"
    file.write_bytes(b"\xef\xbb\xbfport = 1\r\n")
    assert parsed(str(file), text_of(str(file))) == {"port": 1}


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"\xff\xfep\x00", "UTF-8"),
        (b"\xe4 = 1", "UTF-8"),
        (b"a = 1\n" * MAX_FILE_BYTES, "64 KiB"),
        (b"a = " + b"[" * 20_000, "recursion"),
        (b"a = " + b"9" * 5000, "digits"),
        (b"a = \n", "line 1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_name(
    tmp_path: Path, data: bytes, word: str
) -> None:
    file = tmp_path / "odd.toml"
    file.write_bytes(data)
    with pytest.raises(TomlFileError, match=word) as refused:
        parsed(str(file), text_of(str(file)))
    assert str(refused.value).startswith(str(file))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("path", ["/nowhere/x.toml", "/", "a\0b", ""])
def test_what_is_no_file_is_refused(path: str) -> None:
    with pytest.raises(TomlFileError, match="cannot be read"):
        text_of(path)
