"""A model's code for reading: as text, and as highlighted HTML."""

from __future__ import annotations

import functools
import importlib
import inspect
import tokenize
from pathlib import Path

from models.contract import Model

MAX_SOURCE_BYTES = 256 * 1024
"""Larger files are not shown."""


class SourceError(Exception):
    """There is no code to show; the text gives the reason."""


def of_class(kind: type[Model]) -> str:
    """Return the whole file that `kind` is declared in. Raises SourceError."""
    try:
        return inspect.getsource(importlib.import_module(kind.__module__))
    except (OSError, TypeError, ImportError, SyntaxError):
        raise SourceError(f"the code of {kind.__name__} is not on this machine") from None


def of_file(path: Path) -> str:
    """Read the Python file at `path`, which the operator must have named. Raises SourceError."""
    try:
        if path.stat().st_size > MAX_SOURCE_BYTES:
            raise SourceError(f"the file has more than {MAX_SOURCE_BYTES // 1024} KiB")
        with tokenize.open(path) as file:  # in the encoding that its first lines declare
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        raise SourceError("the model's file cannot be read any more") from None


@functools.lru_cache(maxsize=32)
def as_html(code: str) -> str:
    """Highlight `code`: classes only, and an element for each line. Slow the first time."""
    # Imported here: it takes a tenth of a second that most exhibits never need.
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers.python import PythonLexer

    lexer = PythonLexer(stripnl=False)
    marked = highlight(code, lexer, HtmlFormatter(nowrap=True))
    lines = "".join(f'<span class="line">{line}</span>' for line in marked.splitlines(True))
    return f'<pre class="code"><code>{lines}</code></pre>\n'
