"""Modules that are imported late: a process that doesn't need them starts sooner."""

import importlib
import sys
from types import ModuleType

SELDOM = ("arrow", "requests")
"""Those that Cookiecutter imports for dates and downloads: a third of the time of its start."""


def put_off(*names: str) -> None:
    """Have modules imported when something of them is used, in this process."""
    for name in names:
        sys.modules[name] = _stand_in(name)


def _stand_in(name: str) -> ModuleType:
    stand_in = ModuleType(name)

    def found(attribute: str) -> object:
        if sys.modules[name] is stand_in:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    stand_in.__getattr__ = found  # type: ignore[method-assign]
    return stand_in
