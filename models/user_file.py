"""Models from a user's own file: `my_models.py`, or `my_models.py:Class` for one of them.

The file may hold classes on our contract (subclasses of `Model`) or classes in the style of
super_hydro's user files, which `models.super_hydro_adapter` adapts unchanged. Its code runs as it
is: who names a file trusts it.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from abc import ABC
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType

from models.contract import Model
from models.serving import collecting
from models.super_hydro_adapter import METHODS, adapt, missing_from

SUFFIX = ".py"


class UserFileError(Exception):
    """A file that cannot be used; the text names file, line and class as far as they are known."""


def is_user_file(name: str) -> bool:
    """Does `--model`'s value name a file rather than a listed model?"""
    return _split(name)[0].endswith(SUFFIX)


def path_of(name: str) -> Path:
    """The file in `name` (path or path:Class)."""
    return Path(_split(name)[0]).expanduser().resolve()


def load(name: str, options: Mapping[str, int]) -> dict[str, type[Model]]:
    """The models in the file `name` (path or path:Class), by class name, in the file's order.

    `options` (Nx, Ny, ...) are for classes in super_hydro's style, which take `opts`.

    Raises UserFileError.
    """
    path, wanted = path_of(name), _split(name)[1]
    with collecting() as served:
        module = _module(path)
    own = [
        kind
        for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__ == module.__name__
    ]
    if wanted:
        own = [kind for kind in own if kind.__name__ == wanted]
        if not own:
            raise UserFileError(f"{path}: there is no class {wanted!r}")
    found = {
        kind.__name__: model
        for kind in own
        if (model := _as_model(kind, path, bool(wanted), options))
    }
    if not found:
        raise UserFileError(
            f"{path}: no model in it; a model is a subclass of models.contract.Model, or a class "
            f"with `sliders` and the methods {', '.join(METHODS)}"
        )
    for model in found.values():
        model.served = MappingProxyType(dict(served))
    return found


def _split(name: str) -> tuple[str, str]:
    """Path and class name; a drive's colon (C:\\...) is no separator."""
    path, dot, wanted = name.rpartition(f"{SUFFIX}:")
    return (path + SUFFIX, wanted) if dot else (name, "")


def _module(path: Path) -> ModuleType:
    module_name = f"vortarium_user_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UserFileError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and pickling helpers look their module up by name.
    sys.modules[module_name] = module
    folder = str(path.parent)
    if folder not in sys.path:
        # What lies beside the file can be imported; last, so that it hides no library.
        sys.path.append(folder)
    try:
        spec.loader.exec_module(module)
    except FileNotFoundError:
        raise UserFileError(f"{path}: there is no such file") from None
    except SyntaxError as fault:
        where = fault.filename or path  # the file, or one that it imports
        raise UserFileError(f"{where}, line {fault.lineno}: {fault.msg}") from None
    except Exception as fault:
        raise UserFileError(f"{path}{_line_in(path, fault)}: {_what(fault)}") from fault
    return module


def _as_model(
    kind: type, path: Path, wanted: bool, options: Mapping[str, int]
) -> type[Model] | None:
    """`kind` on our contract, or None for a helper class that is not meant to be listed."""
    where = f"{path}, line {_line_of(kind)}: class {kind.__name__}"
    if issubclass(kind, Model):
        if ABC in kind.__bases__ or inspect.isabstract(kind):
            if not wanted:
                return None
            lacks = ", ".join(sorted(kind.__abstractmethods__))
            raise UserFileError(f"{where} lacks {lacks}")
        return kind
    lacks_list = missing_from(kind)
    if lacks_list:
        if hasattr(kind, "sliders") or wanted:
            raise UserFileError(f"{where} lacks {', '.join(lacks_list)}")
        return None
    try:
        return adapt(kind, options)
    except Exception as fault:
        raise UserFileError(f"{where}{_line_in(path, fault)}: {_what(fault)}") from fault


def _line_of(kind: type) -> int:
    try:
        return inspect.getsourcelines(kind)[1]
    except (OSError, TypeError):
        return 0


def _line_in(path: Path, fault: Exception) -> str:
    """ ", line N" of the innermost call in the user's file, if there is one."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(fault.__traceback__)
        if frame.filename == str(path)
    ]
    return f", line {lines[-1]}" if lines else ""


def _what(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}" if str(fault) else type(fault).__name__
