"""The cloud follows its feed, and nothing else."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from models.exhibits.cloud import MAX_CAPTION_CHARS, MOODS, Cloud
from models.parameters import ParameterError


def shown(cloud: Cloud) -> Any:
    """What the page gets."""
    return json.loads(json.dumps(cloud.channel("mood"), allow_nan=False))


def test_it_waits_calmly_until_it_is_fed() -> None:
    assert shown(Cloud())["mood"] == "calm"
    assert shown(Cloud())["caption"]


@pytest.mark.parametrize("mood", MOODS)
def test_each_mood_is_shown_with_the_words_that_came_with_it(mood: str) -> None:
    cloud = Cloud()
    assert cloud.take_in({"mood": mood, "caption": "So be it"}) == {
        "mood": mood,
        "caption": "So be it",
    }
    assert shown(cloud) == {"mood": mood, "caption": "So be it"}


def test_without_words_it_finds_its_own_and_old_ones_go() -> None:
    cloud = Cloud()
    cloud.take_in({"mood": "sunny", "caption": "Holidays!"})
    cloud.take_in({"mood": "rainy"})
    assert shown(cloud) == {"mood": "rainy", "caption": MOODS["rainy"]}


def test_a_caption_is_one_line_of_what_can_be_seen() -> None:
    cloud = Cloud()
    cloud.take_in({"mood": "sunny", "caption": " Good\n\tmorning\x00\u202e, all \x1b[31m "})
    assert shown(cloud)["caption"] == "Good morning, all [31m"


def test_a_family_in_a_caption_stays_together() -> None:
    cloud = Cloud()
    cloud.take_in({"mood": "sunny", "caption": "👨\u200d👩\u200d👧 are here"})
    assert shown(cloud)["caption"] == "👨\u200d👩\u200d👧 are here"
    cloud.take_in({"mood": "sunny", "caption": "\u200d"})
    assert shown(cloud)["caption"] == MOODS["sunny"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, "mood, caption"),
        ({"mood": "hungry"}, "sunny"),
        ({"mood": 3}, "choice"),
        ({"mood": None}, "choice"),
        ({"caption": 3}, "text"),
        ({"mood": "rainy", "caption": ["x"]}, "text"),
        ({"mood": "rainy", "caption": "x" * (MAX_CAPTION_CHARS + 1)}, str(MAX_CAPTION_CHARS)),
        ({"mood": "rainy", "colour": "red"}, "caption"),
    ],
)
def test_what_it_does_not_take_changes_nothing(state: dict[str, object], words: str) -> None:
    cloud = Cloud()
    cloud.take_in({"mood": "sunny", "caption": "Holidays!"})
    with pytest.raises(ParameterError, match=words):
        cloud.take_in(state)
    assert shown(cloud) == {"mood": "sunny", "caption": "Holidays!"}


def test_a_restart_does_not_undo_what_somebody_outside_has_said() -> None:
    cloud = Cloud()
    cloud.take_in({"mood": "stormy"})
    cloud.reset()
    cloud.restore()
    assert shown(cloud)["mood"] == "stormy"


def test_nothing_happens_by_itself() -> None:
    cloud = Cloud()
    assert cloud.pause_s == math.inf
    before = shown(cloud)
    cloud.step(1000)
    assert shown(cloud) == before
    with pytest.raises(KeyError):
        cloud.channel("nothing")
