"""What holds for the program as a whole: who imports whom, versions, sizes of files."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import app

ROOT = Path(__file__).resolve().parent.parent

# Who may import whom. A module at the root of `app` is a package of its own here; `models` is the
# catalogue of exhibits (models/__init__.py), which everything above may ask, and `models.*` what
# exhibits are made of. Whatever is not named is forbidden.
BASE = {"app", "app.paths", "app.toml_file"}
MODELS = {"models", "models.*", "models.numerics"}
ROOM = BASE | MODELS | {"app.protocol", "app.transport"}
ENGINE = ROOM | {"app.process", "app.rooms", "app.settings"}
WEB = ENGINE | {"app.engines", "app.web.http", "app.web.auth"}
ALLOWED: dict[str, set[str]] = {
    "models.numerics": set(),
    "models.numerics.fused": {"models.numerics"},
    "models.*": {"models.numerics", "models.numerics.fused"},
    "models.exhibits": {"models.*", "models.numerics"},
    "models": {"models.*", "models.exhibits"},
    "app": set(),
    "app.web": set(),
    "app.paths": set(),
    "app.toml_file": set(),
    "app.process": BASE,
    "app.protocol": MODELS,
    "app.transport": BASE | {"app.protocol"},
    "app.settings": ROOM | {"app.rooms"},
    "app.rooms": MODELS | {"app.protocol"},
    "app.engines": ENGINE - {"app.settings"},
    "app.compute": {"app.reload_wait", "app.startup_checks"} | ENGINE | {"app.engines"},
    "app.client": {"app.engines", "app.protocol", "app.rooms", "app.transport"},
    "app.web.http": {"app.settings", "app.transport"},
    "app.web.auth": BASE | {"app.protocol", "app.transport", "app.web.http"},
    "app.web.rooms": WEB,
    "app.web.routes": WEB | {"app.web.rooms"},
    "app.window": BASE | {"app.process"},
    "app.startup_checks": ENGINE | {"app.engines", "app.web.routes"},
    "app.new_model": BASE,
    "app.reload_wait": {"app.engines"},
    "app.show_config": ENGINE | {"app.engines", "app.startup_checks"},
    "app.engine_factory": ENGINE | {"app.engines", "app.startup_checks"},
    "app.serve": WEB | {"app.web.rooms", "app.web.routes", "app.engine_factory",
        "app.reload_wait", "app.startup_checks"},
    "app.doctor": BASE | {"app.process", "app.protocol", "app.settings", "app.transport",
        "app.web.http", "app.window", "models.*", "models.numerics", "models.numerics.fused"},
    "app.bench": ENGINE | {"app.engines", "models.numerics", "models.exhibits"},
    "main": BASE | {"app.bench", "app.compute", "app.doctor", "app.engines", "app.new_model",
        "app.process",
        "app.serve", "app.settings", "app.show_config", "app.transport", "app.web.auth",
        "app.window"},
}  # fmt: skip
OURS = {"main", "app", "models", "ui", "tests", "packaging"}


def sources(*folders: str) -> list[Path]:
    """All Python files of these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def module_of(path: Path) -> str:
    """The dotted name of a file, a package for its `__init__.py`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in [ROOT / "main.py", *sources("app", "models")]}


def package_of(module: str) -> str:
    """The row of ALLOWED to which a module belongs."""
    if module in ("main", "app", "models"):
        return module
    parent = module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]
    if parent.startswith("app.engines"):
        return "app.engines"  # with its packages for one kind of server
    return {"models": "models.*", "app": module}.get(parent, parent)


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it; of ours, the file and not the name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def first_words(path: Path) -> set[str]:
    """The first word of every module that a file imports."""
    return {module.split(".")[0] for module in imported(path)}


IMPORTS = {
    module: {other for other in imported(path) if other in MODULES and other != module}
    for module, path in MODULES.items()
}


def test_packages_import_only_what_the_table_allows() -> None:
    wrong = [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in others
        if package_of(other) not in ALLOWED[package_of(module)] | {package_of(module)}
    ]
    assert wrong == []


def test_no_row_of_the_table_is_out_of_date() -> None:
    assert {package_of(module) for module in MODULES} == set(ALLOWED)


def test_no_two_packages_import_each_other() -> None:
    assert cycles({name: others & set(ALLOWED) for name, others in ALLOWED.items()}) == []


def test_no_two_files_import_each_other() -> None:
    assert cycles(IMPORTS) == []


def cycles(graph: dict[str, set[str]]) -> list[str]:
    """What is left once everything that leads to nothing has been taken away, again and again."""
    left = {name: set(others) - {name} for name, others in graph.items()}
    while ends := {name for name, others in left.items() if not others & set(left)}:
        left = {name: others - ends for name, others in left.items() if name not in ends}
    return sorted(left)


def test_neither_tests_nor_pages_nor_packaging_are_imported() -> None:
    for path in MODULES.values():
        assert not first_words(path) & {"tests", "ui", "packaging"}, path


def test_models_know_neither_web_nor_window() -> None:
    foreign = {"gevent", "bottle", "geventwebsocket", "wsproto", "msgspec", "webview", "zmq"}
    for path in sources("models"):
        assert not foreign & first_words(path), path


def test_the_supervisor_runs_without_libraries() -> None:
    """Started without site-packages: what restarts everything must not break with a library."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "from app.process.supervisor import Supervisor; Supervisor({'headless': True}); "
        "print(sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(ROOT)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    assert ast.literal_eval(done.stdout) == ["__main__", "app"]


def test_packaging_does_not_shadow_the_library_of_that_name() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == app.__version__
    newest = re.search(
        r"^## .*?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M
    )
    assert newest is not None
    assert newest[1] == app.__version__


def test_every_module_says_what_it_is_and_postpones_annotations() -> None:
    for path in [ROOT / "main.py", *sources("app", "models")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        if len(tree.body) > 1 and path.name != "__init__.py":
            assert "from __future__ import annotations" in path.read_text(encoding="utf-8"), path


SILENT = {"__setattr__", "Calls", "Connection", "watch"}
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
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "breakpoint"), f"{path}:{node.lineno}"


PLAIN_FOLDERS = ("app", "models", "ui", "packaging", "tests")
"""Beside main.py."""
OLD_WORDS = re.compile(
    r"\b(he|him|his|himself|anew|wish|wishes|wished|lobby|doorman)\b", re.IGNORECASE
)


def papers(*folders: str) -> list[Path]:
    """All that people read in these folders: code, pages and the manual, but not this file."""
    ends = {".py", ".js", ".css", ".html", ".md"}
    found = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return sorted(path for path in found if path.suffix in ends and path != Path(__file__))


def test_prose_is_plain() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in [ROOT / "main.py", *papers(*PLAIN_FOLDERS)]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in OLD_WORDS.finditer(line)
    ]
    assert found == []


SAME_IDEA = {
    "Frame", "Room", "Point", "run", "parse", "parse_or_exit", "parser", "made", "default_file",
    "measure", "pack", "available", "is_loopback", "exposed",
}  # fmt: skip
"""Public names that several modules define, each with the same meaning."""


def test_no_public_name_has_two_meanings() -> None:
    """Classes and functions of app and models, at module level."""
    found: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body if module != "main" else ():
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name[0] != "_":
                found.setdefault(node.name, set()).add(module)
    several = {name: modules for name, modules in found.items() if len(modules) > 1}
    assert {n: modules for n, modules in several.items() if n not in SAME_IDEA} == {}
