"""The champion, the version that is to be served, and the champions before it.

The alias `champion` says which it is. The registered model's tag `promotions` lists, as JSON, the
versions that were champion, oldest first. Entries after the current champion come from an
interrupted promotion and are ignored.
"""

import json

from ..errors import ProjectError
from .client import CHAMPION, ModelRegistry

_PROMOTIONS = "promotions"
_MOST = 50
"""Promotions that are remembered; a tag can't be of any length."""


def promotions(registry: ModelRegistry) -> list[int]:
    """Return the versions that were champion, the current one last."""
    with registry.speaking():
        model = registry.registered()
    if model is None or CHAMPION not in model.aliases:
        return []
    champion = int(model.aliases[CHAMPION])
    try:
        listed = [int(number) for number in json.loads(model.tags.get(_PROMOTIONS, "[]"))]
    except (TypeError, ValueError):  # edited by hand
        listed = []
    while listed and listed[-1] != champion:
        listed.pop()
    return listed or [champion]


def set_champion(registry: ModelRegistry, number: int) -> None:
    """Make a version the champion."""
    listed = [*promotions(registry), number][-_MOST:]
    with registry.speaking():
        registry.client.set_registered_model_tag(registry.name, _PROMOTIONS, json.dumps(listed))
        registry.client.set_registered_model_alias(registry.name, CHAMPION, str(number))


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
    listed = promotions(registry)[:-1]
    number = previous(registry)
    with registry.speaking():
        registry.client.set_registered_model_alias(registry.name, CHAMPION, str(number))
        registry.client.set_registered_model_tag(registry.name, _PROMOTIONS, json.dumps(listed))
