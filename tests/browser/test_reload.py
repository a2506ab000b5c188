"""A page whose model's file is being edited."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from app import new_model
from tests.browser.conftest import OpenPage
from tests.conftest import StartExhibit

PATIENCE_MS = 60_000
HOSTILE = 'raise ValueError("<img src=x onerror=alert(1)>")\n'


def test_an_error_stays_on_the_page_until_it_is_mended(
    open_page: OpenPage, start: StartExhibit, tmp_path: Path
) -> None:
    file = tmp_path / "board.py"
    good = new_model.text_for(file)
    file.write_text(good, encoding="utf-8")
    arguments = ("--headless", "--port", "0", "--Nx", "64", "--Ny", "48")
    exhibit = start(*arguments, "--model", str(file), "--reload").ready()
    page = open_page("models/Board", at=exhibit.url)
    shown = page.locator(".toast[data-topic=file]")
    file.write_text(good + HOSTILE, encoding="utf-8")
    line = good.count("\n") + 1
    expect(shown).to_contain_text(f"board.py, line {line}: ", timeout=PATIENCE_MS)
    expect(shown).to_contain_text("<img src=x")
    assert page.locator(".toast img").count() == 0
    changed = good.replace('label="Ridges"', 'label="Waves"').replace(
        'name="ridges"', 'name="waves"'
    )
    file.write_text(
        changed.replace('["ridges"]', '["waves"]').replace('"ridges": 4', '"waves": 4'),
        encoding="utf-8",
    )
    expect(shown).to_have_count(0, timeout=PATIENCE_MS)
    expect(page.get_by_label("Waves").first).to_be_attached()
    assert page.get_by_label("Ridges").count() == 0
