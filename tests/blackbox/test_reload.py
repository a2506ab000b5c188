"""--reload: a model's file is saved again and again while visitors are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartExhibit
from tests.support.client import Client
from tests.support.exhibit import Exhibit, wait_until

PATIENCE_S = 60.0
MODEL = """\
import numpy as np
from tones import TONE
from models.contract import Model
from models.parameters import Float


class Drum(Model):
    '''A drum that is struck.'''

    parameters = (
        Float(name="pitch", default=1.0, low=0.0, high=9.0, label="", help=""),
        Float(name="damping", default=0.5, low=0.0, high=9.0, label="", help=""),
    )
    channels = {"tone": "What is heard."}

    def step(self, n):
        self.t += n

    def reset(self):
        self.t = 0.0

    def channel(self, name):
        return TONE
"""
THIRD = '        Float(name="tension", default=7.0, low=0.0, high=9.0, label="", help=""),\n'
DAMPING = '        Float(name="damping", default=0.5, low=0.0, high=9.0, label="", help=""),\n'


class Folder:
    """A model's folder, and somebody who edits in it."""

    def __init__(self, path: Path) -> None:
        self.file = path / "drums.py"
        self.save(MODEL)
        self.save("TONE = 'low'\n", "tones.py")

    def save(self, text: str, name: str = "drums.py") -> None:
        """As many editors do: another file takes the place."""
        new = self.file.with_name(f"{name}.new")
        new.write_text(text, encoding="utf-8")
        new.replace(self.file.with_name(name))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def exhibit(start: StartExhibit, folder: Folder) -> Exhibit:
    arguments = ("--headless", "--port", "0", "--model", str(folder.file), "--reload")
    return start(*arguments).ready()


def changed(visitor: Client, exists: str) -> dict[str, Any]:
    """The welcome to the new model, which has a parameter of that name."""
    return visitor.hear(
        "welcome", lambda told: exists in told["state"]["params"], patience_s=PATIENCE_S
    )


def fault(visitor: Client, *words: str) -> str:
    """What the page shows of the file, as soon as it has these words."""
    told = visitor.hear(
        "notice",
        lambda told: told.get("topic") == "file" and all(word in told["text"] for word in words),
        patience_s=PATIENCE_S,
    )
    return str(told["text"])


def steps(visitor: Client, room: str, exhibit: Exhibit) -> None:
    """Time goes on."""
    before = exhibit.json(f"api/rooms/{room}/state")["sim_time"]
    wait_until(
        lambda: exhibit.json(f"api/rooms/{room}/state")["sim_time"] > before, "the model steps"
    )


def test_parameters_come_go_and_keep_their_values(exhibit: Exhibit, folder: Folder) -> None:
    visitor = exhibit.visitor()
    assert visitor.welcome["room"] == "Drum"
    visitor.send(type="set", params={"pitch": 3.0})
    visitor.hear("state", lambda told: told["params"].get("pitch") == 3.0)
    folder.save(MODEL.replace(DAMPING, THIRD))
    welcome = changed(visitor, "tension")
    assert welcome["state"]["params"] == {"pitch": 3.0, "tension": 7.0}
    assert welcome["you"]["id"] == visitor.welcome["you"]["id"]
    steps(visitor, "Drum", exhibit)
    # A default that nobody has touched follows the file; a value that somebody set stays.
    folder.save(MODEL.replace("default=0.5", "default=0.7").replace("default=1.0", "default=2.0"))
    assert changed(visitor, "damping")["state"]["params"] == {"pitch": 3.0, "damping": 0.7}


def test_a_fault_is_shown_until_it_is_mended(exhibit: Exhibit, folder: Folder) -> None:
    visitor = exhibit.visitor()
    folder.save(MODEL.replace("    def step", "    def step(("))
    text = fault(visitor, "drums.py, line 16")
    assert str(folder.file.parent) not in text
    steps(visitor, "Drum", exhibit)
    late = exhibit.visitor()
    assert fault(late, "drums.py, line 16") == text
    folder.save(MODEL.replace("self.t += n", "self.t += n / 0"))
    assert "ZeroDivisionError" in fault(visitor, "drums.py, line 17")
    folder.file.unlink()
    fault(visitor, "no such file")
    steps(visitor, "Drum", exhibit)
    folder.save(MODEL.replace(DAMPING, THIRD))
    changed(visitor, "tension")
    for one in (visitor, late):
        one.hear("notice", lambda told: told.get("topic") == "file" and not told["text"])


def test_what_the_file_imports_is_watched(exhibit: Exhibit, folder: Folder) -> None:
    visitor = exhibit.visitor()
    visitor.send(type="subscribe", names=["tone"])
    visitor.hear("channel", lambda told: told["value"] == "low")
    folder.save("TONE = 'abc'\n", "tones.py")
    folder.save("TONE = 'top'\n", "tones.py")  # of one size, within the same second
    visitor.hear("channel", lambda told: told["value"] == "top", patience_s=PATIENCE_S)
    folder.save("TONE = \n", "tones.py")
    fault(visitor, "tones.py, line 1")
    folder.save("TONE = 'new'\n", "tones.py")
    visitor.hear("channel", lambda told: told["value"] == "new", patience_s=PATIENCE_S)


def test_half_a_file_and_then_the_whole(exhibit: Exhibit, folder: Folder) -> None:
    visitor = exhibit.visitor()
    new = MODEL.replace(DAMPING, THIRD)
    with folder.file.open("w", encoding="utf-8") as file:
        file.write(new[: len(new) // 2])
        file.flush()
        file.write(new[len(new) // 2 :])
    changed(visitor, "tension")


def test_a_class_is_renamed_and_comes_back(exhibit: Exhibit, folder: Folder) -> None:
    visitor = exhibit.visitor()
    folder.save(MODEL.replace("class Drum", "class Gong"))
    fault(visitor, "no class Drum any more; it has Gong")
    steps(visitor, "Drum", exhibit)
    assert exhibit.visitor(room="Gong").welcome["model"]["name"] == "Gong"
    assert exhibit.visitor().welcome["room"] == "Gong"
    folder.save(MODEL.replace(DAMPING, THIRD))
    assert changed(visitor, "tension")["model"]["name"] == "Drum"


def test_a_file_that_is_wrong_at_the_start_is_waited_for(
    start: StartExhibit, folder: Folder
) -> None:
    folder.save(MODEL.replace("    def step", "    def step(("))
    exhibit = start("--headless", "--port", "0", "--model", str(folder.file), "--reload")
    wait_until(lambda: "drums.py, line 16" in exhibit.errors, "it says what is wrong")
    assert "waiting" in exhibit.errors
    folder.save(MODEL)
    assert exhibit.ready().visitor().welcome["room"] == "Drum"
