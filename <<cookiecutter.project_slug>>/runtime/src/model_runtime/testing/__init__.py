"""Helpers for a project's own tests: a running service, and the fixtures of `fixtures.py`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..bundle.read import Bundle as Bundle
    from ..training.use_case import UseCase as UseCase
    from .service import Service as Service

_PLACES = {"Bundle": "..bundle.read", "Service": ".service", "UseCase": "..training.use_case"}
"""The module of each name, imported when the name is first asked for.

What starts a service, `make load` for one, needs nothing that learns.
"""

__all__ = [*_PLACES]


def __getattr__(name: str) -> Any:
    """Import a name from its module.

    Raises:
        AttributeError: There is no such name.
    """
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name], __name__), name)
