"""The catalogue: names, and the modules in which users' files look for exhibits."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import models
from models.exhibits.bec import BEC
from models.user_file import load


@pytest.mark.parametrize("former", models._FORMER_MODULES)
def test_former_modules_are_the_exhibits_themselves(former: str) -> None:
    module = importlib.import_module(f"models.{former}")
    assert module.__name__ == f"models.exhibits.{models._FORMER_MODULES[former]}"


def test_a_users_file_may_import_from_where_exhibits_were(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    text = 'from models.bec import BEC\n\n\nclass Mine(BEC):\n    """Stir."""\n'
    file.write_text(text, encoding="utf-8")
    ((name, kind),) = load(str(file), {}).items()
    assert name == "Mine"
    assert issubclass(kind, BEC)
    assert kind({"Nx": 32, "Ny": 32}).params["Nx"] == 32


def test_an_unknown_name_is_answered_by_the_known_ones() -> None:
    with pytest.raises(models.UnknownModelError, match="BECVortices"):
        models.get("Nothing")
