"""The place of a hook in the use case's files, for messages."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .errors import ProjectError


def place(function: Callable[..., Any]) -> str:
    """Return a function's file and line, as seen from here."""
    found = inspect.unwrap(function)
    try:
        file, line = inspect.getsourcefile(found), inspect.getsourcelines(found)[1]
    except (OSError, TypeError):
        return f"in {getattr(found, '__module__', 'the use case')}"
    return f"{shortened(str(file))}:{line}"


def shortened(file: str) -> str:
    """Return a path relative to the current folder, where it is below that."""
    path, here = Path(file).absolute(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def returned(name: str, function: Callable[..., Any], found: str, wanted: str) -> ProjectError:
    """Return an error about what a hook returned.

    Args:
        name: The hook's, as the use case's author knows it.
        function: The hook.
        found: What it returned.
        wanted: What it has to return.
    """
    return ProjectError(f"{name} ({place(function)}) returned {found}; it returns {wanted}.")
