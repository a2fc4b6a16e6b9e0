"""The champion, the version that is to be served, and the champions before it."""

from ..errors import ProjectError
from .client import ModelRegistry


def promotions(registry: ModelRegistry) -> list[int]:
    """Return the versions that were champion, the current one last."""
    with registry.speaking():
        return registry.marks.promotions()


def set_champion(registry: ModelRegistry, number: int) -> None:
    """Make a version the champion."""
    with registry.speaking():
        registry.marks.promote(number)


def previous(registry: ModelRegistry) -> int:
    """Return the version that was champion before the current one.

    Raises:
        ProjectError: None was.
    """
    listed = promotions(registry)
    if not listed:
        raise ProjectError(
            f"No version of '{registry.name}' is the champion yet; `make promote` makes one."
        )
    if len(listed) < 2:
        raise ProjectError(f"No version of '{registry.name}' was champion before the current one.")
    return listed[-2]


def restore_previous(registry: ModelRegistry) -> None:
    """Make the version before the champion the champion again."""
    previous(registry)
    with registry.speaking():
        registry.marks.restore()
