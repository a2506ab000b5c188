"""The exhibit serves its manual: contents, links, pictures and search, with no network."""

from __future__ import annotations

import json
import re

import pytest

from app.web.routes.manual import FOLDER, pages
from tests.support.exhibit import Exhibit


def test_every_file_of_the_folder_is_in_the_contents_once() -> None:
    assert sorted(page.name for page in pages()) == sorted(
        path.stem for path in FOLDER.glob("*.md")
    )


def test_a_page_has_its_title_contents_and_text(exhibit: Exhibit) -> None:
    status, headers, body = exhibit.get("/manual/operating")
    text = body.decode()
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert "<title>Running the exhibit · Vortarium</title>" in text
    assert '<a href="operating" aria-current="page">Running the exhibit</a>' in text
    assert re.search(r'<h2 id="how-guests-join">', text)


def test_links_and_pictures_lead_to_what_is_served(exhibit: Exhibit) -> None:
    for page in pages():
        for link in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', page.body):
            assert exhibit.get(f"/manual/{link.removeprefix('./')}")[0] == 200, (page.name, link)
        for picture in re.findall(r'src="\.\.(/ui/[^"]+)"', page.body):
            assert exhibit.get(picture)[0] == 200, (page.name, picture)


def test_the_front_page_is_a_folder_so_that_links_hold(exhibit: Exhibit) -> None:
    assert exhibit.get("/manual/")[0] == 200
    assert "The manual" in exhibit.get("/manual")[2].decode()  # after the redirect


def test_an_unknown_page_names_those_there_are(exhibit: Exhibit) -> None:
    status, _, body = exhibit.get("/manual/nothing")
    assert status == 404
    assert "operating" in body.decode()


@pytest.mark.parametrize("name", ["../index.html", "..%2findex.html", ".hidden", "index.md"])
def test_nothing_else_is_served(exhibit: Exhibit, name: str) -> None:
    assert exhibit.get(f"/manual/{name}")[0] in (400, 404)


def test_the_search_has_every_section_as_text(exhibit: Exhibit) -> None:
    sections = json.loads(exhibit.get("/manual/search.json")[2])
    assert {section["page"] for section in sections} == {page.name for page in pages()}
    (joining,) = (section for section in sections if section["anchor"] == "how-guests-join")
    assert "--code-minutes" in joining["text"]
    assert not any("<" in section["title"] for section in sections)
