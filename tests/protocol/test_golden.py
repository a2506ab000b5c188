"""The golden files are what the Python side speaks now; a browser test holds the page to them."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from app.protocol import messages
from tests.golden import make


@pytest.mark.parametrize("name", make.files())
def test_file_is_current(name: str) -> None:
    assert (make.FOLDER / name).read_bytes() == make.files()[name], "run tests/golden/make.py"


def test_no_stale_file() -> None:
    there = {path.name for path in make.FOLDER.iterdir() if path.suffix in (".json", ".bin")}
    assert there == set(make.files())


def test_every_message_has_an_example() -> None:
    golden = json.loads((make.FOLDER / "messages.json").read_text())
    for side, union in (("client", messages.ClientMessage), ("server", messages.ServerMessage)):
        assert {example["struct"] for example in golden[side]} == {
            struct.__name__ for struct in get_args(union)
        }


def test_the_server_reads_every_client_example() -> None:
    golden = json.loads((make.FOLDER / "messages.json").read_text())
    for example in golden["client"]:
        message = messages.decode(json.dumps(example["json"]))
        assert type(message).__name__ == example["struct"]
        assert message in make.CLIENT
