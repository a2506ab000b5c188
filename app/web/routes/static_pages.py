"""A teacher's own pages: `--static NAME=FOLDER` serves FOLDER below /static/NAME/.

No path leads out of its folder, by dots, links or otherwise, and hidden files are not there. The
same names are refused on every system, so that a folder that works on one works on all.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import bottle

from app.web.http.routing import route

INDEX = "index.html"
PAGE_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
    "media-src 'self' blob: data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""Scripts are files of their own: a page into which somebody smuggled text then still runs none."""

_TYPES = mimetypes.MimeTypes()  # the library's own table: Windows' registry may say anything
for _ending, _type in {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".md": "text/markdown",
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}.items():
    _TYPES.add_type(_type, _ending)

_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')


def content_type(path: str) -> str:
    """By the name's ending, the same on every system."""
    kind, encoding = _TYPES.guess_type(path)
    return kind if kind is not None and encoding is None else "application/octet-stream"


def find(folder: Path, path: str) -> Path | None:
    """The file or folder at `path`, with slashes, below `folder`; None if there is none to show."""
    if not all(_is_plain(name) for name in path.split("/") if name):
        return None
    try:
        root = folder.resolve(strict=True)
        found = root.joinpath(*(name for name in path.split("/") if name)).resolve(strict=True)
        inside = found.relative_to(root)
    except (OSError, ValueError, RuntimeError):  # not there, outside, or links in a circle
        return None
    return found if all(_is_plain(name) for name in inside.parts) else None


def page(folder: Path, path: str) -> Path | None:
    """The file that is shown for `path`: a folder's is its INDEX. None if there is none."""
    found = find(folder, path)
    if found is not None and found.is_dir():
        found = find(found, INDEX)
    return found if found is not None and found.is_file() else None


def _is_plain(name: str) -> bool:
    return not (
        name.startswith(".")
        or name.endswith((".", " "))
        or _FORBIDDEN.search(name)
        or _DEVICE.fullmatch(name)
    )


def _why_none(path: str) -> str:
    """What whoever made the page wants to read."""
    names = [name for name in path.split("/") if name and not name.startswith(".")]
    odd = next((name for name in names if not _is_plain(name)), None)
    if odd is None:
        return "there is no such page"
    return f"{odd!r} is not served: some systems cannot have a file of that name; rename it"


def add_static_pages(app: bottle.Bottle, folders: Mapping[str, str]) -> None:
    """Give `app` the routes; `folders`: name -> folder."""

    @route(app, "GET", "/static/<name>")
    @route(app, "GET", "/static/<name>/<path:path>")
    @route(app, "GET", "/static/<name>/")
    def static_page(name: str, path: str = "") -> Any:
        """A teacher's own pages and what belongs to them."""
        found = find(Path(folders[name]), path) if name in folders else None
        if found is not None and found.is_dir():
            asked = bottle.request.environ["SCRIPT_NAME"] + bottle.request.path
            if not asked.endswith("/"):
                # Or the page's relative links would go astray.
                last = asked.rpartition("/")[2]  # a proxy may have taken off what is before it
                return bottle.HTTPResponse("", 308, {"Location": f"./{quote(last)}/"})
            found = page(found, "")
        if found is None or not found.is_file():
            return bottle.HTTPError(404, _why_none(path))
        return bottle.static_file(
            found.name,
            root=str(found.parent),
            mimetype=content_type(found.name),
            headers={"Content-Security-Policy": PAGE_POLICY},
        )
