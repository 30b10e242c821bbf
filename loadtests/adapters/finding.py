"""From `module:Class` to an adapter that has what it needs."""

import importlib
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TypeAlias, cast

from loadtests.adapters.adapter import NEEDED, Adapter
from loadtests.adapters.problem import AdapterProblem
from loadtests.adapters.web import Web

Adapt: TypeAlias = Callable[[Web], Adapter]
"""Make an adapter that speaks over a session."""


def adapter_named(text: str, folder: Path) -> Adapt:
    """The class that `module:Class` names; modules are looked for in `folder` too.

    Raises
    ------
    AdapterProblem
        There is none, or it lacks a method that it needs.
    """
    module_name, colon, class_name = text.partition(":")
    if not colon or not module_name or not class_name:
        raise AdapterProblem(
            f"an adapter is named as module:Class, and {text!r} is not. For example: my_adapter:Adapter"
        )
    module = _imported(module_name, folder)
    found: object = getattr(module, class_name, None)
    if found is None:
        raise AdapterProblem(f"{module.__file__} has no {class_name}. {_classes(module)}")
    return adapter_of(found, text)


def adapter_of(found: object, name: str) -> Adapt:
    """The same of a class at hand.

    Raises
    ------
    AdapterProblem
        It is no class, or lacks a method that it needs.
    """
    if not callable(found):
        raise AdapterProblem(f"{name} is {found!r}, which makes no adapters. Name a class that takes a Web")
    lacking = [method for method in NEEDED if isinstance(found, type) and not callable(getattr(found, method, None))]
    if lacking:
        raise AdapterProblem(
            f"the adapter {name} lacks {', '.join(lacking)}. Every adapter has {', '.join(NEEDED)}; "
            "loadtests/adapters/adapter.py says what each does"
        )
    return cast(Adapt, found)


def _imported(name: str, folder: Path) -> ModuleType:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))  # a console script does not look where it is called, and modules lie there
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name is None or not f"{name}.".startswith(f"{problem.name}."):
            raise AdapterProblem(
                f"the adapter's module {name} needs {problem.name}, which is not installed"
            ) from problem
        raise AdapterProblem(
            f"there is no module {problem.name} (looked for in {folder} and where Python looks). "
            "Call bolk in the folder where it lies, or set PYTHONPATH"
        ) from problem
    except Exception as problem:
        raise AdapterProblem(f"the adapter's module {name} cannot be imported: {told(problem)}") from problem


def _classes(module: ModuleType) -> str:
    here = [name for name, one in vars(module).items() if isinstance(one, type) and one.__module__ == module.__name__]
    return f"It has {', '.join(here)}." if here else "It has no classes."


def told(problem: BaseException) -> str:
    """An exception with the place where it arose."""
    frames = traceback.extract_tb(problem.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(problem).__name__}: {problem}{where}"
