"""What holds for the program as a whole: who imports whom, versions, sizes of files."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import app

ROOT = Path(__file__).resolve().parent.parent
MAX_LINES = 400

# Who may import whom: main -> app -> models, and nobody the other way.
ALLOWED = {"main": {"app"}, "app": {"app", "models"}, "models": {"models"}}
OURS = {"main", "app", "models", "ui", "tests", "packaging"}


def sources(*folders: str) -> list[Path]:
    """All Python files of these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The first word of every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield (node.module or "").split(".")[0]


def test_imports_go_from_main_to_app_to_models() -> None:
    for path in [ROOT / "main.py", *sources("app", "models")]:
        owner = path.relative_to(ROOT).parts[0].removesuffix(".py")
        assert not set(imported(path)) & (OURS - ALLOWED[owner]), path


def test_models_know_neither_web_nor_window() -> None:
    foreign = {"gevent", "bottle", "geventwebsocket", "wsproto", "msgspec", "webview", "zmq"}
    for path in sources("models"):
        assert not foreign & set(imported(path)), path


def test_the_supervisor_needs_the_standard_library_only() -> None:
    for name in ("supervisor", "children", "launch", "pulse", "service_manager"):
        others = set(imported(ROOT / "app" / f"{name}.py")) - {"app"}
        assert others <= set(sys.stdlib_module_names), name


def test_packaging_does_not_shadow_the_library_of_that_name() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == app.__version__
    newest = re.search(r"^## .*?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest is not None
    assert newest[1] == app.__version__


@pytest.mark.parametrize("folder", ["app", "models"])
def test_no_file_is_too_long(folder: str) -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in sources(folder)}
    assert lengths
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def test_every_module_says_what_it_is_and_postpones_annotations() -> None:
    for path in [ROOT / "main.py", *sources("app", "models")]:
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree), path
        if len(tree.body) > 1 and path.name != "__init__.py":
            assert "from __future__ import annotations" in path.read_text(), path


SILENT = {"__setattr__", "Calls", "Line", "watch"}
"""What may be given an object that is not whole yet: it calls nothing before its maker returns."""


def test_no_constructor_hands_out_what_is_not_whole() -> None:
    for path in sources("app"):
        for kind in ast.walk(ast.parse(path.read_text())):
            for function in kind.body if isinstance(kind, ast.ClassDef) else ():
                if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                    for number, statement in enumerate(function.body, 1 - len(function.body)):
                        for call in ast.walk(statement):
                            if isinstance(call, ast.Call):
                                where = f"{path}:{call.lineno}"
                                name = call_name(call)
                                assert name in SILENT or not gives_self(call), where
                                # A thread or greenlet may run at once: it begins last.
                                assert name not in ("start", "spawn") or number == 0, where


def call_name(call: ast.Call) -> str:
    """The last word of what is called."""
    return ast.unparse(call.func).rpartition(".")[2]


def gives_self(call: ast.Call) -> bool:
    """Is `self` among the arguments?"""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(argument, ast.Name) and argument.id == "self" for argument in given)


def test_no_debugging_is_left_behind() -> None:
    for path in [ROOT / "main.py", *sources("app", "models")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "breakpoint"), f"{path}:{node.lineno}"
