"""The manual at /manual: Markdown files of ui/manual, rendered here, so that it needs no network.

The order of the links in index.md is the order of the contents. A page is a file `<name>.md` whose
first line is its title; links between pages end in `.md`, so that the files read well on a code
host too, and lose that ending here. Pages are rendered once per process: they are part of the
program.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import bottle
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin

from app.paths import UI
from app.web.http import responses
from app.web.http.routing import route

FOLDER = UI / "manual"
FRONT = "index"
_LINK = re.compile(r"^([a-z-]+)\.md(#.*)?$")
_MAX_SECTION_CHARS = 20_000


class Section(NamedTuple):
    """What lies between two headings: where it is, and its plain text for the search."""

    page: str
    anchor: str
    """Empty for what stands before the first heading below the title."""
    title: str
    text: str


class Page(NamedTuple):
    """A page of the manual; `body` is HTML made from Markdown without raw HTML."""

    name: str
    title: str
    body: str
    sections: tuple[Section, ...]


def add_manual(app: bottle.Bottle) -> None:
    """Give `app` the routes of the manual."""

    @route(app, "GET", "/manual")
    def manual_root() -> Any:
        """The manual's front page is at /manual/, so that its relative links hold."""
        place = bottle.request.environ["SCRIPT_NAME"] + "/manual/"
        return bottle.HTTPResponse("", 308, {"Location": place})

    @route(app, "GET", "/manual/")
    def manual_front() -> Any:
        """The manual's front page."""
        return _html(FRONT)

    @route(app, "GET", "/manual/search.json")
    def manual_search() -> Any:
        """Every section of the manual as plain text, for the search in the page."""
        return responses.json([section._asdict() for page in pages() for section in page.sections])

    @route(app, "GET", "/manual/<name>")
    def manual_page(name: str) -> Any:
        """A page of the manual."""
        return _html(name)


def _html(name: str) -> Any:
    found = next((page for page in pages() if page.name == name), None)
    if found is None:
        known = ", ".join(page.name for page in pages())
        return responses.text(404, f"the manual has no page {name!r}; there are {known}")
    template = Template((UI / "manual.html").read_text(encoding="utf-8"))
    contents = "".join(_entry(page, here=page is found) for page in pages())
    text = template.substitute(title=_escaped(found.title), contents=contents, body=found.body)
    return bottle.HTTPResponse(text, 200, {"Content-Type": "text/html; charset=utf-8"})


def _entry(page: Page, here: bool) -> str:
    current = ' aria-current="page"' if here else ""
    return f'<li><a href="{_address(page.name)}"{current}>{_escaped(page.title)}</a></li>'


@functools.cache
def pages() -> tuple[Page, ...]:
    """The pages of the manual, the front page first, the others in the order of its links."""
    front = _read(FOLDER / f"{FRONT}.md")
    order = dict.fromkeys(re.findall(r'href="([a-z-]+)"', front.body))
    return (front, *(_read(FOLDER / f"{name}.md") for name in order))


def _read(path: Path) -> Page:
    tokens = _markdown().parse(path.read_text(encoding="utf-8"))
    for token in tokens:
        for child in token.children or ():
            _redirect(child)
    sections = _sections(path.stem, tokens)
    body = str(_markdown().renderer.render(tokens, _markdown().options, {}))
    return Page(path.stem, sections[0].title, body, sections)


def _redirect(token: Token) -> None:
    """Let links between files lead to pages, and pictures to where they are served."""
    if token.type == "link_open":
        link = _LINK.match(str(token.attrs.get("href", "")))
        if link is not None:
            token.attrs["href"] = _address(link[1]) + (link[2] or "")
    elif token.type == "image":
        token.attrs["src"] = f"../ui/manual/{token.attrs['src']}"


def _sections(page: str, tokens: list[Token]) -> tuple[Section, ...]:
    sections: list[Section] = []
    heading = False
    for token in tokens:
        if token.type == "heading_open":
            heading = True
            anchor = "" if token.tag == "h1" else str(token.attrs.get("id", ""))
            sections.append(Section(page, anchor, "", ""))
        elif token.type == "heading_close":
            heading = False
        elif token.type in ("inline", "fence") and sections:
            plain = _plain(token)
            last = sections[-1]
            sections[-1] = (
                last._replace(title=plain)
                if heading
                else last._replace(text=f"{last.text} {plain}".strip()[:_MAX_SECTION_CHARS])
            )
    return tuple(sections)


def _plain(token: Token) -> str:
    if not token.children:
        return token.content
    return "".join(child.content or " " * (child.type == "softbreak") for child in token.children)


def _address(name: str) -> str:
    return "./" if name == FRONT else name


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@functools.cache
def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    return reader.use(anchors_plugin, min_level=2, max_level=3)
