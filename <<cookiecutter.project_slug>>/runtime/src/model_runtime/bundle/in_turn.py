"""scikit-learn's parallel loops as plain ones, for a service that scales by its processes."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

Work = tuple[Any, Sequence[Any], Mapping[str, Any]]
"""A function as scikit-learn's `delayed` wraps it, and its arguments."""


def work_in_turn() -> None:
    """Let this process do one after the other what `n_jobs` would divide among threads.

    The answers are the same: each part is the same call. But scikit-learn prepares each for another
    thread, with its settings and warnings, which for a forest's 120 trees takes twice as long as
    the trees; and threads of a service that has one core only wait for each other.
    """
    import_module("sklearn.utils.parallel").Parallel.__call__ = _in_turn


def _in_turn(_: Any, parts: Iterable[Work]) -> list[Any]:
    return [_plain(function)(*args, **named) for function, args, named in parts]


def _plain(function: Any) -> Any:
    """Return the function within its wrapper, which in the same thread changes nothing."""
    return getattr(function, "function", function)
